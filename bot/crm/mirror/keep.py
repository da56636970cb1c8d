"""The one place that writes records into the mirror: imports, pulls and each push."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, func, insert, select, text, update

from bot.crm.mirror import tables as t
from bot.crm.mirror.derived import refresh
from bot.crm.port import NewActivity, Pushed, Record, Write
from bot.domain.activities import Activity
from bot.domain.audience import Audience
from bot.domain.deals import Account, Contact, Deal, FieldChange, Product, Quota, Stage, StageChange, StageKind
from bot.domain.fields import DEAL, as_text, value_of
from bot.domain.people import Person
from bot.errors import Conflict
from bot.storage.database import insert_new, upsert

LINKS = {"product_ids": (t.deal_products, "product_id"), "contact_ids": (t.deal_contacts, "contact_id")}
_SIMPLE: Mapping[type[Any], tuple[Table, tuple[str, ...]]] = {
    Person: (t.people, ("id",)),
    Account: (t.accounts, ("id",)),
    Contact: (t.contacts, ("id",)),
    Product: (t.products, ("id",)),
    Stage: (t.stages, ("name",)),
    Activity: (t.activities, ("id",)),
    Quota: (t.quotas, ("person_id", "from", "to", "currency")),
}
_IN_ORDER = (Person, Account, Contact, Product, Stage, Deal, StageChange, FieldChange, Activity, Quota)
"""Parents before children."""
Extra = Mapping[tuple[type[Any], str], Mapping[str, str] | None]
CHUNK = 500


def keep(connection: Connection, records: Iterable[Record], extra: Extra | None = None) -> None:
    """Keep records whole, over those of the same id; histories only grow. `extra` holds columns that no field has.

    Whoever calls it calls `settle` at the end of the transaction.
    """
    by_kind: dict[type[Any], list[Any]] = defaultdict(list)
    for record in records:
        by_kind[type(record)].append(record)
    for kind in _IN_ORDER:
        found = by_kind.get(kind, [])
        if kind is Deal:
            _keep_deals(connection, found, extra or {})
        elif kind in {StageChange, FieldChange}:
            _keep_history(connection, t.stage_changes if kind is StageChange else t.field_changes, found)
        elif found:
            table, key = _SIMPLE[kind]
            upsert(connection, table, key, [_row(record, extra or {}) for record in found])


def keep_channels(connection: Connection, channels: Iterable[Audience]) -> None:
    """The channels that the terminal and the playground know."""
    rows = [
        {"name": c.channel, "kind": c.kind.value, "members": None if c.members is None else sorted(c.members)}
        for c in channels
    ]
    upsert(connection, t.channels, ["name"], rows)


def keep_change(connection: Connection, deal: Deal, by_id: str | None, at: datetime) -> bool:
    """Keep a deal as the CRM has it now, with what differs in its history; whether anything did."""
    row = connection.execute(select(t.deals).where(t.deals.c.id == deal.id)).first()
    if row is None:
        keep(connection, [deal])
        settle(connection, [("deal", deal.id)])
        return True
    links = {name: _linked(connection, deal.id, name) for name in LINKS}
    before = {name: links.get(name, getattr(row, name, None)) for name in DEAL}
    changed = {name: value_of(deal, name) for name in DEAL if value_of(deal, name) != before[name]}
    if changed:
        _change_deal(connection, deal.id, changed, int(row.version) + 1, by_id, at)
        refresh(connection, [deal.id])
        _settle_changed(connection, deal.id, changed)
    return bool(changed)


def keep_push(connection: Connection, write: Write, pushed: Pushed) -> None:
    """Keep what a push wrote. Keeping the same push again changes nothing."""
    met: list[str] = []
    if write.removes_created:
        met = _remove_created(connection, write.removes_created)
    elif write.create:
        _create(connection, write, pushed.ref)
    elif write.contact_id is not None:
        connection.execute(update(t.contacts).where(t.contacts.c.id == write.contact_id).values(**dict(write.fields)))
    elif write.deal_id is not None:
        version = int(pushed.version) if pushed.version.isdigit() else None
        _change_deal(connection, write.deal_id, dict(write.fields), version, write.by_id, write.at)
    if write.removes_activity:
        connection.execute(delete(t.activities).where(t.activities.c.id == write.removes_activity))
    if write.activity and pushed.activity_id:
        _add_activity(connection, write, write.activity, pushed.ref, pushed.activity_id)
    if write.deal_id or write.create == "deal":
        met.append(pushed.ref)
    refresh(connection, met)
    _settle_push(connection, write, pushed.ref)


def settle(connection: Connection, names: Iterable[tuple[str, str]] | None = None, *, closed: bool = False) -> None:
    """Mark the mirror as changed, so that whatever was derived from it is derived anew.

    `names` are the records (kind, id) whose name, owner or existence changed; None where all may have, after which
    what stands beside the deals is derived anew too. `closed` says that a deal was won, lost or reopened.
    """
    values: dict[str, object] = {"version": t.mirror_state.c.version + 1}
    if closed or names is None:
        values["closings"] = t.mirror_state.c.closings + 1
    if names is None:
        refresh(connection)
        values["names_epoch"] = t.mirror_state.c.names_epoch + 1
        connection.execute(delete(t.name_changes))
        connection.execute(text("ANALYZE"))  # without it SQLite picks the wrong index: twenty times slower
    if not connection.execute(update(t.mirror_state).values(**values)).rowcount:
        connection.execute(insert(t.mirror_state).values(id=1, version=1, names_epoch=1))
    for kind, ref in names or ():
        connection.execute(insert(t.name_changes).values(kind=kind, ref=ref))


def _settle_changed(connection: Connection, deal_id: str, changed: Mapping[str, object]) -> None:
    renamed = [("deal", deal_id)] if changed.keys() & {"name", "owner_id"} else []
    settle(connection, renamed, closed="closed_at" in changed)


def _settle_push(connection: Connection, write: Write, ref: str) -> None:
    if write.removes_created:
        settle(connection, [(kind, ref) for kind in ("account", "contact", "deal")], closed=True)
    elif write.create:
        settle(connection, [(write.create, ref)])
    elif write.contact_id is not None:
        settle(connection, [("contact", write.contact_id)])
    else:
        _settle_changed(connection, ref, dict(write.fields))


def _row(record: Any, extra: Extra) -> dict[str, Any]:
    """A record as its table's columns."""
    match record:
        case Quota(person_id=person, start=start, end=end, target=target):
            return {"person_id": person, "from": start, "to": end, "amount": target.amount, "currency": target.currency}
        case Stage() | Activity():
            record = replace(record, kind=record.kind.value)  # type: ignore[arg-type]
    values = {f.name: getattr(record, f.name) for f in fields(record)}
    listed = {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}
    key = record.name if isinstance(record, Stage) else record.id
    return {**listed, "extra": extra.get((type(record), key))}


