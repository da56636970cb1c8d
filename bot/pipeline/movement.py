"""What moved the open pipeline of a period between two moments, to the cent."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from bot.domain.deals import Deal, FieldChange, StageChange
from bot.domain.periods import Clock, Period

Cause = Literal[
    "new", "reopened", "pulled_in", "raised", "joined", "won", "lost", "pushed_out", "pulled_ahead", "lowered", "left"
]
CAUSES: tuple[Cause, ...] = (
    "new",
    "reopened",
    "pulled_in",
    "raised",
    "joined",
    "won",
    "lost",
    "pushed_out",
    "pulled_ahead",
    "lowered",
    "left",
)


@dataclass(frozen=True, slots=True)
class ChangedDeal:
    """A deal as it is now, with what changed on it since the first moment, oldest first."""

    deal: Deal
    stage_changes: Sequence[StageChange]
    field_changes: Sequence[FieldChange]
    created_later: bool


@dataclass(frozen=True, slots=True)
class Step:
    cause: Cause
    deal: Deal
    amount: Decimal


@dataclass(frozen=True, slots=True)
class State:
    """What a deal counted at a moment: nothing where it was closed, unknown, of other owners or closing outside the
    period.
    """

    open: bool
    owner_id: str
    close_date: date | None
    amount: Decimal
    stage: str


def steps(
    changed: Iterable[ChangedDeal],
    period: Period,
    owners: frozenset[str] | None,
    open_stages: frozenset[str],
    won_stages: frozenset[str],
) -> list[Step]:
    """One step for each deal whose part in the open pipeline of the period differs between then and now.

    The sum of the steps is the open pipeline now less that of then.
    """
    found = []
    for one in changed:
        now, then = _now(one.deal, open_stages), _then(one, open_stages)
        before, after = _counted(then, period, owners), _counted(now, period, owners)
        cause = _cause(then, now, before is not None, after is not None, period, owners, won_stages)
        amount = (after or Decimal(0)) - (before or Decimal(0))
        if amount or (before is None) != (after is None):
            found.append(Step(cause if cause else "raised" if amount > 0 else "lowered", one.deal, amount))
    return found


def _now(deal: Deal, open_stages: frozenset[str]) -> State:
    return State(deal.stage in open_stages, deal.owner_id, deal.close_date, deal.amount or Decimal(0), deal.stage)


def _then(one: ChangedDeal, open_stages: frozenset[str]) -> State | None:
    """The state before the changes, walked back from the present; None where the deal was not there yet."""
    if one.created_later:
        return None
    deal = one.deal
    stage = one.stage_changes[0].from_stage if one.stage_changes else deal.stage
    if stage is None:
        return None
    first: dict[str, str | None] = {}
    for change in one.field_changes:
        first.setdefault(change.field, change.old)
    close = first.get("close_date", deal.close_date.isoformat() if deal.close_date else None)
    amount = first.get("amount", str(deal.amount) if deal.amount is not None else None)
    owner = first.get("owner_id", first.get("owner", deal.owner_id))
    return State(
        stage in open_stages,
        owner or deal.owner_id,
        date.fromisoformat(close[:10]) if close else None,
        Decimal(amount or 0),
        stage,
    )


def _counted(state: State | None, period: Period, owners: frozenset[str] | None) -> Decimal | None:
    if (
        state is None
        or not state.open
        or state.close_date not in period
        or (owners is not None and state.owner_id not in owners)
    ):
        return None
    return state.amount


def _cause(
    then: State | None,
    now: State,
    counted_before: bool,
    counts_now: bool,
    period: Period,
    owners: frozenset[str] | None,
    won: frozenset[str],
) -> Cause | None:
    if counted_before and not counts_now:
        if not now.open:
            return "won" if now.stage in won else "lost"
        if owners is not None and now.owner_id not in owners:
            return "left"
        return "pushed_out" if now.close_date is None or now.close_date > period.end else "pulled_ahead"
    if counts_now and not counted_before:
        if then is None:
            return "new"
        if not then.open:
            return "reopened"
        return "joined" if owners is not None and then.owner_id not in owners else "pulled_in"
    return None


def created_later(deal: Deal, first_change: datetime | None, since: datetime, clock: Clock) -> bool:
    """Whether a deal began after a moment: by its first stage, else by its day of creation."""
    if first_change is not None:
        return first_change >= since
    return deal.created is not None and deal.created > clock.day(since)
