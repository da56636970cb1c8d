"""The embedded CRM: the mirror's own tables, written in one transaction a card."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection, Engine, delete, func, insert, select, text, update

from bot.crm.mirror import tables as t
from bot.crm.mirror.derived import refresh
from bot.crm.mirror.reads import Mirror
from bot.crm.port import Capabilities, Fetched, FieldValue, NewActivity, Pushed, Record, Write
from bot.domain.deals import Deal, StageKind
from bot.domain.money import plain
from bot.errors import Conflict, CrmRefused, NotFound
from bot.storage.database import writing

LINKS = {"product_ids": (t.deal_products, "product_id"), "contact_ids": (t.deal_contacts, "contact_id")}


class EmbeddedCrm:
    """Crm over our own database; history is kept as the company's stages and fields change."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._mirror = Mirror(engine)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities()

    def pull(self, since: datetime | None) -> Iterator[Record]:
        snapshot = self._mirror.snapshot
        yield from snapshot.organization.people.values()
        yield from snapshot.stages.values()
        yield from snapshot.products.values()
        yield from self._mirror.accounts()
        yield from self._mirror.contacts()
        yield from self._mirror.deals()

    def fetch(self, deal_id: str) -> Fetched:
        deal = self._mirror.deal(deal_id)
        if deal is None:
            raise NotFound(f"The deal {deal_id} is no longer in the CRM.")
        return Fetched(deal, str(deal.version))

    def push(self, write: Write, key: str, version: str | None) -> Pushed:
        with writing(self._engine) as connection:
            done = connection.execute(select(t.pushes).where(t.pushes.c.key == key)).first()
            if done:
                return Pushed(done.ref, str(done.version), f"{key}-a", repeated=True)
            ref, new_version = self._write(connection, write, key, version)
            if write.activity:
                self._add_activity(connection, write, write.activity, ref, f"{key}-a")
            connection.execute(insert(t.pushes).values(key=key, ref=ref, version=new_version, at=write.at))
            if write.deal_id or write.create == "deal":
                refresh(connection, [ref])
            touch(
                connection,
                _renamed(write, ref),
                closed=any(name == "closed_at" for name, _ in write.fields) or write.removes_created is not None,
            )
            return Pushed(ref, str(new_version), f"{key}-a" if write.activity else None)

    def _write(self, connection: Connection, write: Write, key: str, version: str | None) -> tuple[str, int]:
        if write.removes_created:
            self._remove_created(connection, write.removes_created)
            return write.removes_created, 0
        if write.removes_activity:
            connection.execute(delete(t.activities).where(t.activities.c.id == write.removes_activity))
        if write.create:
            return self._create(connection, write, key), 1
        if write.deal_id is None:
            return write.account_id or "", 0
        return write.deal_id, self._update(connection, write, write.deal_id, version)

    def _update(self, connection: Connection, write: Write, deal_id: str, version: str | None) -> int:
        row = connection.execute(select(t.deals).where(t.deals.c.id == deal_id).with_for_update()).first()
        if row is None:
            raise NotFound(f"The deal {deal_id} is no longer in the CRM.")
        if version is not None and str(row.version) != version:
            raise Conflict("The deal was changed in the meantime; nothing was written.")
        if not write.fields:
            return int(row.version)
        values: dict[str, object] = {}
        for field, new in write.fields:
            if field in LINKS:
                self._link(connection, deal_id, field, new)
            else:
                values[field] = new
                self._record(connection, write, deal_id, field, getattr(row, field), new)
        if "stage" in values:
            values["open"] = self._kind_of(connection, str(values["stage"])) is StageKind.OPEN
        connection.execute(update(t.deals).where(t.deals.c.id == deal_id).values(**values, version=row.version + 1))
        return int(row.version) + 1

    def _record(
        self, connection: Connection, write: Write, deal_id: str, field: str, old: FieldValue, new: FieldValue
    ) -> None:
        if old == new or field == "closed_at":
            return
        if field == "stage":
            change = insert(t.stage_changes).values(
                deal_id=deal_id, from_stage=old, to_stage=new, at=write.at, by_id=write.by_id
            )
        else:
            change = insert(t.field_changes).values(
                deal_id=deal_id, field=field, old=as_text(old), new=as_text(new), at=write.at, by_id=write.by_id
            )
        connection.execute(change)

    def _kind_of(self, connection: Connection, stage: str) -> StageKind:
        kind = connection.execute(select(t.stages.c.kind).where(t.stages.c.name == stage)).scalar()
        if kind is None:
            raise CrmRefused(f"There is no stage {stage} in the CRM.")
        return StageKind(kind)

    def _link(self, connection: Connection, deal_id: str, field: str, ids: FieldValue) -> None:
        table, column = LINKS[field]
        connection.execute(delete(table).where(table.c.deal_id == deal_id))
        wanted = ids if isinstance(ids, tuple) else ()
        for position, other in enumerate(wanted):
            connection.execute(insert(table).values({"deal_id": deal_id, column: other, "position": position}))

    def _create(self, connection: Connection, write: Write, key: str) -> str:
        fields, ref = dict(write.fields), f"{(write.create or '')[0]}-{key}"
        if write.create == "account":
            connection.execute(insert(t.accounts).values(id=ref, aliases=[], owner_id=write.by_id, name=fields["name"]))
        elif write.create == "contact":
            connection.execute(insert(t.contacts).values(id=ref, account_id=write.account_id, **fields))
        else:
            links = {field: fields.pop(field) for field in LINKS if field in fields}
            fields["open"] = self._kind_of(connection, str(fields["stage"])) is StageKind.OPEN  # type: ignore[assignment]
            connection.execute(insert(t.deals).values(id=ref, account_id=write.account_id, version=1, **fields))
            for field, ids in links.items():
                self._link(connection, ref, field, ids)
            first = insert(t.stage_changes).values(
                deal_id=ref, from_stage=None, to_stage=fields["stage"], at=write.at, by_id=write.by_id
            )
            connection.execute(first)
        return ref

    def _remove_created(self, connection: Connection, ref: str) -> None:
        used = connection.execute(
            select(func.count()).select_from(t.deals).where((t.deals.c.account_id == ref) & (t.deals.c.id != ref))
        ).scalar()
        if used:
            raise Conflict("Deals were added to this account since; delete those first.")
        met = [
            row[0]
            for row in connection.execute(select(t.deal_contacts.c.deal_id).where(t.deal_contacts.c.contact_id == ref))
        ]
        for table in (t.stage_changes, t.field_changes, t.deal_products, t.deal_contacts, t.activities):
            connection.execute(delete(table).where(table.c.deal_id == ref))
        connection.execute(delete(t.deals).where(t.deals.c.id == ref))
        connection.execute(delete(t.activities).where(t.activities.c.account_id == ref))
        connection.execute(delete(t.deal_contacts).where(t.deal_contacts.c.contact_id == ref))
        connection.execute(delete(t.contacts).where(t.contacts.c.id == ref))
        connection.execute(delete(t.accounts).where(t.accounts.c.id == ref))
        refresh(connection, met)

    def _add_activity(
        self, connection: Connection, write: Write, activity: NewActivity, ref: str, activity_id: str
    ) -> None:
        deal_id = write.deal_id if write.create is None else ref if write.create == "deal" else None
        connection.execute(
            insert(t.activities).values(
                id=activity_id,
                kind=activity.kind.value,
                at=activity.at,
                duration_minutes=activity.duration_minutes,
                deal_id=deal_id,
                account_id=ref if write.create == "account" else write.account_id,
                contact_ids=list(activity.contact_ids),
                author_id=write.by_id,
                summary=activity.summary,
            )
        )


