"""What happened to deals in a span of time, read from their histories."""

import itertools
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime

from sqlalchemy import (
    Engine,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from bot.crm.mirror import tables as t
from bot.crm.mirror.reads import Mirror
from bot.domain.deals import StageKind
from bot.domain.periods import Period
from bot.pipeline.deal_status import Conversion
from bot.pipeline.movement import ChangedDeal, created_later
from bot.pipeline.selection import Move, Selection, Span
from bot.records.conditions import (
    Sight,
    conditions,
    deal,
    moved,
)
from bot.records.listing import in_order

_WALKED = ("close_date", "amount", "owner_id", "owner")


def movers(
    engine: Engine, selection: Selection, moves: Collection[Move], span: Span, sight: Sight, limit: int
) -> dict[Move, list[str]]:
    """The names of the largest deals that made each of these moves."""
    wanted = conditions(selection, sight)
    largest = [
        select(literal(move).label("move"), deal.id, deal.amount)
        .where(*wanted, moved(move, span, sight))
        .order_by(*in_order("amount", None))
        .limit(limit)
        .subquery()
        for move in moves
    ]
    found: dict[Move, list[str]] = {move: [] for move in moves}
    if largest:
        with engine.connect() as connection:
            every = union_all(*(select(part) for part in largest)).subquery()
            query = (
                select(every.c.move, deal.name)
                .join(every, every.c.id == deal.id)
                .order_by(every.c.amount.desc().nullslast(), deal.id)
            )
            for move, name in connection.execute(query):
                found[move].append(name)
    return found


def changed(mirror: Mirror, selection: Selection, since: datetime, sight: Sight) -> list[ChangedDeal]:
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
    with mirror.engine.connect() as connection:
        ids = [row[0] for row in connection.execute(select(deal.id).where(touched, *others).order_by(deal.id))]
    stages, fields = mirror.stage_changes(ids), mirror.field_changes(ids, _WALKED)
    return [
        ChangedDeal(
            found,
            [c for c in stages.get(found.id, ()) if c.at >= since],
            [c for c in fields.get(found.id, ()) if c.at >= since],
            created_later(found, stages[found.id][0].at if found.id in stages else None, since, sight.clock),
        )
        for found in mirror.deals(ids=ids)
    ]


def touched(engine: Engine, selection: Selection, period: Period, sight: Sight) -> dict[str, tuple[int, int]]:
    """(open deals, those with an activity in the period) of each owner."""
    start, end = sight.clock.bounds(period)
    at = t.activities.c.at
    active = deal.id.in_(select(t.activities.c.deal_id).where(at >= start, at < end, at <= sight.clock.now))
    wanted = [*conditions(selection, sight), deal.open.is_(True)]
    query = (
        select(deal.owner_id, func.count(), func.sum(case((active, 1), else_=0))).where(*wanted).group_by(deal.owner_id)
    )
    with engine.connect() as connection:
        return {row[0]: (row[1], int(row[2])) for row in connection.execute(query)}


def conversion(engine: Engine, selection: Selection, sight: Sight) -> list[Conversion]:
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
    with engine.connect() as connection:
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
