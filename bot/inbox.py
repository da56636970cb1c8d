"""Durable intake: what arrives is stored before it is acknowledged, done once and in order, and resumed after a crash."""

import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Engine, Index, Integer, String, Table, Text, and_, exists, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.database import Json, Moment, metadata, writing

log = logging.getLogger(__name__)
LEASE = timedelta(minutes=2)
ATTEMPTS = 5
IDLE_SECONDS = 1.0

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
    Column("leased_until", Moment),
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

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = lambda: datetime.now(UTC), lease: timedelta = LEASE) -> None:
        """`lease` is how long a process that died keeps others from its item."""
        self._engine, self._clock, self._lease = engine, clock, lease
        self._write = threading.Lock()  # SQLite's own waiting sleeps; a queue in front of it is fair and short
        self.arrived = threading.Event()

    def store(self, key: str, lane: str, payload: dict[str, Any]) -> bool:
        """Keep a payload under its key; False where it is known already. It is durable when this returns.

        `lane` is what must stay in order: the items of one lane are worked on one after the other.
        """
        dialect = sqlite if self._engine.dialect.name == "sqlite" else postgresql
        row = {"key": key, "lane": lane, "payload": payload, "state": "waiting", "attempts": 0, "received_at": self._clock()}
        query = dialect.insert(inbox).values(**row).on_conflict_do_nothing(index_elements=["key"]).returning(inbox.c.seq)
        with self._write, writing(self._engine) as connection:
            new = connection.execute(query).first() is not None
        self.arrived.set()
        return new

    def take(self) -> Item | None:
        """The next item whose lane is free, leased to the caller; None where there is none."""
        now = self._clock()
        earlier = inbox.alias("earlier")
        busy = exists().where(earlier.c.lane == inbox.c.lane, earlier.c.seq < inbox.c.seq, earlier.c.state.in_(["waiting", "running"]))
        free = or_(inbox.c.state == "waiting", and_(inbox.c.state == "running", inbox.c.leased_until < now))
        query = select(inbox.c.seq, inbox.c.key, inbox.c.payload, inbox.c.attempts).where(free, ~busy).order_by(inbox.c.seq).limit(1)
        with self._write, writing(self._engine) as connection:
            row = connection.execute(query.with_for_update(skip_locked=True)).first()
            if row is None:
                return None
            values = {"state": "running", "attempts": row.attempts + 1, "leased_until": now + self._lease}
            connection.execute(update(inbox).where(inbox.c.seq == row.seq).values(**values))
        return Item(row.key, row.payload, row.attempts + 1)

    def done(self, key: str) -> None:
        self._settle(key, "done", None)

    def failed(self, item: Item, error: str) -> bool:
        """Give an item back for another attempt; True where it was the last one and the item is given up."""
        last = item.attempt >= ATTEMPTS
        self._settle(item.key, "failed" if last else "waiting", error)
        return last

    def _settle(self, key: str, state: str, error: str | None) -> None:
        values = {"state": state, "error": error, "leased_until": None, "done_at": self._clock() if state != "waiting" else None}
        with self._write, writing(self._engine) as connection:
            connection.execute(update(inbox).where(inbox.c.key == key).values(**values))
        self.arrived.set()

    def counts(self) -> dict[str, int]:
        """Items by state."""
        with self._engine.connect() as connection:
            states = [row[0] for row in connection.execute(select(inbox.c.state))]
        return {state: states.count(state) for state in dict.fromkeys(states)}


class Workers:
    """Threads that work the inbox off, apart from the threads that receive."""

    def __init__(self, inbox: Inbox, work: Callable[[Item], None], give_up: Callable[[Item], None], count: int = 4) -> None:
        self._inbox, self._work, self._give_up = inbox, work, give_up
        self._stopping = threading.Event()
        self._threads = [threading.Thread(target=self._run, name=f"worker-{n}", daemon=True) for n in range(count)]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 10) -> None:
        """Let running items end, take no new ones."""
        self._stopping.set()
        self._inbox.arrived.set()
        for thread in self._threads:
            thread.join(seconds)

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._inbox.arrived.clear()
            try:
                item = self._inbox.take()
            except Exception:  # the database may be away for a while; the worker must outlive it
                log.exception("the inbox cannot be read")
                self._stopping.wait(IDLE_SECONDS)
                continue
            if item is None:
                self._inbox.arrived.wait(IDLE_SECONDS)
            else:
                self._do(item)

    def _do(self, item: Item) -> None:
        try:
            self._work(item)
            self._inbox.done(item.key)
        except Exception as error:  # one bad item must not end the worker
            log.exception("item %s failed at attempt %d", item.key, item.attempt)
            if self._inbox.failed(item, type(error).__name__):
                self._give_up(item)
