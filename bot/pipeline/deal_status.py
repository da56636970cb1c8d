"""How single deals and stages stand, as their history tells."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from bot.domain.deals import Deal, Stage
from bot.pipeline.rules import Rule


@dataclass(frozen=True, slots=True)
class DealStatus:
    """A deal with what its history says: whole days in the stage and without activity, pushes, the rules it breaks."""

    deal: Deal
    days_in_stage: int | None
    days_quiet: int | None
    pushes: int
    rules: tuple[Rule, ...]
    close_date_since: date | None
    next_step_since: date | None

    def days(self, rule: Rule, today: date) -> int | None:
        """How many days a finding has lasted, for the rules that count days."""

        def since(day: date | None) -> int | None:
            return (today - day).days if day else None

        match rule:
            case "close_date_past":
                return since(self.deal.close_date)
            case "next_step_unchanged":
                return since(self.next_step_since or self.deal.created)
            case "close_date_unchanged":
                return since(self.close_date_since or self.deal.created)
            case "stalled":
                return self.days_quiet
            case "overaged":
                return self.days_in_stage
            case _:
                return None


@dataclass(frozen=True, slots=True)
class Listed:
    """The first deals of a selection, with the number and the sums by currency of all."""

    statuses: tuple[DealStatus, ...]
    count: int
    totals: dict[str, Decimal]


@dataclass(frozen=True, slots=True)
class Conversion:
    """Of the deals that ever entered a stage, how many ever entered the next one, and how many were lost from it."""

    stage: Stage
    entered: int
    advanced: int
    lost: int

    @property
    def rate(self) -> float | None:
        return self.advanced / self.entered if self.entered else None
