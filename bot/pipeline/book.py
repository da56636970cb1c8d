"""A book of business: the deals of a scope with all that its numbers are computed from."""

import itertools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from statistics import median

from bot.domain.deals import Deal, FieldChange, Quota, Stage, StageChange, StageKind
from bot.domain.periods import FiscalCalendar, Period, day_in

ENOUGH_CLOSED = 50
LARGE_DEAL = {"USD": Decimal(100_000), "EUR": Decimal(100_000), "CNY": Decimal(700_000)}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a deal is a finding or a risk (PRODUCT: Metrics); days and amounts."""

    stalled_days: int = 30
    stalled_days_closing: int = 14
    next_step_days: int = 21
    close_date_days: int = 60
    single_contact_amounts: Mapping[str, Decimal] = field(default_factory=lambda: LARGE_DEAL)
    overaged_factor: float = 1.5


@dataclass(frozen=True, slots=True)
class Book:
    """Deals open or closed in view, their histories, and the company's stages and experience.

    `stage_changes` and `field_changes` are by deal, oldest first. `probabilities` are percents by stage name,
    `typical_days` the median days that won deals spent in a stage.
    """

    deals: Sequence[Deal]
    stage_changes: Mapping[str, Sequence[StageChange]]
    field_changes: Mapping[str, Sequence[FieldChange]]
    last_activity: Mapping[str, datetime]
    quotas: Sequence[Quota]
    stages: Mapping[str, Stage]
    probabilities: Mapping[str, Decimal]
    typical_days: Mapping[str, float]
    as_of: datetime
    timezone: str
    fiscal: FiscalCalendar = field(default_factory=FiscalCalendar)
    thresholds: Thresholds = field(default_factory=Thresholds)

    @property
    def today(self) -> date:
        return day_in(self.as_of, self.timezone)

    @property
    def open(self) -> list[Deal]:
        return [deal for deal in self.deals if self.kind(deal) is StageKind.OPEN]

    def kind(self, deal: Deal) -> StageKind:
        return self.stages[deal.stage].kind

    def closed_on(self, deal: Deal) -> date | None:
        return day_in(deal.closed_at, self.timezone) if deal.closed_at else None

    def closed_in(self, period: Period, kind: StageKind) -> list[Deal]:
        """Deals won or lost whose day of closing lies in the period."""
        return [d for d in self.deals if self.kind(d) is kind and self.closed_on(d) in period]

    def closing_in(self, period: Period) -> list[Deal]:
        """Open deals whose close date lies in the period."""
        return [d for d in self.open if d.close_date in period]

    def days_in_stage(self, deal: Deal) -> int | None:
        """Whole days since the last stage change, or since creation where there was none."""
        changes = self.stage_changes.get(deal.id)
        since = day_in(changes[-1].at, self.timezone) if changes else deal.created
        return (self.today - since).days if since else None

    def pushes(self, deal: Deal) -> int:
        """Times the close date moved later."""
        return sum(is_push(change) for change in self.field_changes.get(deal.id, ()))

    def only(self, deals: Iterable[Deal], quotas: Sequence[Quota]) -> "Book":
        """The same book for fewer deals."""
        return replace(self, deals=list(deals), quotas=quotas)


def is_push(change: FieldChange) -> bool:
    return change.field == "close_date" and bool(change.old and change.new) and str(change.new) > str(change.old)


def stage_experience(
    deals: Sequence[Deal], stage_changes: Mapping[str, Sequence[StageChange]], stages: Mapping[str, Stage]
) -> tuple[dict[str, Decimal], dict[str, float]]:
    """(probability in percent by stage, median days of won deals by stage) from the company's whole history.

    A stage's own share of won deals takes over from its default once ENOUGH_CLOSED deals that entered it are closed.
    """
    entered: dict[str, list[bool]] = {}
    stays: dict[str, list[float]] = {}
    kinds = {name: stage.kind for name, stage in stages.items()}
    for deal in deals:
        if kinds[deal.stage] is StageKind.OPEN:
            continue
        won = kinds[deal.stage] is StageKind.WON
        changes = stage_changes.get(deal.id, ())
        for name in {change.to_stage for change in changes if kinds.get(change.to_stage) is StageKind.OPEN}:
            entered.setdefault(name, []).append(won)
        if won:
            for here, after in itertools.pairwise(changes):
                stays.setdefault(here.to_stage, []).append((after.at - here.at).total_seconds() / 86400)
    probabilities = {name: stage.probability for name, stage in stages.items()}
    for name, outcomes in entered.items():
        if len(outcomes) >= ENOUGH_CLOSED:
            probabilities[name] = Decimal(100 * sum(outcomes)) / len(outcomes)
    return probabilities, {name: median(days) for name, days in stays.items()}
