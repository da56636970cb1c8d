"""Rows of the mirror's tables as records."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, select

from bot.crm.mirror import tables as t
from bot.domain.activities import Activity, ActivityKind
from bot.domain.audience import Audience, ChannelKind
from bot.domain.deals import Account, Contact, Deal, FieldChange, Product, Stage, StageChange, StageKind
from bot.domain.people import Person


def linked_by_deal(connection: Connection, link: Any, column: Any, wanted: Any) -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = defaultdict(list)
    query = (
        select(link.c.deal_id, column)
        .join(t.deals, t.deals.c.id == link.c.deal_id)
        .where(wanted)
        .order_by(link.c.position)
    )
    for deal_id, other in connection.execute(query):
        found[deal_id].append(other)
    return {deal_id: tuple(others) for deal_id, others in found.items()}


def by_deal(changes: Iterable[Any]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for change in changes:
        found[change.deal_id].append(change)
    return dict(found)


def person_of(row: Any) -> Person:
    return Person(
        row.id, row.name, row.email, row.manager_id, row.title, row.region, row.timezone, row.slack_user_id, row.locale
    )


def account_of(row: Any) -> Account:
    return Account(
        row.id,
        row.name,
        tuple(row.aliases),
        row.industry,
        row.revenue,
        row.employees,
        row.country,
        row.parent_id,
        row.owner_id,
    )


def contact_of(row: Any) -> Contact:
    return Contact(row.id, row.name, row.account_id, row.title, row.email, row.phone)


def product_of(row: Any) -> Product:
    return Product(row.id, row.name, tuple(row.aliases), row.family, row.list_price, row.currency)


def stage_of(row: Any) -> Stage:
    return Stage(row.name, row.order, row.probability, StageKind(row.kind), row.process_stage)


def deal_of(row: Any, products: tuple[str, ...], contacts: tuple[str, ...]) -> Deal:
    return Deal(
        row.id,
        row.name,
        row.account_id,
        row.owner_id,
        row.stage,
        row.amount,
        row.currency,
        row.created,
        row.close_date,
        row.closed_at,
        row.loss_reason,
        row.next_step,
        row.next_step_due,
        row.forecast,
        products,
        contacts,
        row.version,
    )


def stage_change_of(row: Any) -> StageChange:
    return StageChange(row.deal_id, row.from_stage, row.to_stage, row.at, row.by_id)


def field_change_of(row: Any) -> FieldChange:
    return FieldChange(row.deal_id, row.field, row.old, row.new, row.at, row.by_id)


def activity_of(row: Any) -> Activity:
    return Activity(
        row.id,
        ActivityKind(row.kind),
        row.at,
        row.summary,
        row.duration_minutes,
        row.deal_id,
        row.account_id,
        tuple(row.contact_ids),
        row.author_id,
    )


def audience_of(row: Any) -> Audience:
    members = None if row.members is None else frozenset(row.members)
    return Audience(row.name, ChannelKind(row.kind), members)
