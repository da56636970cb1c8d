"""Selections and rules as SQL conditions on deals: the one place where each is defined."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from math import floor
from typing import Any

from sqlalchemy import ColumnElement, Date, and_, case, false, func, literal, literal_column, or_, select

from bot.crm.mirror import tables as t
from bot.domain.deals import Stage, StageKind
from bot.domain.periods import Clock, Period
from bot.pipeline.rules import Rule, Thresholds
from bot.pipeline.selection import Move, Selection, Span
from bot.records.stage_norms import StageNorms

EVER = datetime(9999, 1, 1, tzinfo=UTC)
Condition = ColumnElement[bool]
deal = t.deals.c
CLOSE_DATE: ColumnElement[str] = literal_column(
    "'close_date'"
)  # written out, for only so does the index of close dates serve


@dataclass(frozen=True)
class Sight:
    """What the conditions depend on beside the deals: the moment, the stages, what is typical, the thresholds."""

    clock: Clock
    stages: Mapping[str, Stage]
    norms: StageNorms
    thresholds: Thresholds

    def names(self, kind: StageKind) -> list[str]:
        return [stage.name for stage in self.stages.values() if stage.kind is kind]

    @cached_property
    def rules(self) -> dict[Rule, Condition]:
        """Each rule as a condition, built once for the several queries of an answer."""
        return rule_conditions(self)


def conditions(selection: Selection, sight: Sight) -> list[Condition]:
    """All conditions of a selection."""
    found: list[Condition] = []

    def one_of(column: Any, values: frozenset[str] | None) -> None:
        if values is not None:
            found.append(column.in_(sorted(values)))

    one_of(deal.owner_id, selection.owners)
    one_of(deal.id, selection.ids)
    one_of(deal.account_id, selection.accounts)
    one_of(deal.stage, selection.stages)
    one_of(deal.forecast, selection.forecasts)
    if selection.not_forecasts is not None:
        found.append(or_(deal.forecast.is_(None), deal.forecast.not_in(sorted(selection.not_forecasts))))
    if selection.not_stages is not None:
        found.append(deal.stage.not_in(sorted(selection.not_stages)))
    if selection.currency is not None:
        found.append(deal.currency == selection.currency)
    if selection.named is not None:
        found.append(func.lower(deal.name).contains(selection.named.lower(), autoescape=True))
    if selection.industries is not None:
        found.append(
            deal.account_id.in_(select(t.accounts.c.id).where(t.accounts.c.industry.in_(sorted(selection.industries))))
        )
    if selection.products is not None:
        product = t.deal_products.c
        found.append(deal.id.in_(select(product.deal_id).where(product.product_id.in_(sorted(selection.products)))))
    found += _kind(selection, sight)
    if selection.created:
        found.append(deal.created.between(selection.created.start, selection.created.end))
    if selection.over is not None:
        found.append(deal.amount > selection.over)
    if selection.under is not None:
        found.append(deal.amount < selection.under)
    if selection.over_days_in_stage is not None:
        found.append(_aged(deal.stage_since, selection.over_days_in_stage + 1, sight.clock))
    if selection.over_days_quiet is not None:
        found.append(_aged(last_activity(sight.clock), selection.over_days_quiet, sight.clock))
    if selection.pushes is not None:
        found.append(deal.pushes >= selection.pushes)
    if selection.slipped is not None:
        found += [
            deal.open.is_(True),
            deal.close_date > selection.slipped.end,
            had_close_date_in(selection.slipped, sight.clock),
        ]
    if selection.loss_reason is not None:
        found.append(func.lower(deal.loss_reason).contains(selection.loss_reason.lower(), autoescape=True))
    if selection.rules:
        found += [deal.open.is_(True), or_(*(sight.rules[rule] for rule in sorted(selection.rules)))]
    if selection.moved and selection.moved_in:
        found.append(moved(selection.moved, selection.moved_in, sight))
    return found


def _kind(selection: Selection, sight: Sight) -> list[Condition]:
    period = selection.period
    if selection.kind is None:
        return [] if period is None else [or_(and_(deal.open.is_(True), closing(period)), closed(period, sight.clock))]
    if selection.kind is StageKind.OPEN:
        return [deal.open.is_(True), *([closing(period)] if period else [])]
    of_kind = and_(deal.open.is_(False), deal.stage.in_(sight.names(selection.kind)))
    return [of_kind, *([closed(period, sight.clock)] if period else [])]


def closing(period: Period) -> Condition:
    """Whether the close date lies in a period."""
    return deal.close_date.between(period.start, period.end)


def closed(period: Period, clock: Clock) -> Condition:
    """Whether the deal was won or lost on a day of a period."""
    start, end = clock.bounds(period)
    return and_(deal.open.is_(False), deal.closed_at >= start, deal.closed_at < end)


def last_activity(clock: Clock) -> ColumnElement[Any]:
    """The moment of the last activity up to now; where the newest lies ahead, the one before counts."""
    past = select(func.max(t.activities.c.at)).where(t.activities.c.deal_id == deal.id, t.activities.c.at <= clock.now)
    newest = deal.last_activity_at
    return case((newest.is_(None), None), (newest <= clock.now, newest), else_=past.scalar_subquery())


def _aged(since: Any, days: int, clock: Clock) -> Condition:
    """Whether `since`, or the day of creation where it is unknown, lies at least so many days back."""
    day = clock.today - timedelta(days=days)
    return or_(
        and_(since.isnot(None), since < clock.midnight(day + timedelta(days=1))),
        and_(since.is_(None), deal.created <= day),
    )


def rule_conditions(sight: Sight) -> dict[Rule, Condition]:
    """Each rule (PRODUCT: Metrics, hygiene findings and risks) as a condition on an open deal."""
    clock, limits = sight.clock, sight.thresholds
    large = or_(
        false(),
        *(
            and_(deal.currency == currency, deal.amount > amount)
            for currency, amount in limits.single_contact_amounts.items()
        ),
    )
    return {
        "close_date_past": deal.close_date < clock.today,
        "no_next_step": deal.has_next_step.is_(False),
        "next_step_unchanged": and_(
            deal.has_next_step.is_(True), _aged(deal.next_step_since, limits.next_step_days, clock)
        ),
        "no_amount": deal.amount.is_(None),
        "amount_zero": deal.amount == Decimal(0),
        "close_date_unchanged": and_(
            deal.close_date.isnot(None), _aged(deal.close_date_since, limits.close_date_days, clock)
        ),
        "stage_skipped": deal.stage_skipped.is_(True),
        "single_contact": and_(deal.contact_count == 1, large),
        "no_contact": deal.contact_count == 0,
        "account_missing": deal.account_id.is_(None),
        "stalled": _stalled(clock, limits),
        "overaged": or_(
            false(),
            *(
                and_(deal.stage == name, _aged(deal.stage_since, _over(days, limits), clock))
                for name, days in sight.norms.typical_days.items()
            ),
        ),
    }


def _stalled(clock: Clock, limits: Thresholds) -> Condition:
    """No activity for a while: a shorter one when the deal closes this quarter."""
    quiet, soon = last_activity(clock), closing(clock.quarter)
    days = [clock.today - timedelta(days=n) for n in (limits.stalled_days_closing, limits.stalled_days)]
    moments = [literal(clock.midnight(day + timedelta(days=1)), deal.stage_since.type) for day in days]
    edge, day = (
        case((soon, moments[0]), else_=moments[1]),
        case((soon, literal(days[0], Date)), else_=literal(days[1], Date)),
    )
    return or_(quiet < edge, and_(quiet.is_(None), deal.created <= day))


def _over(typical: float, limits: Thresholds) -> int:
    """The fewest whole days that are more than the factor times what is typical."""
    return floor(limits.overaged_factor * typical) + 1


def moved(move: Move, span: Span, sight: Sight) -> Condition:
    """Whether the deal was new, advanced, pushed, won or lost in a span of time (CONTRACT: settled points)."""
    return or_(*moved_either(move, span, sight))


def moved_either(move: Move, span: Span, sight: Sight) -> list[Condition]:
    """The same as conditions of which one holds at most, each served by an index of its own."""
    start, end = span
    change = t.stage_changes
    match move:
        case "won" | "lost":
            kind = StageKind.WON if move == "won" else StageKind.LOST
            return [
                and_(
                    deal.open.is_(False),
                    deal.closed_at >= start,
                    deal.closed_at < end,
                    deal.stage.in_(sight.names(kind)),
                )
            ]
        case "pushed":
            field = t.field_changes.c
            dates = and_(
                field.field == CLOSE_DATE, field.at >= start, field.at < end, field.old != "", field.new > field.old
            )
            return _last(deal.pushed_at, span, select(field.deal_id).where(dates))
        case "new":
            return [and_(deal.entered_at >= start, deal.entered_at < end)]
        case "back":
            order = {name: stage.order for name, stage in sight.stages.items()}
            down = [
                and_(change.c.to_stage == name, change.c.from_stage.in_([n for n in order if order[n] > order[name]]))
                for name in sight.names(StageKind.OPEN)
            ]
            history = select(change.c.deal_id).where(change.c.at >= start, change.c.at < end, or_(false(), *down))
            return [deal.id.in_(history)]
        case "advanced":
            order = {name: stage.order for name, stage in sight.stages.items()}
            open_names = sight.names(StageKind.OPEN)
            up = [
                and_(change.c.to_stage == name, change.c.from_stage.in_([n for n in order if order[n] < order[name]]))
                for name in open_names
            ]
            return _last(
                deal.advanced_at,
                span,
                select(change.c.deal_id).where(change.c.at >= start, change.c.at < end, or_(false(), *up)),
            )


def _last(latest: Any, span: Span, history: Any) -> list[Condition]:
    """Whether something happened in a span: told by the last time, and by the history only where that lies after the
    span.
    """
    start, end = span
    later = and_(
        latest.between(end, EVER), deal.id.concat("").in_(history)
    )  # so written that an index finds the few later ones
    return [and_(latest >= start, latest < end), later]


def had_close_date_in(period: Period, clock: Clock) -> Condition:
    """Whether the close date lay in a period at some moment of it, beside what it is now."""
    field = t.field_changes.c
    start, _ = clock.bounds(period)
    first, last = period.start.isoformat(), period.end.isoformat()
    inside = or_(field.old.between(first, last), field.new.between(first, last))
    return deal.id.in_(select(field.deal_id).where(field.field == CLOSE_DATE, field.at >= start, inside))
