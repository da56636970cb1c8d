"""Promotion: an offer with its conditions."""

from collections.abc import Iterator
from typing import Literal

from knowledge.kinds.base import Aid, Section


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
