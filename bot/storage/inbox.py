"""Durable intake: what arrives is stored first, done once and in order, and resumed after a crash."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Engine,
    Index,
    Integer,
    String,
    Table,
    Text,
    and_,
    exists,
    func,
    or_,
    select,
    update,
)

from bot.storage.database import Json, Moment, insert_new, metadata, writing
from bot.storage.lease import Lease

LEASE = timedelta(seconds=20)


ATTEMPTS, ATTEMPTS_WHILE_AWAY = 4, 24


LONGEST_WAIT = 300.0


DOOR_PATIENCE_MS = 1_000


inbox = Table(
    "inbox",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("key", String(255), nullable=False, unique=True),
    Column("lane", String(255), nullable=False),
    Column("payload", Json, nullable=False),
    Column("state", String(16), nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("received_at", Moment, nullable=False),
    Column("urgent", Boolean, nullable=False),
    Column("leased_until", Moment),
    Column("retry_at", Moment),
    Column("done_at", Moment),
    Column("error", Text),
    Index("ix_inbox_state_seq", "state", "seq"),
    Index("ix_inbox_lane_state", "lane", "state"),
)


@dataclass(frozen=True, slots=True)
class Item:
    """Something taken for work; `attempt` counts from 1."""

    key: str
    payload: dict[str, Any]
    attempt: int


class Inbox:
    """A queue in SQL. Any process may take over what another one left unfinished once its lease has run out."""

    def __init__(
        self, engine: Engine, clock: Callable[[], datetime] = lambda: datetime.now(UTC), lease: timedelta = LEASE
    ) -> None:
        """`lease` is how long a process that died keeps others from its item."""
        self._engine, self._clock, self._lease = engine, clock, Lease(inbox.c.leased_until, lease)
        self._write = threading.Lock()  # SQLite's own waiting sleeps; a queue in front of it is fair and short
        self.arrived = threading.Event()

    def store(self, key: str, lane: str, payload: dict[str, Any], *, urgent: bool = False) -> bool:
        """Keep a payload under its key; False where it is known already. It is durable when this returns.

        `lane` is what must stay in order: the items of one lane are worked on one after the other. `urgent` is what
        has workers of its own, so that it never waits behind long work of others. Raises what the database raises,
        within seconds:
        whoever delivers must hear in time that nothing was kept.
        """
        row = {
            "key": key,
            "lane": lane,
            "payload": payload,
            "state": "waiting",
            "attempts": 0,
            "received_at": self._clock(),
            "urgent": urgent,
        }
        if not self._write.acquire(timeout=DOOR_PATIENCE_MS / 1000):
            raise TimeoutError("the inbox is busy")
        try:
            with writing(self._engine, DOOR_PATIENCE_MS) as connection:
                new = insert_new(connection, inbox, ["key"], row)
        finally:
            self._write.release()
        self.arrived.set()
        return new

    def take(self, *, urgent: bool = False) -> Item | None:
        """The next item whose lane is free, leased to the caller; None where there is none. `urgent` takes only
        such.
        """
        now = self._clock()
        earlier = inbox.alias("earlier")
        busy = exists().where(
            earlier.c.lane == inbox.c.lane, earlier.c.seq < inbox.c.seq, earlier.c.state.in_(["waiting", "running"])
        )
        ready = or_(inbox.c.retry_at.is_(None), inbox.c.retry_at <= now)
        abandoned = and_(inbox.c.state == "running", self._lease.lapsed(now))
        unfinished = inbox.c.state.in_(
            ["waiting", "running"]
        )  # said first, or SQLite sorts the whole backlog for the alternatives
        free = and_(unfinished, or_(and_(inbox.c.state == "waiting", ready), abandoned))
        query = (
            select(inbox.c.seq, inbox.c.key, inbox.c.payload, inbox.c.attempts)
            .where(free, ~busy, *((inbox.c.urgent.is_(True),) if urgent else ()))
            .order_by(inbox.c.seq)
            .limit(1)
        )
        with self._write, writing(self._engine) as connection:
            row = connection.execute(query.with_for_update(skip_locked=True)).first()
            if row is None:
                return None
            values = {"state": "running", "attempts": row.attempts + 1, **self._lease.held(now)}
            connection.execute(update(inbox).where(inbox.c.seq == row.seq).values(**values))
        return Item(row.key, row.payload, row.attempts + 1)

    def done(self, key: str) -> None:
        self._settle(key, "done", None)

    def failed(self, item: Item, error: str, *, away: bool = False) -> bool:
        """Give an item back for another attempt; True where it was the last one and the item is given up.

        `away` says that whoever is needed cannot be reached: then the waits grow to minutes and go on for more than an
        hour.
        """
        last = item.attempt >= (ATTEMPTS_WHILE_AWAY if away else ATTEMPTS)
        wait = timedelta(seconds=min(2.0 ** (item.attempt - 1) if away else 0.5 * item.attempt, LONGEST_WAIT))
        self._settle(item.key, "failed" if last else "waiting", error, None if last else self._clock() + wait)
        return last

    def renew(self, keys: Sequence[str]) -> None:
        """Keep items that are still worked on from being taken over."""
        with self._write, writing(self._engine) as connection:
            connection.execute(
                update(inbox)
                .where(inbox.c.key.in_(keys), inbox.c.state == "running")
                .values(**self._lease.held(self._clock()))
            )

    def _settle(self, key: str, state: str, error: str | None, retry_at: datetime | None = None) -> None:
        values = {
            "state": state,
            "error": error,
            **self._lease.released(),
            "retry_at": retry_at,
            "done_at": self._clock() if state != "waiting" else None,
        }
        with self._write, writing(self._engine) as connection:
            connection.execute(update(inbox).where(inbox.c.key == key).values(**values))
        self.arrived.set()

    def counts(self) -> dict[str, int]:
        """Items by state."""
        with self._engine.connect() as connection:
            return {
                row[0]: row[1]
                for row in connection.execute(select(inbox.c.state, func.count()).group_by(inbox.c.state))
            }

    def newest(self) -> datetime | None:
        """When the last item came that Slack brought; None where there was none."""
        spoken = or_(*(inbox.c.key.startswith(kind) for kind in ("msg:", "act:", "cmd:", "view:")))
        with self._engine.connect() as connection:
            found: datetime | None = connection.execute(
                select(inbox.c.received_at).where(spoken).order_by(inbox.c.seq.desc()).limit(1)
            ).scalar()
            return found

    def oldest_waiting(self) -> datetime | None:
        """When the item came that has waited longest."""
        with self._engine.connect() as connection:
            found: datetime | None = connection.execute(
                select(inbox.c.received_at).where(inbox.c.state == "waiting").order_by(inbox.c.seq).limit(1)
            ).scalar()
            return found
