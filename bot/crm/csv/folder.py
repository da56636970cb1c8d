"""Importing a company's CSV folder into the embedded CRM: all of it in one transaction, or nothing."""

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection, Engine, Table, delete, insert, select

from bot.crm.adapters.embedded import touch
from bot.crm.csv.rows import (
    AccountRow,
    ActivityRow,
    ContactRow,
    DealRow,
    FieldChangeRow,
    ImportReport,
    Numbered,
    PersonRow,
    ProductRow,
    QuotaRow,
    R,
    StageChangeRow,
    StageRow,
    read_rows,
)
from bot.crm.mirror import tables as t
from bot.crm.mirror.derived import refresh
from bot.domain.audience import ChannelKind
from bot.domain.process import Process
from bot.errors import ImportRefused
from bot.storage.database import upsert, writing


class ChannelEntry(BaseModel):
    """One channel of channels.json."""

    model_config = ConfigDict(extra="forbid")
    kind: ChannelKind
    members: list[str] | str = Field(default_factory=list)
    guests: list[str] = Field(default_factory=list)


class Folder:
    """The rows of one CSV folder, each checked against what it refers to."""

    def __init__(self, path: Path, process: Process, report: ImportReport) -> None:
        self.path, self.report, self.process = path, report, process
        self.people = self._read("people.csv", PersonRow, "id")
        self.accounts = self._read("accounts.csv", AccountRow, "id")
        self.contacts = self._read("contacts.csv", ContactRow, "id")
        self.products = self._read("products.csv", ProductRow, "id")
        self.stages = self._read("stages.csv", StageRow, "name")
        self.deals = self._read("deals.csv", DealRow, "id")
        self.stage_changes = self._read("stage_changes.csv", StageChangeRow)
        self.field_changes = self._read("field_changes.csv", FieldChangeRow)
        self.activities = self._read("activities.csv", ActivityRow, "id")
        self.quotas = self._read("quotas.csv", QuotaRow)

    def _read(self, name: str, model: type[R], key: str | None = None) -> list[Numbered[R]]:
        file = self.path / name
        return read_rows(file, model, self.report, key) if file.exists() else []

    def channels(self) -> dict[str, ChannelEntry]:
        file = self.path / "channels.json"
        if not file.exists():
            return {}
        try:
            entries = {
                name: ChannelEntry.model_validate(entry) for name, entry in json.loads(file.read_bytes()).items()
            }
        except ValidationError as error:
            first = error.errors()[0]
            raise ImportRefused(f"channels.json: {'.'.join(map(str, first['loc']))}: {first['msg']}.") from error
        except (ValueError, AttributeError) as error:
            raise ImportRefused(f"channels.json is no readable JSON object: {error}.") from error
        for entry in entries.values():
            if isinstance(entry.members, str) and entry.members != "all":
                raise ImportRefused("channels.json: members is a list of e-mails or “all”.")
        return entries


def import_folder(engine: Engine, path: Path, process: Process) -> ImportReport:
    """Take a CSV folder (docs/contract: CSV import) into the mirror; repeating it changes nothing.

    Rows that cannot be taken are refused one by one in the report. A missing needed column, a file that is no
    CSV or a reporting line in a loop refuses the whole import with ImportRefused and writes nothing.
    """
    if not path.is_dir():
        raise ImportRefused(f"{path} is no folder. Name the folder that holds people.csv, deals.csv and the others.")
    report = ImportReport()
    folder = Folder(path, process, report)
    if not report.taken and not (path / "channels.json").exists():
        raise ImportRefused(f"{path} holds none of the known files (people.csv, accounts.csv, deals.csv, …).")
    channels = folder.channels()
    with writing(engine) as connection:
        store(connection, folder, report)
        for name, entry in channels.items():
            if name != "dm":
                upsert(connection, t.channels, ["name"], [_channel(name, entry)])
        touch(connection)
    return report


def store(connection: Connection, rows: Folder, report: ImportReport) -> None:
    """Write checked rows, parents before children, refusing those that refer to nothing."""
    refuse_loops(connection, rows.people)
    _take_people(connection, rows.people, report)
    known_people = _known(connection, t.people.c.id)
    upsert(connection, t.accounts, ["id"], [_plain(n.row) for n in rows.accounts])
    known_accounts = _known(connection, t.accounts.c.id)
    contacts = [n for n in rows.contacts if _refers(n, "account_id", known_accounts, "contacts.csv", report)]
    upsert(connection, t.contacts, ["id"], [_plain(n.row) for n in contacts])
    upsert(connection, t.products, ["id"], [_plain(n.row) for n in rows.products])
    stages = [_plain(n.row) for n in rows.stages] or _default_stages(connection, rows.process)
    upsert(connection, t.stages, ["name"], [{**stage, "kind": str(stage["kind"])} for stage in stages])
    kinds = {row.name: row.kind for row in connection.execute(select(t.stages.c.name, t.stages.c.kind))}

    deals = [
        n
        for n in rows.deals
        if _refers(n, "owner_id", known_people, "deals.csv", report)
        and _refers(n, "account_id", known_accounts, "deals.csv", report)
        and _refers(n, "stage", set(kinds), "deals.csv", report)
    ]
    _take_deals(connection, deals, kinds, report)
    known_deals = _known(connection, t.deals.c.id)
    _take_history(connection, t.stage_changes, rows.stage_changes, known_deals, "stage_changes.csv", report)
    _take_history(connection, t.field_changes, rows.field_changes, known_deals, "field_changes.csv", report)
    activities = [
        n
        for n in rows.activities
        if _refers(n, "deal_id", known_deals, "activities.csv", report)
        and _refers(n, "account_id", known_accounts, "activities.csv", report)
    ]
    upsert(connection, t.activities, ["id"], [{**_plain(n.row), "kind": n.row.kind.value} for n in activities])
    quotas = [n for n in rows.quotas if _refers(n, "person_id", known_people, "quotas.csv", report)]
    values = [
        {"person_id": q.person_id, "from": q.start, "to": q.end, "amount": q.amount, "currency": q.currency}
        for q in (n.row for n in quotas)
    ]
    upsert(connection, t.quotas, ["person_id", "from", "to", "currency"], values)
    refresh(connection)