def _keep_deals(connection: Connection, deals: Sequence[Deal], extra: Extra) -> None:
    kinds = {row.name: row.kind for row in connection.execute(select(t.stages.c.name, t.stages.c.kind))}
    for chunk in (deals[n : n + CHUNK] for n in range(0, len(deals), CHUNK)):
        ids = [deal.id for deal in chunk]
        known = select(t.deals.c.id, t.deals.c.version).where(t.deals.c.id.in_(ids))
        versions = {row.id: row.version for row in connection.execute(known)}
        rows = []
        for deal in chunk:
            row = _row(deal, extra)
            for name in LINKS:
                del row[name]
            rows.append({**row, "open": kinds[deal.stage] == "open", "version": versions.get(deal.id, 0) + 1})
        upsert(connection, t.deals, ["id"], rows)
        for name, (table, column) in LINKS.items():
            connection.execute(delete(table).where(table.c.deal_id.in_(ids)))
            links = [
                {"deal_id": deal.id, column: other, "position": position}
                for deal in chunk
                for position, other in enumerate(dict.fromkeys(getattr(deal, name)))
            ]
            if links:
                connection.execute(insert(table), links)


def _keep_history(connection: Connection, table: Table, changes: Sequence[Any]) -> None:
    """Add the changes not kept yet, whoever made them: history grows, it is never replaced."""
    if not changes:
        return
    names = [c.name for c in table.c if c.name not in {"id", "by_id"}]
    kept = {tuple(row) for row in connection.execute(select(*(table.c[name] for name in names)))}
    rows = [{f.name: getattr(change, f.name) for f in fields(change)} for change in changes]
    new = [row for row in rows if tuple(row[name] for name in names) not in kept]
    if new:
        connection.execute(insert(table), new)


def _linked(connection: Connection, deal_id: str, name: str) -> tuple[str, ...]:
    table, column = LINKS[name]
    query = select(table.c[column]).where(table.c.deal_id == deal_id).order_by(table.c.position)
    return tuple(connection.execute(query).scalars())


