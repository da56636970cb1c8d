"""Sums and histograms of the deals that a question counts, by group and currency, in SQL."""

from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Date, and_, case, cast, func, literal, select

from bot.crm.mirror import tables as t
from bot.domain.deals import StageKind
from bot.domain.people import Organization
from bot.domain.periods import Clock, Period
from bot.pipeline.measures import OF_OWNER, Dimension, Measure, State
from bot.records.conditions import Sight, conditions, deal, last_activity
from bot.records.pieces import buckets
from bot.records.question import Keys, Question

SPREAD: frozenset[Measure] = frozenset({"median_amount", "cycle_days", "age_days", "stage_days", "quiet_days"})
EARLIEST = date(2000, 1, 1)
"""Days before it are not told apart by the clock's changes of the hour."""


@dataclass
class Sums:
    """What is added up of a group's deals in one currency; `spread` counts values for medians and means of days."""

    deals: int = 0
    valued: int = 0
    amount: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)
    pushes: int = 0
    won: int = 0
    won_amount: Decimal = Decimal(0)
    spread: dict[Measure, Counter[Any]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, other: "Sums") -> None:
        for name in ("deals", "valued", "amount", "weighted", "pushes", "won", "won_amount"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for measure, counts in other.spread.items():
            self.spread[measure].update(counts)


Groups = dict[tuple[Keys, str], Sums]


def _where(question: Question, state: State, sight: Sight) -> list[Any]:
    """The conditions of the deals that count for a measure in a state."""
    selection = question.selection
    if state in {"open", "won", "lost"}:
        return conditions(replace(selection, kind=StageKind(state), period=question.period), sight)
    wanted = conditions(replace(selection, kind=None, period=question.period), sight)
    return [*wanted, deal.open.is_(False)] if state == "closed" else wanted


def summed(
    connection: Connection, question: Question, state: State, sight: Sight, organization: Organization
) -> Groups:
    source, columns = _grouping(question, state, sight)
    won = deal.stage.in_(sight.names(StageKind.WON))
    stages = [*columns, deal.currency, deal.stage]
    query = (
        select(
            *stages,
            func.count(),
            func.count(deal.amount),
            func.sum(deal.amount),
            func.sum(deal.pushes),
            func.sum(case((won, 1), else_=0)),
        )
        .select_from(source)
        .where(*_where(question, state, sight))
        .group_by(*stages)
    )
    groups: Groups = defaultdict(Sums)
    n = len(columns)
    for row in connection.execute(query):
        keys = tuple(named(d, row[i], organization) for i, d in enumerate(question.by))
        amount = row[n + 4] or Decimal(0)
        share = sight.norms.probabilities.get(row[n + 1], Decimal(0)) / 100
        is_won = bool(row[n + 6])
        groups[keys, row[n]].add(
            Sums(
                row[n + 2],
                row[n + 3],
                amount,
                amount * share,
                int(row[n + 5] or 0),
                int(row[n + 6] or 0),
                amount if is_won else Decimal(0),
            )
        )
    return groups


def named(dimension: Dimension, key: Any, organization: Organization) -> str | None:
    """A key as it is folded: of an owner the person, the manager or the region."""
    if key is None or dimension not in OF_OWNER:
        return None if key is None or key == "" else str(key)
    person = organization.people.get(key)
    if dimension == "rep" or person is None:
        return str(key)
    return person.region if dimension == "region" else (person.manager_id or person.id)


def _grouping(question: Question, state: State, sight: Sight) -> tuple[Any, list[Any]]:
    """What deals are joined with, and the columns they are grouped by."""
    source: Any = t.deals
    columns: list[Any] = []
    if {"industry", "country"} & set(question.by):
        source = source.outerjoin(t.accounts, t.accounts.c.id == deal.account_id)
    for dimension in question.by:
        match dimension:
            case "rep" | "manager" | "region":
                columns.append(deal.owner_id)
            case "stage":
                columns.append(deal.stage)
            case "forecast":
                columns.append(deal.forecast)
            case "loss_reason":
                columns.append(deal.loss_reason)
            case "account":
                columns.append(deal.account_id)
            case "industry":
                columns.append(t.accounts.c.industry)
            case "country":
                columns.append(t.accounts.c.country)
            case "product":
                source = source.outerjoin(t.deal_products, t.deal_products.c.deal_id == deal.id)
                columns.append(t.deal_products.c.product_id)
            case "activity":
                columns.append(literal(None))
            case "month" | "quarter" | "week":
                columns.append(_bucket(dimension, question, state, sight.clock))
    return source, columns


def _bucket(dimension: Dimension, question: Question, state: State, clock: Clock) -> Any:
    """The label of the month, quarter or week in which a deal closes, was closed or was created."""
    found = buckets(dimension, question, clock)

    def inside(period: Period) -> Any:
        start, end = clock.bounds(period)
        if question.selection.created is not None:
            return deal.created.between(period.start, period.end)
        if state == "open":
            return deal.close_date.between(period.start, period.end)
        was_closed = and_(deal.open.is_(False), deal.closed_at >= start, deal.closed_at < end)
        if state != "any":
            return was_closed
        return was_closed | and_(deal.open.is_(True), deal.close_date.between(period.start, period.end))

    if not found:
        return literal(None)
    return case(*((inside(period), literal(label)) for label, period in found), else_=literal(None))


def count_spread(
    connection: Connection,
    question: Question,
    state: State,
    measure: Measure,
    groups: Groups,
    sight: Sight,
    organization: Organization,
) -> None:
    """Count the values of a measure in each group."""
    source, columns = _grouping(question, state, sight)
    sqlite, clock = connection.dialect.name == "sqlite", sight.clock
    value: Any
    match measure:
        case "median_amount":
            value = deal.amount
        case "age_days":
            value = deal.created
        case "cycle_days":
            value = _day(deal.closed_at, clock, sqlite=sqlite)
        case "stage_days":
            value = func.coalesce(_day(deal.stage_since, clock, sqlite=sqlite), deal.created)
        case _:
            value = func.coalesce(_day(last_activity(clock), clock, sqlite=sqlite), deal.created)
    also = [deal.created] if measure == "cycle_days" else []
    grouped = [*columns, deal.currency, value, *also]
    query = (
        select(*grouped, func.count())
        .select_from(source)
        .where(*_where(question, state, sight), value.isnot(None))
        .group_by(*grouped)
    )
    n = len(columns)
    for row in connection.execute(query):
        keys = tuple(named(d, row[i], organization) for i, d in enumerate(question.by))
        counted: Any = row[n + 1]
        if measure == "cycle_days":
            if row[n + 2] is None:
                continue
            counted = (_as_day(counted) - row[n + 2]).days
        elif measure != "median_amount":
            counted = (clock.today - _as_day(counted)).days
        groups[keys, row[n]].spread[measure][counted] += row[-1]


def _as_day(value: Any) -> date:
    return value if isinstance(value, date) and not isinstance(value, datetime) else date.fromisoformat(str(value)[:10])


def _day(moment: Any, clock: Clock, *, sqlite: bool) -> Any:
    """The company's day of a moment."""
    if not sqlite:
        return cast(func.timezone(clock.timezone, moment), Date)
    *earlier, (_, last) = clock.offsets(Period(EARLIEST, clock.today + timedelta(days=1)))
    shift = (
        case(*((moment < until, _seconds(offset)) for until, offset in earlier), else_=_seconds(last))
        if earlier
        else literal(_seconds(last))
    )
    return func.date(moment, shift)


def _seconds(offset: timedelta) -> str:
    return f"{round(offset.total_seconds()):+d} seconds"