def refuse_loops(connection: Connection, people: Sequence[Numbered[PersonRow]]) -> None:
    """Raise ImportRefused where somebody would stand above themself."""
    manager: dict[str, str | None] = {
        row.id: row.manager_id for row in connection.execute(select(t.people.c.id, t.people.c.manager_id))
    }
    lines = {n.row.id: n.line for n in people}
    manager.update({n.row.id: n.row.manager_id for n in people})
    for start in lines:
        seen, at = [start], manager.get(start)
        while at is not None and at in manager:
            if at == start:
                path = " → ".join([*seen, start])
                raise ImportRefused(
                    f"people.csv, line {lines[start]}: the reporting line runs in a loop ({path}). Correct "
                    f"manager_id; nothing was imported."
                )
            if at in seen:
                break
            seen.append(at)
            at = manager.get(at)


def _take_people(connection: Connection, people: Sequence[Numbered[PersonRow]], report: ImportReport) -> None:
    owner = {row.email.casefold(): row.id for row in connection.execute(select(t.people.c.email, t.people.c.id))}
    good = []
    for n in people:
        other = owner.setdefault(n.row.email.casefold(), n.row.id)
        if other != n.row.id:
            report.refuse("people.csv", n.line, f"email “{n.row.email}” belongs to {other} already")
        else:
            good.append(_plain(n.row))
    upsert(connection, t.people, ["id"], good)


def _take_deals(
    connection: Connection, deals: Sequence[Numbered[DealRow]], kinds: Mapping[str, str], report: ImportReport
) -> None:
    versions = {row.id: row.version for row in connection.execute(select(t.deals.c.id, t.deals.c.version))}
    links: tuple[tuple[Table, str, Any], ...] = (
        (t.deal_products, "product_id", t.products.c.id),
        (t.deal_contacts, "contact_id", t.contacts.c.id),
    )
    values = []
    for n in deals:
        fields = _plain(n.row, without={"product_ids", "contact_ids"})
        values.append({**fields, "open": kinds[n.row.stage] == "open", "version": versions.get(n.row.id, 0) + 1})
    upsert(connection, t.deals, ["id"], values)
    for table, column, known_column in links:
        known = _known(connection, known_column)
        rows = []
        for n in deals:
            for position, other in enumerate(dict.fromkeys(getattr(n.row, f"{column}s"))):
                if other in known:
                    rows.append({"deal_id": n.row.id, column: other, "position": position})
                else:
                    report.repair("deals.csv", n.line, f"{column}s names “{other}”, which is not known; left out")
        for chunk in _chunks([n.row.id for n in deals]):
            connection.execute(delete(table).where(table.c.deal_id.in_(chunk)))
        if rows:
            connection.execute(insert(table), rows)


def _take_history(
    connection: Connection,
    table: Table,
    changes: Sequence[Numbered[Any]],
    deals: set[str],
    file: str,
    report: ImportReport,
) -> None:
    """Add the changes not kept yet: history grows, it is never replaced."""
    columns = [c for c in table.c if c.name not in {"id", "by_id"}]
    kept = {tuple(row) for row in connection.execute(select(*columns))}
    names = [c.name for c in columns]
    new = []
    for n in changes:
        if _refers(n, "deal_id", deals, file, report):
            values = _plain(n.row, without={"extra"})
            if tuple(values[name] for name in names) not in kept:
                new.append(values)
    if new:
        connection.execute(insert(table), new)


def _refers(n: Numbered[Any], column: str, known: set[str], file: str, report: ImportReport) -> bool:
    wanted = getattr(n.row, column)
    if wanted is None or wanted in known:
        return True
    report.refuse(file, n.line, f"{column} “{wanted}” is not known")
    return False


def _default_stages(connection: Connection, process: Process) -> list[dict[str, Any]]:
    if connection.execute(select(t.stages.c.name).limit(1)).first():
        return []
    return [
        {
            "name": s.name,
            "order": n,
            "probability": s.probability,
            "kind": s.kind.value,
            "process_stage": s.name,
            "extra": None,
        }
        for n, s in enumerate(process.stages, 1)
    ]


def _plain(row: BaseModel, without: Iterable[str] = ()) -> dict[str, Any]:
    values = {name: getattr(row, name) for name in type(row).model_fields if name not in set(without)}
    return {name: list(value) if isinstance(value, tuple) else value for name, value in values.items()}


def _channel(name: str, entry: ChannelEntry) -> dict[str, Any]:
    members = (
        None if entry.members == "all" and not entry.guests else [m for m in entry.members if entry.members != "all"]
    )
    return {
        "name": name,
        "kind": entry.kind.value,
        "members": members if members is None else [*members, *entry.guests],
    }


def _known(connection: Connection, column: Any) -> set[str]:
    return {row[0] for row in connection.execute(select(column))}


def _chunks(ids: list[str], size: int = 500) -> Iterable[list[str]]:
    return (ids[i : i + size] for i in range(0, len(ids), size))
