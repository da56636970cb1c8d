"""Battle card: winning against a competitor."""

from collections.abc import Iterator
from typing import Literal

from knowledge.kinds.base import Aid, Part, Section


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
