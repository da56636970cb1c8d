"""The job-aid kinds as models, and reading them from Markdown with YAML front matter."""

import re
from collections.abc import Iterator
from datetime import date
from graphlib import CycleError, TopologicalSorter
from typing import Annotated, Any, Literal, get_args, get_origin

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError, model_validator

from bot.errors import BadRequest

Section = tuple[str, tuple[str, ...]]
Day = date  # a field may be called date and would hide the type


class Flaw(ValueError):
    """What is wrong with an aid beyond the type of a field: the name of the sentence, and what fills it."""

    def __init__(self, say: str, **values: str) -> None:
        super().__init__(say)
        self.say, self.values = say, values


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class Aid(Part):
    """What all kinds have in common. `sections` tells the content, ready to read out."""

    kind: str
    id: Annotated[str, Field(min_length=1, max_length=128)]
    title: Annotated[str, Field(min_length=1)]
    version: int = Field(1, ge=1)
    language: Literal["en", "zh"] = "en"
    owner: str | None = None
    status: Literal["draft", "approved", "retired"]
    valid_from: date | None = None
    valid_until: date | None = None
    products: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    body: str = ""

    def current(self, day: date) -> bool:
        """Approved, begun and not run out on that day."""
        begun = self.valid_from is None or self.valid_from <= day
        return self.status == "approved" and begun and (self.valid_until is None or day <= self.valid_until)

    def sections(self) -> Iterator[Section]:
        yield from ()

    @property
    def main_roles(self) -> tuple[str, ...]:
        """The role the aid is written for, where its kind names one."""
        return ()

    @property
    def main_industries(self) -> tuple[str, ...]:
        return ()

    def text(self) -> str:
        """Everything it says, for indexing."""
        lines = [self.title, " ".join((*self.products, *self.industries, *self.roles, *self.tags))]
        lines += [f"{name} {' '.join(points)}" for name, points in self.sections()]
        return "\n".join([*lines, self.body])


class Node(Part):
    id: str
    role: str
    pain: str
    reasons: tuple[str, ...] = ()
    impact: str | None = None


class PainChain(Aid):
    """Pains of several roles; an edge (lower, upper) says that the lower pain is a reason for the upper one."""

    kind: Literal["pain_chain"]
    nodes: tuple[Node, ...] = ()
    edges: tuple[tuple[str, str], ...] = ()

    @model_validator(mode="after")
    def _acyclic(self) -> "PainChain":
        known = {node.id for node in self.nodes}
        for lower, upper in self.edges:
            if {lower, upper} - known:
                raise Flaw("aid_edge_node", lower=lower, upper=upper)
        try:
            self._order()
        except CycleError:
            raise Flaw("aid_circle") from None
        return self

    def _order(self) -> list[str]:
        """Node ids, those that depend on others first: the top of the chain before its reasons."""
        graph: dict[str, set[str]] = {node.id: set() for node in self.nodes}
        for lower, upper in self.edges:
            graph[lower].add(upper)
        return list(TopologicalSorter(graph).static_order())

    def sections(self) -> Iterator[Section]:
        nodes = {node.id: node for node in self.nodes}
        for name in self._order():
            node = nodes[name]
            yield f"{node.role}: {node.pain}", (*node.reasons, *((f"→ {node.impact}",) if node.impact else ()))

    @property
    def main_roles(self) -> tuple[str, ...]:
        return tuple(node.role for node in self.nodes)


class Capability(Part):
    when: str | None = None
    who: str | None = None
    what: str

    def __str__(self) -> str:
        return ", ".join(part for part in (self.when, self.who, self.what) if part)


class Pair(Part):
    reason: str
    capability: Capability | None = None


class Trio(Part):
    open: str | None = None
    probing: str | None = None
    confirming: str | None = None

    def points(self) -> tuple[str, ...]:
        return tuple(question for question in (self.open, self.probing, self.confirming) if question)


class Questions(Part):
    reasons: Trio = Trio()
    impact: Trio = Trio()
    capabilities: Trio = Trio()


class PainSheet(Aid):
    kind: Literal["pain_sheet"]
    role: str | None = None
    industry: str | None = None
    pain: str | None = None
    pairs: tuple[Pair, ...] = ()
    questions: Questions = Questions()
    touches: tuple[str, ...] = ()

    def sections(self) -> Iterator[Section]:
        if self.pain:
            yield "pain", (self.pain,)
        for name in ("reasons", "impact", "capabilities"):
            points = getattr(self.questions, name).points()
            if points:
                yield f"ask_{name}", points
        if self.pairs:
            yield "answers", tuple(f"{p.reason} → {p.capability}" if p.capability else p.reason for p in self.pairs)
        if self.touches:
            yield "touches", (", ".join(self.touches),)

    @property
    def main_roles(self) -> tuple[str, ...]:
        return (self.role,) if self.role else ()

    @property
    def main_industries(self) -> tuple[str, ...]:
        return (self.industry,) if self.industry else ()