def _renamed(write: Write, ref: str) -> list[tuple[str, str]]:
    """The records whose name, owner or existence a write changed."""
    if write.removes_created:
        return [(kind, ref) for kind in ("account", "contact", "deal")]
    if write.create:
        return [(write.create, ref)]
    return [("deal", ref)] if any(name in {"name", "owner_id"} for name, _ in write.fields) else []


def touch(connection: Connection, names: Iterable[tuple[str, str]] | None = None, *, closed: bool = False) -> None:
    """Mark the mirror as changed, so that whatever was derived from it is derived anew.

    `names` are the records (kind, id) whose name, owner or existence changed; None where all may have.
    `closed` says that a deal was won, lost or reopened.
    """
    values: dict[str, object] = {"version": t.mirror_state.c.version + 1}
    if closed or names is None:
        values["closings"] = t.mirror_state.c.closings + 1
    if names is None:
        values["names_epoch"] = t.mirror_state.c.names_epoch + 1
        connection.execute(delete(t.name_changes))
        connection.execute(
            text("ANALYZE")
        )  # without it SQLite picks the wrong index among many deals: twenty times slower
    if not connection.execute(update(t.mirror_state).values(**values)).rowcount:
        connection.execute(insert(t.mirror_state).values(id=1, version=1, names_epoch=1))
    for kind, ref in names or ():
        connection.execute(insert(t.name_changes).values(kind=kind, ref=ref))


def as_text(value: FieldValue) -> str | None:
    """A field's value as the history writes it: ISO dates, plain decimals."""
    match value:
        case None:
            return None
        case Decimal():
            return plain(value)
        case date():
            return value.isoformat()
        case tuple():
            return ";".join(value)
        case str():
            return value


def value_of(deal: Deal, field: str) -> FieldValue:
    """The present value of a field of a deal."""
    value: FieldValue = getattr(deal, field)
    return value
