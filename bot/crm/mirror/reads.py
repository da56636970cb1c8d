"""The mirror of the CRM in our own tables, and the queries on it; with no CRM behind it, it is the CRM."""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from functools import cached_property
from typing import Any, TypeVar

from sqlalchemy import Engine, Select, and_, func, or_, select

from bot.crm.mirror import tables as t
from bot.crm.mirror.records import (
    account_of,
    activity_of,
    audience_of,
    by_deal,
    contact_of,
    deal_of,
    field_change_of,
    linked_by_deal,
    person_of,
    product_of,
    stage_change_of,
    stage_of,
)
from bot.crm.names.table import NameRow
from bot.domain.activities import Activity
from bot.domain.audience import Audience, ChannelKind
from bot.domain.deals import Account, Contact, Deal, FieldChange, Product, Quota, Stage, StageChange
from bot.domain.money import Money
from bot.domain.people import Organization

T = TypeVar("T")


class Snapshot:
    """What changes rarely, read once for each version of the mirror: people, products and stages."""

    def __init__(self, mirror: "Mirror", version: int) -> None:
        self._mirror, self.version = mirror, version
        self.derived: dict[str, Any] = {}

    @cached_property
    def organization(self) -> Organization:
        return Organization(self._mirror.rows(select(t.people).order_by(t.people.c.id), person_of))

    @cached_property
    def products(self) -> dict[str, Product]:
        return {p.id: p for p in self._mirror.rows(select(t.products).order_by(t.products.c.id), product_of)}

    @cached_property
    def stages(self) -> dict[str, Stage]:
        """By name, in the order of the company."""
        return {s.name: s for s in self._mirror.rows(select(t.stages).order_by(t.stages.c.order), stage_of)}

    def once(self, name: str, compute: Callable[[], T]) -> T:
        """A derived value, computed once for this version of the mirror."""
        if name not in self.derived:
            self.derived[name] = compute()
        value: T = self.derived[name]
        return value