class ReferenceStory(Aid):
    kind: Literal["reference_story"]
    customer: str | None = None
    named: bool = False
    industry: str | None = None
    role: str | None = None
    situation: str | None = None
    problem: str | None = None
    reasons: tuple[str, ...] = ()
    capability: str | None = None
    provided: str | None = None
    result: str | None = None
    date: Day | None = None

    def sections(self) -> Iterator[Section]:
        """The number first, as a rep tells it."""
        for name in ("result", "situation", "problem"):
            if getattr(self, name):
                yield name, (getattr(self, name),)
        if self.reasons:
            yield "reasons", self.reasons
        for name in ("capability", "provided"):
            if getattr(self, name):
                yield name, (getattr(self, name),)

    @property
    def main_roles(self) -> tuple[str, ...]:
        return (self.role,) if self.role else ()

    @property
    def main_industries(self) -> tuple[str, ...]:
        return (self.industry,) if self.industry else ()


class ValueProposition(Aid):
    kind: Literal["value_proposition"]
    who: str | None = None
    improves: str | None = None
    by: str | None = None
    through: str | None = None
    investment: str | None = None
    within: str | None = None
    assumptions: tuple[str, ...] = ()

    def sections(self) -> Iterator[Section]:
        for name in ("who", "improves", "by", "through", "investment", "within"):
            if getattr(self, name):
                yield name, (getattr(self, name),)
        if self.assumptions:
            yield "assumptions", self.assumptions


class BestPractice(Aid):
    kind: Literal["best_practice"]
    situation: str | None = None
    stage: str | None = None
    good_looks_like: str | None = None
    steps: tuple[str, ...] = ()
    pitfalls: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()

    def sections(self) -> Iterator[Section]:
        for name in ("situation", "good_looks_like"):
            if getattr(self, name):
                yield name, (getattr(self, name),)
        for name in ("steps", "pitfalls", "evidence"):
            if getattr(self, name):
                yield name, getattr(self, name)


class Matters(Part):
    role: str
    why: str


class ProductUpdate(Aid):
    kind: Literal["product_update"]
    product: str | None = None
    release: str | None = None
    changed: tuple[str, ...] = ()
    matters_to: tuple[Matters, ...] = ()
    since: date | None = None

    def sections(self) -> Iterator[Section]:
        if self.changed:
            yield "changed", self.changed
        if self.matters_to:
            yield "matters_to", tuple(f"{m.role}: {m.why}" for m in self.matters_to)
        if self.since:
            yield "since", (self.since.isoformat(),)


class Promotion(Aid):
    kind: Literal["promotion"]
    offer: str | None = None
    conditions: tuple[str, ...] = ()

    def sections(self) -> Iterator[Section]:
        if self.offer:
            yield "offer", (self.offer,)
        if self.conditions:
            yield "conditions", self.conditions
        if self.valid_until:
            yield "last_day", (self.valid_until.isoformat(),)


class Objection(Part):
    objection: str
    answer: str


class BattleCard(Aid):
    kind: Literal["battle_card"]
    competitor: str | None = None
    they_win_when: tuple[str, ...] = ()
    we_win_when: tuple[str, ...] = ()
    questions_to_ask: tuple[str, ...] = ()
    objections: tuple[Objection, ...] = ()
    proof: tuple[str, ...] = ()

    def sections(self) -> Iterator[Section]:
        for name in ("we_win_when", "they_win_when", "questions_to_ask"):
            if getattr(self, name):
                yield name, getattr(self, name)
        if self.objections:
            yield "objections", tuple(f"“{o.objection}” → {o.answer}" for o in self.objections)
        if self.proof:
            yield "proof", self.proof


AnyAid = Annotated[
    PainChain | PainSheet | ReferenceStory | ValueProposition | BestPractice | ProductUpdate | Promotion | BattleCard,
    Field(discriminator="kind"),
]
AIDS: TypeAdapter[Any] = TypeAdapter(AnyAid)
KINDS = (
    "pain_chain",
    "pain_sheet",
    "reference_story",
    "value_proposition",
    "best_practice",
    "product_update",
    "promotion",
    "battle_card",
)


