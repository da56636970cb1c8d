"""What the history says of each deal, kept beside it: since when its stage holds, how often it was pushed, its last
activity.
"""

from collections.abc import Collection
from typing import Any, Literal

from sqlalchemy import Connection, Select, and_, exists, func, select, update

from bot.crm.mirror import tables as t


def refresh(connection: Connection, deal_ids: Collection[str] | None = None) -> None:
    """Derive the standing of some deals, or of all, anew from their history."""
    d, stage, field, links = t.deals, t.stage_changes.c, t.field_changes.c, t.deal_contacts.c

    def latest(name: str) -> object:
        return select(func.max(field.at)).where(field.deal_id == d.c.id, field.field == name).scalar_subquery()

    def pushed(told: Literal["count", "max"]) -> Select[Any]:
        counted = func.count() if told == "count" else func.max(field.at)
        return select(counted).where(
            field.deal_id == d.c.id, field.field == "close_date", field.old != "", field.new > field.old
        )

    query = update(d).values(
        entered_at=select(func.min(stage.at)).where(stage.deal_id == d.c.id).scalar_subquery(),
        stage_since=select(func.max(stage.at)).where(stage.deal_id == d.c.id).scalar_subquery(),
        advanced_at=_advanced(),
        pushed_at=pushed("max").scalar_subquery(),
        close_date_since=latest("close_date"),
        next_step_since=latest("next_step"),
        last_activity_at=select(func.max(t.activities.c.at)).where(t.activities.c.deal_id == d.c.id).scalar_subquery(),
        has_next_step=and_(func.coalesce(d.c.next_step, "") != "", d.c.next_step_due.isnot(None)),
        stage_skipped=_skipped(),
        pushes=pushed("count").scalar_subquery(),
        contact_count=select(func.count())
        .select_from(t.deal_contacts)
        .where(links.deal_id == d.c.id)
        .scalar_subquery(),
    )
    connection.execute(query if deal_ids is None else query.where(d.c.id.in_(deal_ids)))


def _advanced() -> object:
    """When the deal last moved up to an open stage."""
    change = t.stage_changes.c
    before, after = t.stages.alias("before"), t.stages.alias("after")
    up = and_(
        before.c.name == change.from_stage,
        after.c.name == change.to_stage,
        after.c.kind == "open",
        before.c.order < after.c.order,
    )
    return (
        select(func.max(change.at))
        .select_from(t.stage_changes, before, after)
        .where(change.deal_id == t.deals.c.id, up)
        .correlate(t.deals)
        .scalar_subquery()
    )


def _skipped() -> object:
    """Whether the deal ever went up past an open stage without entering it."""
    change = t.stage_changes.c
    before, after, between = t.stages.alias("before"), t.stages.alias("after"), t.stages.alias("between")
    left_out = exists().where(
        between.c.kind == "open", between.c.order > before.c.order, between.c.order < after.c.order
    )
    return exists().where(
        change.deal_id == t.deals.c.id,
        before.c.name == change.from_stage,
        after.c.name == change.to_stage,
        before.c.kind == "open",
        after.c.kind == "open",
        left_out,
    )
