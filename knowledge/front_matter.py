"""Job aids read from Markdown with YAML front matter."""

from collections.abc import Iterator
from typing import Any

import yaml
from pydantic import ValidationError

from bot.errors import BadRequest
from knowledge.kinds import aid_of, kinds
from knowledge.kinds.base import Aid, Flaw


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
    if values["kind"] not in kinds():
        raise _wrong(
            BadRequest("aid_kind", line=_line(node, ("kind",)), kind=str(values["kind"]), kinds=", ".join(kinds()))
        )
    try:
        return aid_of({**_filled(values), "body": body.strip()})
    except ValidationError as error:
        raise _wrong(*_problems(error, node)) from error


def _wrong(*problems: BadRequest) -> BadRequest:
    return BadRequest("aid_wrong", *problems)


def _problems(error: ValidationError, node: yaml.Node | None) -> Iterator[BadRequest]:
    for problem in error.errors()[:5]:
        where = tuple(part for part in problem["loc"] if part not in kinds())
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
