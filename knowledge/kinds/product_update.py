"""Product update: what changed and to whom it matters."""

from collections.abc import Iterator
from datetime import date
from typing import Literal

from knowledge.kinds.base import Aid, Part, Section


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
