"""What the company's closed deals teach: how often a stage leads to winning, and how long won deals stayed there."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import Engine, Integer, cast, extract, func, select

from bot.crm.mirror import tables as t
from bot.domain.deals import Stage, StageKind
from bot.pipeline.figures import median_of

ENOUGH_CLOSED = 50


@dataclass(frozen=True, slots=True)
class StageNorms:
    """`probabilities` are percents by stage name, `typical_days` the median days that won deals spent in a stage.

    A stage's own share of won deals takes over from its default once ENOUGH_CLOSED deals that entered it are closed.
    `closed` counts those deals.
    """

    probabilities: Mapping[str, Decimal]
    typical_days: Mapping[str, float]
    closed: Mapping[str, int]


def read_stage_norms(engine: Engine, stages: Mapping[str, Stage]) -> StageNorms:
    """Two passes over the history of closed deals."""
    kinds = {kind: [s.name for s in stages.values() if s.kind is kind] for kind in StageKind}
    change, deal = t.stage_changes.c, t.deals.c
    with_deals = t.stage_changes.join(t.deals, deal.id == change.deal_id)
    entered = (
        select(change.to_stage, deal.stage, func.count(func.distinct(change.deal_id)))
        .select_from(with_deals)
        .where(deal.open.is_(False), change.to_stage.in_(kinds[StageKind.OPEN]))
        .group_by(change.to_stage, deal.stage)
    )
    after = func.lead(change.at).over(partition_by=change.deal_id, order_by=(change.at, change.id))
    stays = (
        select(change.to_stage.label("stage"), change.at.label("came"), after.label("left"))
        .select_from(with_deals)
        .where(deal.open.is_(False), deal.stage.in_(kinds[StageKind.WON]))
        .subquery()
    )
    stayed_for = _hours(engine, stays.c.came, stays.c.left)
    spread = (
        select(stays.c.stage, stayed_for, func.count())
        .where(stays.c.left.isnot(None))
        .group_by(stays.c.stage, stayed_for)
    )
    with engine.connect() as connection:
        outcomes = [tuple(row) for row in connection.execute(entered)]
        stayed = [tuple(row) for row in connection.execute(spread)]
    probabilities = {name: stage.probability for name, stage in stages.items()}
    closed = {name: sum(n for stage, _, n in outcomes if stage == name) for name in stages}
    for name, total in closed.items():
        if total >= ENOUGH_CLOSED:
            won = sum(n for stage, end, n in outcomes if stage == name and end in kinds[StageKind.WON])
            probabilities[name] = Decimal(100 * won) / total
    typical = {
        name: hours / 24
        for name in stages
        if (hours := median_of((h, n) for stage, h, n in stayed if stage == name)) is not None
    }
    return StageNorms(probabilities, typical, closed)


def _hours(engine: Engine, came: Any, left: Any) -> Any:
    """Whole hours between two moments."""
    if engine.dialect.name == "sqlite":
        return cast((func.julianday(left) - func.julianday(came)) * 24 + 0.001, Integer)
    return cast(func.floor(extract("epoch", left - came) / 3600), Integer)