def _change_deal(
    connection: Connection,
    deal_id: str,
    changed: Mapping[str, Any],
    version: int | None,
    by_id: str | None,
    at: datetime,
) -> None:
    """Write fields of a deal, with a line of history for each that differs from what stands there."""
    row = connection.execute(select(t.deals).where(t.deals.c.id == deal_id).with_for_update()).first()
    if row is None or not changed:
        return
    values: dict[str, object] = {}
    for name, new in changed.items():
        if name in LINKS:
            _link(connection, deal_id, name, new or ())
            continue
        values[name] = new
        old = getattr(row, name)
        if old != new and DEAL[name].traced:
            _trace(connection, deal_id, name, old, new, by_id, at)
    if "stage" in values:
        values["open"] = _kind_of(connection, str(values["stage"])) is StageKind.OPEN
    values["version"] = row.version + 1 if version is None else version
    connection.execute(update(t.deals).where(t.deals.c.id == deal_id).values(**values))


def _trace(
    connection: Connection, deal_id: str, name: str, old: Any, new: Any, by_id: str | None, at: datetime
) -> None:
    if name == "stage":
        change = insert(t.stage_changes).values(deal_id=deal_id, from_stage=old, to_stage=new, at=at, by_id=by_id)
    else:
        change = insert(t.field_changes).values(
            deal_id=deal_id, field=name, old=as_text(old), new=as_text(new), at=at, by_id=by_id
        )
    connection.execute(change)


def _kind_of(connection: Connection, stage: str) -> StageKind:
    return StageKind(connection.execute(select(t.stages.c.kind).where(t.stages.c.name == stage)).scalar_one())


def _link(connection: Connection, deal_id: str, name: str, ids: Sequence[str]) -> None:
    table, column = LINKS[name]
    connection.execute(delete(table).where(table.c.deal_id == deal_id))
    for position, other in enumerate(ids):
        connection.execute(insert(table).values({"deal_id": deal_id, column: other, "position": position}))


def _create(connection: Connection, write: Write, ref: str) -> None:
    given: dict[str, Any] = dict(write.fields)
    if write.create == "account":
        row = {"id": ref, "aliases": [], "owner_id": write.by_id, **given}
        insert_new(connection, t.accounts, ["id"], row)
        return
    if write.create == "contact":
        insert_new(connection, t.contacts, ["id"], {"id": ref, "account_id": write.account_id, **given})
        return
    links = {name: given.pop(name) for name in LINKS if name in given}
    is_open = _kind_of(connection, str(given["stage"])) is StageKind.OPEN
    row = {"id": ref, "account_id": write.account_id, "version": 1, "open": is_open, **given}
    if insert_new(connection, t.deals, ["id"], row):
        _trace(connection, ref, "stage", None, given["stage"], write.by_id, write.at)
        for name, ids in links.items():
            _link(connection, ref, name, ids or ())


def _remove_created(connection: Connection, ref: str) -> list[str]:
    """Take back a record that a write made; the deals that met it. Raises Conflict where an account is used by now."""
    others = (t.deals.c.account_id == ref) & (t.deals.c.id != ref)
    if connection.execute(select(func.count()).select_from(t.deals).where(others)).scalar():
        raise Conflict("used_since")
    meeting = select(t.deal_contacts.c.deal_id).where(t.deal_contacts.c.contact_id == ref)
    met = list(connection.execute(meeting).scalars())
    for table in (t.stage_changes, t.field_changes, t.deal_products, t.deal_contacts, t.activities):
        connection.execute(delete(table).where(table.c.deal_id == ref))
    connection.execute(delete(t.deals).where(t.deals.c.id == ref))
    connection.execute(delete(t.activities).where(t.activities.c.account_id == ref))
    connection.execute(delete(t.deal_contacts).where(t.deal_contacts.c.contact_id == ref))
    connection.execute(delete(t.contacts).where(t.contacts.c.id == ref))
    connection.execute(delete(t.accounts).where(t.accounts.c.id == ref))
    return met


def _add_activity(connection: Connection, write: Write, activity: NewActivity, ref: str, activity_id: str) -> None:
    row = {
        "id": activity_id,
        "kind": activity.kind.value,
        "at": activity.at,
        "duration_minutes": activity.duration_minutes,
        "deal_id": write.deal_id if write.create is None else ref if write.create == "deal" else None,
        "account_id": ref if write.create == "account" else write.account_id,
        "contact_ids": list(activity.contact_ids),
        "author_id": write.by_id,
        "summary": activity.summary,
    }
    insert_new(connection, t.activities, ["id"], row)
