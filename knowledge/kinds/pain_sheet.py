"""Pain sheet: a role's pain, the questions about it, and what answers it."""

from collections.abc import Iterator
from typing import Literal

from knowledge.kinds.base import Aid, Part, Section


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
