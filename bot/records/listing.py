"""Deals one by one, each with what its history says."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    and_,
    case,
    func,
    select,
)

from bot.crm.mirror.reads import Mirror
from bot.pipeline.deal_status import DealStatus
from bot.pipeline.rules import RULES
from bot.pipeline.selection import Order
from bot.records.conditions import (
    Sight,
    deal,
    last_activity,
)


def statuses(mirror: Mirror, wanted: list[Any], sight: Sight, order: Order, limit: int | None) -> list[DealStatus]:
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
    with mirror.engine.connect() as connection:
        rows = list(connection.execute(query.where(*wanted).order_by(*in_order(order, quiet)).limit(limit)))
    deals = {d.id: d for d in mirror.deals(ids=[row.id for row in rows])}

    def day(moment: datetime | None) -> date | None:
        return clock.day(moment) if moment else None

    def days(moment: datetime | None, created: date | None) -> int | None:
        since = day(moment) or created
        return (clock.today - since).days if since else None

    return [
        DealStatus(
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


def in_order(order: Order, quiet: Any) -> list[Any]:
    """Unknown values come last; amounts of several currencies are ordered apart, the commonest currency first."""
    first: Any
    match order:
        case "amount":
            of_currency = func.count(deal.amount).over(partition_by=deal.currency)
            return [deal.amount.is_(None), of_currency.desc(), deal.currency, deal.amount.desc(), deal.id]
        case "close_date":
            return [deal.close_date.is_(None), deal.close_date, deal.id]
        case "created":
            first = deal.created
        case "age":
            first = func.coalesce(deal.stage_since, deal.created)
        case "quiet":
            first = func.coalesce(quiet, deal.created)
        case "pushes":
            first = deal.pushes.desc()
        case "closed":
            first = deal.closed_at.desc()
    return [first, deal.id]
