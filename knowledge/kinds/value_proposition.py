"""Value proposition: who improves what by how much."""

from collections.abc import Iterator
from typing import Literal

from knowledge.kinds.base import Aid, Section


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
