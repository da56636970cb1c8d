"""The audit log: who did what to the company's records, with the values before and after."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Engine, Integer, String, Table, Text, insert, select

from bot.contract.drafts import KeptItem, KeptReceipt
from bot.storage.database import Json, Moment, metadata, writing

audit_log = Table(
    "audit_log",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("person_id", String(64), nullable=False),
    Column("action", String(16), nullable=False),
    Column("key", String(96), nullable=False, unique=True),
    Column("deal_id", String(64)),
    Column("source", Text, nullable=False),
    Column("model", String(128), nullable=False),
    Column("before", Json, nullable=False),
    Column("after", Json, nullable=False),
)


class Audit:
    """Appended to, never changed."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def shared(self, person_id: str, what: str, key: str, at: datetime) -> None:
        """Keep that somebody shared numbers with a channel where not all might see them."""
        self._note(person_id, "shared", what, key, at)

    def aid(self, person_id: str, action: str, aid_id: str, key: str, at: datetime) -> None:
        """Keep that somebody approved or retired an aid, or brought a draft."""
        self._note(person_id, action, aid_id, key, at)

    def _note(self, person_id: str, action: str, source: str, key: str, at: datetime) -> None:
        row = {"at": at, "person_id": person_id, "action": action, "key": f"{key}:{action}", "source": source}
        with writing(self._engine) as connection:
            connection.execute(insert(audit_log).values(**row, model="", before={}, after={}))

    def entries(self, since: date | None, until: date | None) -> Iterator[dict[str, Any]]:
        """The entries of the days between, both included, the oldest first."""
        query = select(audit_log).order_by(audit_log.c.seq)
        if since:
            query = query.where(audit_log.c.at >= datetime.combine(since, time.min, UTC))
        if until:
            query = query.where(audit_log.c.at < datetime.combine(until + timedelta(days=1), time.min, UTC))
        with self._engine.connect() as connection:
            for row in connection.execution_options(stream_results=True).execute(query):
                entry = dict(row._mapping)
                yield {**entry, "at": entry["at"].isoformat()}


def note_write(connection: Connection, receipt: KeptReceipt, item: KeptItem, by_id: str, at: datetime) -> None:
    """Note what one push of a receipt wrote, in the transaction that keeps the receipt."""
    _note_change(connection, receipt, item, "write", item.before, item.after, by_id, at)


def note_undo(connection: Connection, receipt: KeptReceipt, item: KeptItem, by_id: str, at: datetime) -> None:
    """Note that one push of a receipt was taken back."""
    _note_change(connection, receipt, item, "undo", item.after, item.before, by_id, at)


def _note_change(
    connection: Connection,
    receipt: KeptReceipt,
    item: KeptItem,
    action: str,
    before: dict[str, str | None],
    after: dict[str, str | None],
    person_id: str,
    at: datetime,
) -> None:
    connection.execute(
        insert(audit_log).values(
            at=at,
            person_id=person_id,
            action=action,
            key=f"{item.key}:{action}",
            deal_id=item.deal_id,
            source=receipt.draft.source,
            model=receipt.draft.model,
            before=before,
            after=after,
        )
    )
