"""Which deals a question is about, every name resolved."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from bot.domain.deals import StageKind
from bot.domain.periods import Period
from bot.pipeline.rules import Rule

Move = Literal["new", "advanced", "pushed", "won", "lost", "back"]
Span = tuple[datetime, datetime]
"""From a moment until before another one."""
Order = Literal["amount", "close_date", "created", "age", "quiet", "pushes", "closed"]
"""How a list of deals is ordered: the largest, next to close, oldest, longest in the stage or quiet first."""
MOVES: tuple[Move, ...] = ("new", "advanced", "pushed", "won", "lost")
"""Those that summaries count; a step back to an earlier stage is only asked for."""


@dataclass(frozen=True, slots=True)
class Selection:
    """Conditions that all must hold; None means any. `owners` is what the asker may read, never more.

    `period` is that of the close date for open deals and of the day of closing for won and lost ones.
    `slipped` are open deals that were to close in a period and moved out of it to a later day.
    `moved` are deals that made such a move in `moved_in`. Amounts are compared within the deal's own currency.
    `named` is a word of the deal's own name.
    """

    owners: frozenset[str] | None = None
    kind: StageKind | None = None
    period: Period | None = None
    ids: frozenset[str] | None = None
    accounts: frozenset[str] | None = None
    industries: frozenset[str] | None = None
    products: frozenset[str] | None = None
    stages: frozenset[str] | None = None
    forecasts: frozenset[str] | None = None
    not_forecasts: frozenset[str] | None = None
    not_stages: frozenset[str] | None = None
    named: str | None = None
    currency: str | None = None
    created: Period | None = None
    over: Decimal | None = None
    under: Decimal | None = None
    over_days_in_stage: int | None = None
    over_days_quiet: int | None = None
    pushes: int | None = None
    slipped: Period | None = None
    rules: frozenset[Rule] = frozenset()
    loss_reason: str | None = None
    moved: Move | None = None
    moved_in: Span | None = None

    def within(self, owners: Iterable[str]) -> "Selection":
        """The same for fewer owners: a selection never widens."""
        inside = frozenset(owners)
        return replace(self, owners=inside if self.owners is None else self.owners & inside)
