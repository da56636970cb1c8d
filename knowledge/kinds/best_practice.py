"""Best practice: what good looks like in a situation."""

from collections.abc import Iterator
from typing import Literal

from knowledge.kinds.base import Aid, Section


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
