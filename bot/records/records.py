"""The pipeline's numbers and lists, counted in the database."""

import itertools
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Literal

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
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
from bot.crm.mirror.reads import Mirror
from bot.domain.deals import StageKind
from bot.domain.periods import Clock, Period
from bot.pipeline.deal_status import Conversion, Listed, Standing
from bot.pipeline.figures import ClosedTally, CountTally, Key, OpenTally, Tallies
from bot.pipeline.movement import ChangedDeal, created_later
from bot.pipeline.rules import RISKS, RULES, Thresholds
from bot.pipeline.selection import MOVES, Move, Selection, Span
from bot.records.conditions import (
    Sight,
    closed,
    closing,
    conditions,
    deal,
    had_close_date_in,
    last_activity,
    moved,
    moved_either,
)
from bot.records.stage_norms import Experience, read_experience

Order = Literal["amount", "close_date", "age", "quiet", "pushes", "closed"]
By = Literal["product", "industry"]
_WALKED = ("close_date", "amount", "owner_id", "owner")


class Ledger:
    """Questions to the mirror whose answers are numbers; what is read grows with the answer, not with the CRM."""

    def __init__(self, mirror: Mirror, thresholds: Thresholds) -> None:
        self._mirror, self._thresholds = mirror, thresholds
        self._experience: tuple[int, Experience] | None = None

    def _experience_now(self) -> Experience:
        """What the company's closed deals teach, read anew once a deal was won or lost."""
        closings = self._mirror.closings
        if self._experience is None or self._experience[0] != closings:
            self._experience = closings, read_experience(self._mirror.engine, self._mirror.snapshot.stages)
        return self._experience[1]

    def sight(self, clock: Clock) -> Sight:
        """What the numbers of a moment depend on; the several questions of one answer share it."""
        return Sight(clock, self._mirror.snapshot.stages, self._experience_now(), self._thresholds)

    def deals(self, selection: Selection, sight: Sight, *, order: Order = "amount", limit: int | None = None) -> Listed:
        """The deals of a selection, the largest first unless another order is asked for."""
        wanted = conditions(selection, sight)
        totals: dict[str, Decimal] = {}
        count = 0
        with self._mirror.engine.connect() as connection:
            for row in connection.execute(
                select(deal.currency, func.count(), func.sum(deal.amount)).where(*wanted).group_by(deal.currency)
            ):
                totals[row[0]] = row[2] or Decimal(0)
                count += row[1]
        return Listed(tuple(self._standings(wanted, sight, order, limit)) if count else (), count, totals)

    def amounts(self, selection: Selection, currency: str, sight: Sight) -> list[tuple[str, Decimal]]:
        """(stage, amount) of each deal of a selection in one currency."""
        wanted = [*conditions(selection, sight), deal.currency == currency, deal.amount.isnot(None)]
        with self._mirror.engine.connect() as connection:
            return [
                (row[0], row[1])
                for row in connection.execute(select(deal.stage, deal.amount).where(*wanted).order_by(deal.id))
            ]

    def findings(self, selection: Selection, sight: Sight, limit: int) -> list[Standing]:
        """Open deals with a finding or a risk, the largest first."""
        rules = sight.rules
        return self._standings(
            [*conditions(selection, sight), deal.open.is_(True), or_(*rules.values())], sight, "amount", limit
        )

    def standing(self, deal_id: str, sight: Sight) -> Standing | None:
        """One deal with its standing."""
        return next(iter(self._standings([deal.id == deal_id], sight, "amount", 1)), None)

    def _standings(self, wanted: list[Any], sight: Sight, order: Order, limit: int | None) -> list[Standing]:
        clock, quiet = sight.clock, last_activity(sight.clock)
        rules = sight.rules
        flags = [case((and_(deal.open.is_(True), rules[rule]), 1), else_=0).label(f"rule_{rule}") for rule in RULES]
        query = select(
            deal.id,
            deal.stage_since,
            deal.close_date_since,
            deal.next_step_since,
            deal.pushes,
            deal.created,
            quiet.label("quiet"),
            *flags,
        )
        with self._mirror.engine.connect() as connection:
            rows = list(connection.execute(query.where(*wanted).order_by(*_order(order, quiet)).limit(limit)))
        deals = {d.id: d for d in self._mirror.deals(ids=[row.id for row in rows])}

        def day(moment: datetime | None) -> date | None:
            return clock.day(moment) if moment else None

        def days(moment: datetime | None, created: date | None) -> int | None:
            since = day(moment) or created
            return (clock.today - since).days if since else None

        return [
            Standing(
                deals[row.id],
                days(row.stage_since, row.created),
                days(row.quiet, row.created),
                row.pushes,
                tuple(rule for rule in RULES if getattr(row, f"rule_{rule}")),
                day(row.close_date_since),
                day(row.next_step_since),
            )
            for row in rows
        ]

    def tallies(
        self, selection: Selection, period: Period, sight: Sight, *, by: By | None = None, moves: Span | None = None
    ) -> Tallies:
        """What the metrics of a period are made of; `moves` is the span in which movement is counted, the last 7 days
        where not given.

        By product a deal with several products counts for each of them.
        """
        group = _group(by)
        wanted = conditions(selection, sight)
        with self._mirror.engine.connect() as connection:
            closed_rows = connection.execute(self._closed(wanted, period, sight, group)).all()
            won = sight.names(StageKind.WON)
            return Tallies(
                self._open(connection, wanted, period, sight, group),
                [ClosedTally(Key(*row[:3]), row[3] in won, row[5], row[6] or Decimal(0)) for row in closed_rows],
                [CountTally(Key(*row[:3]), int(row[4]), row[5]) for row in closed_rows if row[4] is not None],
                [
                    CountTally(Key(*row[:3]), row[3], row[4])
                    for row in connection.execute(_moves(wanted, moves or sight.clock.last_days(7), sight, group))
                ],
                _slips(connection, wanted, period, sight, group),
                sight.experience.probabilities,
            )

    def _open(
        self, connection: Connection, wanted: list[Any], period: Period, sight: Sight, group: "Group"
    ) -> list[OpenTally]:
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

    def _closed(self, wanted: list[Any], period: Period, sight: Sight, group: "Group") -> Any:
        """Won and lost deals; the won ones by the days from creation to the day of winning, in the company's time
        zone.
        """
        counted = and_(deal.stage.in_(sight.names(StageKind.WON)), deal.created.isnot(None))
        days = case((counted, self._days_to_close(period, sight.clock)))
        return _grouped(
            [deal.stage, days, func.count(), func.sum(deal.amount)],
            [*wanted, closed(period, sight.clock)],
            group,
            deal.stage,
            days,
        )

    def _days_to_close(self, period: Period, clock: Clock) -> ColumnElement[Any]:
        if self._mirror.engine.dialect.name != "sqlite":
            return cast(func.timezone(clock.timezone, deal.closed_at), Date) - deal.created
        *earlier, (_, last) = clock.offsets(period)
        shift = (
            case(*((deal.closed_at < until, _seconds(offset)) for until, offset in earlier), else_=_seconds(last))
            if earlier
            else literal(_seconds(last))
        )
        return cast(func.julianday(func.date(deal.closed_at, shift)) - func.julianday(deal.created), Integer)

    def movers(
        self, selection: Selection, moves: Collection[Move], span: Span, sight: Sight, limit: int
    ) -> dict[Move, list[str]]:
        """The names of the largest deals that made each of these moves."""
        wanted = conditions(selection, sight)
        largest = [
            select(literal(move).label("move"), deal.id, deal.amount)
            .where(*wanted, moved(move, span, sight))
            .order_by(*_order("amount", None))
            .limit(limit)
            .subquery()
            for move in moves
        ]
        found: dict[Move, list[str]] = {move: [] for move in moves}
        if largest:
            with self._mirror.engine.connect() as connection:
                every = union_all(*(select(part) for part in largest)).subquery()
                query = (
                    select(every.c.move, deal.name)
                    .join(every, every.c.id == deal.id)
                    .order_by(every.c.amount.desc().nullslast(), deal.id)
                )
                for move, name in connection.execute(query):
                    found[move].append(name)
        return found

    def changed(self, selection: Selection, since: datetime, sight: Sight) -> list[ChangedDeal]:
        """The deals that changed since a moment and belong, or belonged then, to the selection's owners."""
        stage, field = t.stage_changes.c, t.field_changes.c
        others = conditions(replace(selection, owners=None), sight)
        touched = or_(
            deal.id.in_(select(stage.deal_id).where(stage.at >= since)),
            deal.id.in_(select(field.deal_id).where(field.field.in_(_WALKED), field.at >= since)),
            deal.created > sight.clock.day(since),
            deal.closed_at >= since,
        )
        if selection.owners is not None:
            handed = select(field.deal_id).where(
                field.field.in_(["owner_id", "owner"]), field.at >= since, field.old.in_(sorted(selection.owners))
            )
            others.append(or_(deal.owner_id.in_(sorted(selection.owners)), deal.id.in_(handed)))
        with self._mirror.engine.connect() as connection:
            ids = [row[0] for row in connection.execute(select(deal.id).where(touched, *others).order_by(deal.id))]
        stages, fields = self._mirror.stage_changes(ids), self._mirror.field_changes(ids, _WALKED)
        return [
            ChangedDeal(
                found,
                [c for c in stages.get(found.id, ()) if c.at >= since],
                [c for c in fields.get(found.id, ()) if c.at >= since],
                created_later(found, stages[found.id][0].at if found.id in stages else None, since, sight.clock),
            )
            for found in self._mirror.deals(ids=ids)
        ]

    def touched(self, selection: Selection, period: Period, sight: Sight) -> dict[str, tuple[int, int]]:
        """(open deals, those with an activity in the period) of each owner."""
        start, end = sight.clock.bounds(period)
        at = t.activities.c.at
        active = deal.id.in_(select(t.activities.c.deal_id).where(at >= start, at < end, at <= sight.clock.now))
        wanted = [*conditions(selection, sight), deal.open.is_(True)]
        query = (
            select(deal.owner_id, func.count(), func.sum(case((active, 1), else_=0)))
            .where(*wanted)
            .group_by(deal.owner_id)
        )
        with self._mirror.engine.connect() as connection:
            return {row[0]: (row[1], int(row[2])) for row in connection.execute(query)}

    def conversion(self, selection: Selection, sight: Sight) -> list[Conversion]:
        """For each open stage: the deals that entered it, that ever entered the next one, and that were lost from
        it.
        """
        wanted = conditions(selection, sight)
        change, other = t.stage_changes.alias("change"), t.stage_changes.alias("other")
        entered = select(change.c.to_stage, other.c.to_stage, func.count(func.distinct(deal.id))).select_from(
            t.deals.join(change, change.c.deal_id == deal.id).join(other, other.c.deal_id == deal.id)
        )
        lost_at = select(change.c.from_stage, func.count(func.distinct(deal.id))).select_from(
            t.deals.join(change, change.c.deal_id == deal.id)
        )
        lost = change.c.to_stage.in_(sight.names(StageKind.LOST)), deal.stage.in_(sight.names(StageKind.LOST))
        with self._mirror.engine.connect() as connection:
            both = {
                (a, b): n
                for a, b, n in connection.execute(entered.where(*wanted).group_by(change.c.to_stage, other.c.to_stage))
            }
            losses = dict(
                tuple(row) for row in connection.execute(lost_at.where(*wanted, *lost).group_by(change.c.from_stage))
            )
        ladder = [*sight.names(StageKind.OPEN), *sight.names(StageKind.WON)[:1]]
        return [
            Conversion(sight.stages[here], both.get((here, here), 0), both.get((here, after), 0), losses.get(here, 0))
            for here, after in itertools.pairwise(ladder)
        ]


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


def _seconds(offset: timedelta) -> str:
    return f"{round(offset.total_seconds()):+d} seconds"


def _order(order: Order, quiet: Any) -> list[Any]:
    """Unknown values come last."""
    first: Any
    match order:
        case "amount":
            first = deal.amount.desc().nullslast()
        case "close_date":
            return [deal.close_date.is_(None), deal.close_date, deal.id]
        case "age":
            first = func.coalesce(deal.stage_since, deal.created)
        case "quiet":
            first = func.coalesce(quiet, deal.created)
        case "pushes":
            first = deal.pushes.desc()
        case "closed":
            first = deal.closed_at.desc()
    return [first, deal.id]
