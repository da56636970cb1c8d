"""Importing a company's CSV folder into the embedded CRM: all of it in one transaction, or nothing."""

import json
from collections.abc import Iterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import Connection, Engine, select

from bot.crm.csv.reading import Numbered, R, read_rows
from bot.crm.csv.report import ImportReport
from bot.crm.csv.rows import (
    AccountRow,
    ActivityRow,
    ContactRow,
    DealRow,
    FieldChangeRow,
    PersonRow,
    ProductRow,
    QuotaRow,
    StageChangeRow,
    StageRow,
)
from bot.crm.mirror import tables as t
from bot.crm.mirror.keep import keep, keep_channels, settle
from bot.domain.audience import Audience, ChannelKind
from bot.domain.deals import Stage
from bot.domain.process import Process
from bot.errors import ImportRefused
from bot.storage.database import writing


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
        keep_channels(connection, [_channel(name, entry) for name, entry in channels.items() if name != "dm"])
        settle(connection)
    return report


def store(connection: Connection, rows: Folder, report: ImportReport) -> None:
    """Keep checked rows, parents before children, refusing those that refer to nothing; the caller settles."""
    refuse_loops(connection, rows.people)
    _keep(connection, _with_own_email(connection, rows.people, report))
    known_people = _known(connection, t.people.c.id)
    _keep(connection, rows.accounts)
    known_accounts = _known(connection, t.accounts.c.id)
    _keep(connection, [n for n in rows.contacts if _refers(n, "account_id", known_accounts, "contacts.csv", report)])
    _keep(connection, rows.products)
    _keep(connection, rows.stages)
    if not rows.stages:
        keep(connection, _default_stages(connection, rows.process))
    stages = _known(connection, t.stages.c.name)
    deals = [
        n
        for n in rows.deals
        if _refers(n, "owner_id", known_people, "deals.csv", report)
        and _refers(n, "account_id", known_accounts, "deals.csv", report)
        and _refers(n, "stage", stages, "deals.csv", report)
    ]
    _keep(connection, list(_with_known_links(connection, deals, report)))
    known_deals = _known(connection, t.deals.c.id)
    histories = (("stage_changes.csv", rows.stage_changes), ("field_changes.csv", rows.field_changes))
    for file, changes in histories:
        _keep(connection, [n for n in changes if _refers(n, "deal_id", known_deals, file, report)])
    activities = [
        n
        for n in rows.activities
        if _refers(n, "deal_id", known_deals, "activities.csv", report)
        and _refers(n, "account_id", known_accounts, "activities.csv", report)
    ]
    _keep(connection, activities)
    _keep(connection, [n for n in rows.quotas if _refers(n, "person_id", known_people, "quotas.csv", report)])


def _keep(connection: Connection, rows: Sequence[Numbered[Any]]) -> None:
    records = [n.row.record() for n in rows]
    extra = {
        (type(record), str(getattr(record, "id", getattr(record, "name", "")))): n.row.extra
        for record, n in zip(records, rows, strict=True)
        if n.row.extra
    }
    keep(connection, records, extra)


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


def _with_own_email(
    connection: Connection, people: Sequence[Numbered[PersonRow]], report: ImportReport
) -> list[Numbered[PersonRow]]:
    owner = {row.email.casefold(): row.id for row in connection.execute(select(t.people.c.email, t.people.c.id))}
    good = []
    for n in people:
        other = owner.setdefault(n.row.email.casefold(), n.row.id)
        if other != n.row.id:
            report.refuse("people.csv", n.line, f"email “{n.row.email}” belongs to {other} already")
        else:
            good.append(n)
    return good


def _with_known_links(
    connection: Connection, deals: Sequence[Numbered[DealRow]], report: ImportReport
) -> Iterator[Numbered[DealRow]]:
    """The deals without the products and contacts that nobody knows."""
    known = {"product_ids": _known(connection, t.products.c.id), "contact_ids": _known(connection, t.contacts.c.id)}
    for n in deals:
        for name, ids in known.items():
            for other in getattr(n.row, name):
                if other not in ids:
                    report.repair("deals.csv", n.line, f"{name} names “{other}”, which is not known; left out")
        links = {name: tuple(other for other in getattr(n.row, name) if other in ids) for name, ids in known.items()}
        yield Numbered(n.line, n.row.model_copy(update=links))


def _refers(n: Numbered[Any], column: str, known: set[str], file: str, report: ImportReport) -> bool:
    wanted = getattr(n.row, column)
    if wanted is None or wanted in known:
        return True
    report.refuse(file, n.line, f"{column} “{wanted}” is not known")
    return False


def _default_stages(connection: Connection, process: Process) -> list[Stage]:
    """The stages of the sales process, where the company has none yet."""
    if connection.execute(select(t.stages.c.name).limit(1)).first():
        return []
    return [Stage(s.name, n, Decimal(s.probability), s.kind, s.name) for n, s in enumerate(process.stages, 1)]


def _channel(name: str, entry: ChannelEntry) -> Audience:
    if entry.members == "all" and not entry.guests:
        return Audience(name, entry.kind, None)
    listed = () if isinstance(entry.members, str) else entry.members
    return Audience(name, entry.kind, frozenset([*listed, *entry.guests]))


def _known(connection: Connection, column: Any) -> set[str]:
    return {row[0] for row in connection.execute(select(column))}
