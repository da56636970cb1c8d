"""Reference story: what a customer got."""

from collections.abc import Iterator
from typing import Literal

from knowledge.kinds.base import Aid, Day, Section


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
