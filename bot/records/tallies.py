"""What the metrics of a period are made of, counted in the database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Engine,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from bot.crm.mirror import tables as t
from bot.domain.deals import StageKind
from bot.domain.periods import Clock, Period
from bot.pipeline.figures import ClosedTally, CountTally, Key, OpenTally, Tallies
from bot.pipeline.rules import RISKS, RULES
from bot.pipeline.selection import MOVES, Selection, Span
from bot.records.conditions import (
    Sight,
    closed,
    closing,
    conditions,
    deal,
    had_close_date_in,
    moved_either,
)

By = Literal["product", "industry"]


@dataclass(frozen=True, slots=True)
class Group:
    """What deals are joined with for a breakdown, and the column that it goes by."""

    source: Any
    column: Any
    named: bool


def _group(by: By | None) -> Group:
    match by:
        case None:
            return Group(t.deals, literal(None).label("grouped"), False)
        case "product":
            return Group(
                t.deals.outerjoin(t.deal_products, t.deal_products.c.deal_id == deal.id),
                t.deal_products.c.product_id,
                True,
            )
        case "industry":
            return Group(t.deals.outerjoin(t.accounts, t.accounts.c.id == deal.account_id), t.accounts.c.industry, True)


def count(
    engine: Engine,
    selection: Selection,
    period: Period,
    sight: Sight,
    *,
    by: By | None = None,
    moves: Span | None = None,
) -> Tallies:
    """What the metrics of a period are made of; `moves` is the span in which movement is counted, the last 7 days
    where not given.

    By product a deal with several products counts for each of them.
    """
    group = _group(by)
    wanted = conditions(selection, sight)
    with engine.connect() as connection:
        closed_rows = connection.execute(_closed(engine.dialect.name, wanted, period, sight, group)).all()
        won = sight.names(StageKind.WON)
        return Tallies(
            _open(connection, wanted, period, sight, group),
            [ClosedTally(Key(*row[:3]), row[3] in won, row[5], row[6] or Decimal(0)) for row in closed_rows],
            [CountTally(Key(*row[:3]), int(row[4]), row[5]) for row in closed_rows if row[4] is not None],
            [
                CountTally(Key(*row[:3]), row[3], row[4])
                for row in connection.execute(_moves(wanted, moves or sight.clock.last_days(7), sight, group))
            ],
            _slips(connection, wanted, period, sight, group),
            sight.norms.probabilities,
        )


def _open(connection: Connection, wanted: list[Any], period: Period, sight: Sight, group: "Group") -> list[OpenTally]:
    rules, inside = sight.rules, closing(period)
    flags = [case((rules[rule], 1), else_=0).label(rule) for rule in RULES]
    one = (
        select(deal.owner_id, deal.currency, group.column.label("grouped"), deal.stage, deal.forecast, deal.amount)
        .add_columns(case((inside, 1), else_=0).label("inside"), *flags)
        .select_from(group.source)
        .where(*wanted, deal.open.is_(True))
        .subquery()
    )
    c = one.c
    broken = [func.sum(c[rule]) for rule in RULES]
    flawed = func.sum(case((or_(*(c[rule] == 1 for rule in RULES if rule not in RISKS)), 1), else_=0))
    keys = [c.owner_id, c.currency, c.grouped if group.named else group.column, c.stage, c.forecast]
    in_order = [
        c.owner_id,
        c.stage,
        c.currency,
        c.forecast,
        *([c.grouped] if group.named else []),
    ]  # that of the index: nothing is sorted
    query = select(
        *keys, func.sum(c.inside), func.sum(case((c.inside == 1, c.amount))), func.count(), flawed, *broken
    ).group_by(*in_order)
    return [
        OpenTally(
            Key(*row[:3]),
            row[3],
            row[4],
            int(row[5]),
            row[6] or Decimal(0),
            row[7],
            int(row[8]),
            dict(zip(RULES, map(int, row[9:]), strict=True)),
        )
        for row in connection.execute(query)
    ]


def _closed(dialect: str, wanted: list[Any], period: Period, sight: Sight, group: "Group") -> Any:
    """Won and lost deals; the won ones by the days from creation to the day of winning, in the company's time
    zone.
    """
    counted = and_(deal.stage.in_(sight.names(StageKind.WON)), deal.created.isnot(None))
    days = case((counted, _days_to_close(dialect, period, sight.clock)))
    return _grouped(
        [deal.stage, days, func.count(), func.sum(deal.amount)],
        [*wanted, closed(period, sight.clock)],
        group,
        deal.stage,
        days,
    )


def _days_to_close(dialect: str, period: Period, clock: Clock) -> ColumnElement[Any]:
    if dialect != "sqlite":
        return cast(func.timezone(clock.timezone, deal.closed_at), Date) - deal.created
    *earlier, (_, last) = clock.offsets(period)
    shift = (
        case(*((deal.closed_at < until, _seconds(offset)) for until, offset in earlier), else_=_seconds(last))
        if earlier
        else literal(_seconds(last))
    )
    return cast(func.julianday(func.date(deal.closed_at, shift)) - func.julianday(deal.created), Integer)


def _grouped(columns: Iterable[Any], wanted: Iterable[Any], group: "Group", *by: Any) -> Select[Any]:
    """Columns counted by owner, currency and what is broken down by."""
    keys = [deal.owner_id, deal.currency, group.column]
    return (
        select(*keys, *columns).select_from(group.source).where(*wanted).group_by(*keys[: 3 if group.named else 2], *by)
    )


def _moves(wanted: list[Any], span: Span, sight: Sight, group: "Group") -> Any:
    return union_all(
        *(
            _grouped([literal(move), func.count()], [*wanted, part], group)
            for move in MOVES
            for part in moved_either(move, span, sight)
        )
    )


def _slips(connection: Connection, wanted: list[Any], period: Period, sight: Sight, group: "Group") -> list[CountTally]:
    """Slippage (CONTRACT: settled points): deals whose close date lay in the period, and those of them that moved
    out.
    """
    now = connection.execute(_grouped([func.count()], [*wanted, closing(period)], group)).all()
    before = [*wanted, had_close_date_in(period, sight.clock), or_(deal.close_date.is_(None), ~closing(period))]
    later = case((and_(deal.open.is_(True), deal.close_date > period.end), 1), else_=0)
    left = connection.execute(_grouped([func.count(), func.sum(later)], before, group)).all()
    return [
        *(CountTally(Key(*row[:3]), "base", row[3]) for row in (*now, *left)),
        *(CountTally(Key(*row[:3]), "moved", int(row[4])) for row in left),
    ]


def _seconds(offset: timedelta) -> str:
    return f"{round(offset.total_seconds()):+d} seconds"