class Mirror:
    """Reads the tables of one database; every method is one or two queries."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._snapshot: Snapshot | None = None

    def rows(self, query: Select[Any], build: Callable[[Any], T]) -> list[T]:
        with self.engine.connect() as connection:
            return [build(row) for row in connection.execute(query)]

    @property
    def version(self) -> int:
        with self.engine.connect() as connection:
            return connection.execute(select(t.mirror_state.c.version)).scalar() or 0

    @property
    def closings(self) -> int:
        """Grows when a deal is won, lost or reopened, and with each import."""
        with self.engine.connect() as connection:
            return connection.execute(select(t.mirror_state.c.closings)).scalar() or 0

    def names_state(self) -> tuple[int, int]:
        """(epoch, sequence): a new epoch means that all names may differ, a later sequence that `names_changed_since`
        tells which.
        """
        latest = select(func.max(t.name_changes.c.seq)).scalar_subquery()
        with self.engine.connect() as connection:
            row = connection.execute(select(t.mirror_state.c.names_epoch, latest)).first()
        return (row[0], row[1] or 0) if row else (0, 0)

    def names_changed_since(self, seq: int) -> list[tuple[str, str]]:
        """(kind, id) of the records made, renamed, reassigned or removed after a sequence."""
        query = (
            select(t.name_changes.c.kind, t.name_changes.c.ref)
            .where(t.name_changes.c.seq > seq)
            .order_by(t.name_changes.c.seq)
        )
        return self.rows(query, lambda row: (row.kind, row.ref))

    def name_rows(self, refs: Collection[tuple[str, str]] | None = None) -> Iterator[NameRow]:
        """The names of all records, or of some given as (kind, id)."""
        with self.engine.connect() as connection:
            for kind, query, build in _NAMES:
                ids = None if refs is None else [ref for k, ref in refs if k == kind]
                if ids is None or ids:
                    column = query.selected_columns[0]
                    for row in connection.execute(
                        query.order_by(column) if ids is None else query.where(column.in_(ids))
                    ):
                        yield build(row)

    def industries(self) -> tuple[str, ...]:
        """The accounts' industries, each once."""
        column = t.accounts.c.industry
        return tuple(
            self.rows(select(column).where(column.isnot(None)).distinct().order_by(column), lambda row: row.industry)
        )

    def sellers(self) -> frozenset[str]:
        """The ids of the people who own deals."""
        owns = select(t.deals.c.id).where(t.deals.c.owner_id == t.people.c.id).exists()
        return frozenset(self.rows(select(t.people.c.id).where(owns), lambda row: row.id))

    @property
    def snapshot(self) -> Snapshot:
        """The rarely changing part, fresh at the time of the call."""
        version = self.version
        if self._snapshot is None or self._snapshot.version != version:
            self._snapshot = Snapshot(self, version)
        return self._snapshot

    def accounts(self, ids: Collection[str] | None = None) -> list[Account]:
        query = select(t.accounts).order_by(t.accounts.c.id)
        return self.rows(query if ids is None else query.where(t.accounts.c.id.in_(ids)), account_of)

    def contacts(self, ids: Collection[str] | None = None, account_id: str | None = None) -> list[Contact]:
        query = select(t.contacts).order_by(t.contacts.c.id)
        if ids is not None:
            query = query.where(t.contacts.c.id.in_(ids))
        if account_id is not None:
            query = query.where(t.contacts.c.account_id == account_id)
        return self.rows(query, contact_of)

    def deal(self, deal_id: str) -> Deal | None:
        found = self.deals(ids=[deal_id])
        return found[0] if found else None

    def deals(
        self,
        *,
        owners: Collection[str] | None = None,
        ids: Collection[str] | None = None,
        account_id: str | None = None,
        open_only: bool = False,
        open_or_closed_since: datetime | None = None,
    ) -> list[Deal]:
        """Deals by owner, id or account; `open_or_closed_since` drops what was closed before a moment."""
        conditions: list[Any] = []
        if owners is not None:
            conditions.append(t.deals.c.owner_id.in_(owners))
        if ids is not None:
            conditions.append(t.deals.c.id.in_(ids))
        if account_id is not None:
            conditions.append(t.deals.c.account_id == account_id)
        if open_only:
            conditions.append(t.deals.c.open.is_(True))
        if open_or_closed_since is not None:
            conditions.append(or_(t.deals.c.open.is_(True), t.deals.c.closed_at >= open_or_closed_since))
        wanted = and_(True, *conditions)
        with self.engine.connect() as connection:
            products = linked_by_deal(connection, t.deal_products, t.deal_products.c.product_id, wanted)
            contacts = linked_by_deal(connection, t.deal_contacts, t.deal_contacts.c.contact_id, wanted)
            found = connection.execute(select(t.deals).where(wanted).order_by(t.deals.c.id))
            return [deal_of(row, products.get(row.id, ()), contacts.get(row.id, ())) for row in found]

    def stage_changes(
        self, deal_ids: Collection[str] | None = None, since: datetime | None = None
    ) -> dict[str, list[StageChange]]:
        """History by deal, oldest first."""
        query = select(t.stage_changes).order_by(t.stage_changes.c.at, t.stage_changes.c.id)
        if deal_ids is not None:
            query = query.where(t.stage_changes.c.deal_id.in_(deal_ids))
        if since is not None:
            query = query.where(t.stage_changes.c.at >= since)
        return by_deal(self.rows(query, stage_change_of))

    def field_changes(
        self,
        deal_ids: Collection[str] | None = None,
        fields: Collection[str] | None = None,
    ) -> dict[str, list[FieldChange]]:
        """History by deal, oldest first."""
        query = select(t.field_changes).order_by(t.field_changes.c.at, t.field_changes.c.id)
        if deal_ids is not None:
            query = query.where(t.field_changes.c.deal_id.in_(deal_ids))
        if fields is not None:
            query = query.where(t.field_changes.c.field.in_(fields))
        return by_deal(self.rows(query, field_change_of))

    def activities(
        self, *, deal_id: str | None = None, account_id: str | None = None, limit: int = 20
    ) -> list[Activity]:
        """The latest first."""
        query = select(t.activities).order_by(t.activities.c.at.desc()).limit(limit)
        if deal_id is not None:
            query = query.where(t.activities.c.deal_id == deal_id)
        if account_id is not None:
            query = query.where(t.activities.c.account_id == account_id)
        return self.rows(query, activity_of)

    def accounts_touched_since(self, since: datetime, until: datetime) -> frozenset[str]:
        """The accounts with an activity in a span of time, on themselves or on one of their deals."""
        at, deal = t.activities.c.at, t.deals.c
        direct = select(t.activities.c.account_id).where(
            t.activities.c.account_id.isnot(None), at >= since, at <= until
        )
        through = (
            select(deal.account_id)
            .join(t.activities, t.activities.c.deal_id == deal.id)
            .where(at >= since, at <= until)
        )
        return frozenset([*self.rows(direct, lambda row: row[0]), *self.rows(through, lambda row: row[0])])

    def quotas(self, person_ids: Collection[str]) -> list[Quota]:
        query = select(t.quotas).where(t.quotas.c.person_id.in_(person_ids)).order_by(t.quotas.c["from"])
        return self.rows(query, lambda row: Quota(row.person_id, row[1], row[2], Money(row.amount, row.currency)))

    def audience(self, channel: str) -> Audience | None:
        """A channel that the console and the playground know."""
        if channel == "dm":
            return Audience("dm", ChannelKind.DIRECT)
        found = self.rows(select(t.channels).where(t.channels.c.name == channel), audience_of)
        return found[0] if found else None

    def channels(self) -> list[Audience]:
        return self.rows(select(t.channels).order_by(t.channels.c.name), audience_of)


_NAMES: tuple[tuple[str, Select[Any], Callable[[Any], NameRow]], ...] = (
    (
        "account",
        select(t.accounts.c.id, t.accounts.c.name, t.accounts.c.aliases, t.accounts.c.owner_id),
        lambda row: NameRow("account", row.id, (row.name, *row.aliases), row.owner_id),
    ),
    (
        "contact",
        select(t.contacts.c.id, t.contacts.c.name, t.contacts.c.account_id),
        lambda row: NameRow("contact", row.id, (row.name,), None, row.account_id),
    ),
    (
        "deal",
        select(t.deals.c.id, t.deals.c.name, t.deals.c.owner_id, t.deals.c.account_id),
        lambda row: NameRow("deal", row.id, (row.name,), row.owner_id, row.account_id),
    ),
    (
        "product",
        select(t.products.c.id, t.products.c.name, t.products.c.aliases),
        lambda row: NameRow("product", row.id, (row.name, *row.aliases)),
    ),
    ("person", select(t.people.c.id, t.people.c.name), lambda row: NameRow("person", row.id, (row.name,))),
)