def blank(kind: str, owner: str) -> str:
    """The Markdown form of a kind of aid, with every key there is; what is left empty counts as not there."""
    model = next(m for m in get_args(get_args(AnyAid)[0]) if get_args(m.model_fields["kind"].annotation) == (kind,))
    values = {name: _example(field.annotation) for name, field in model.model_fields.items() if name != "body"}
    values |= {"kind": kind, "status": "draft", "version": 1, "language": "en", "owner": owner}
    first = {name: values.pop(name) for name in ("kind", "id", "title")}
    front = yaml.safe_dump(first | values, sort_keys=False, allow_unicode=True, width=200)
    return f"---\n{re.sub(r'null$', '', front, flags=re.M)}---\n"


def _example(annotation: Any) -> Any:
    """An empty value of a field's type, with one empty entry where a list holds parts."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return {name: _example(field.annotation) for name, field in annotation.model_fields.items()}
    if get_origin(annotation) is tuple:
        inner = get_args(annotation)[0]
        return [_example(inner)] if isinstance(inner, type) and issubclass(inner, BaseModel) else []
    of = get_args(annotation)
    if of and type(None) in of:
        return _example(next(t for t in of if t is not type(None)))
    return False if annotation is bool else None if annotation is Day else ""


def _filled(value: Any) -> Any:
    """A value without its empty parts, as a form leaves them."""
    if isinstance(value, dict):
        return {key: left for key, part in value.items() if (left := _filled(part)) not in (None, "", [], {})}
    if isinstance(value, list):
        return [left for part in value if (left := _filled(part)) not in (None, "", [], {})]
    return value


def split_front_matter(text: str) -> tuple[str | None, str]:
    """(front matter, body) of a Markdown text; no front matter gives None."""
    if not text.startswith("---"):
        return None, text
    parts = text.split("\n")
    for n, line in enumerate(parts[1:], 1):
        if line.rstrip() == "---":
            return "\n".join(parts[1:n]), "\n".join(parts[n + 1 :])
    return None, text


def read_aid(text: str) -> Aid | None:
    """The job aid a Markdown text holds; None where its front matter names no kind: a free document.

    Raises BadRequest naming line and key where the front matter is no YAML, has an unknown key or lacks a needed one.
    """
    front, body = split_front_matter(text)
    if front is None:
        return None
    try:
        node = yaml.compose(front, Loader=yaml.SafeLoader)
        values = yaml.safe_load(front)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        if "kind:" not in front:
            return None
        line = str(mark.line + 2 if mark else 2)
        raise _wrong(BadRequest("aid_yaml", line=line, problem=str(getattr(error, "problem", "syntax")))) from error
    if not isinstance(values, dict) or "kind" not in values:
        return None
    if values["kind"] not in KINDS:
        raise _wrong(
            BadRequest("aid_kind", line=_line(node, ("kind",)), kind=str(values["kind"]), kinds=", ".join(KINDS))
        )
    try:
        aid: Aid = AIDS.validate_python({**_filled(values), "body": body.strip()})
    except ValidationError as error:
        raise _wrong(*_problems(error, node)) from error
    return aid


def _wrong(*problems: BadRequest) -> BadRequest:
    return BadRequest("aid_wrong", *problems)


def _problems(error: ValidationError, node: yaml.Node | None) -> Iterator[BadRequest]:
    for problem in error.errors()[:5]:
        where = tuple(part for part in problem["loc"] if part not in KINDS)
        key = ".".join(str(part) for part in where) or "front matter"
        raised = (problem.get("ctx") or {}).get("error")
        match problem["type"]:
            case "missing":
                yield BadRequest("aid_missing", line=_line(node, where[:-1]), key=key)
            case "extra_forbidden":
                yield BadRequest("aid_unknown", line=_line(node, where), key=key)
            case "value_error" if isinstance(raised, Flaw):
                yield BadRequest(raised.say, line=_line(node, where), **raised.values)
            case _:
                yield BadRequest("aid_value", line=_line(node, where), key=key, problem=str(problem["msg"]))


def _line(node: yaml.Node | None, where: tuple[int | str, ...]) -> str:
    """The line of the file on which a key stands; the front matter begins on line 2."""
    line = 2
    for part in where:
        if isinstance(node, yaml.MappingNode):
            pair = next(((k, v) for k, v in node.value if k.value == part), None)
            if pair is None:
                return str(line)
            line, node = pair[0].start_mark.line + 2, pair[1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
            node = node.value[part]
            line = node.start_mark.line + 2
    return str(line)
