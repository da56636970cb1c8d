"""What is to be said in Slack, kept before it is sent, so that a crash neither loses nor doubles it."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Engine,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    exists,
    func,
    insert,
    select,
    update,
)

from bot.storage.database import Json, Moment, metadata, writing

outbox = Table(
    "outbox",
    metadata,
    Column("item", String(255), primary_key=True),
    Column("n", Integer, primary_key=True),
    Column("body", Json, nullable=False),
    Column("data", LargeBinary),
    Column("state", String(16), nullable=False),
    Column("channel", String(64), nullable=False),
    Column("ts", String(64)),
    Column("doubted", Boolean, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("sent_at", Moment),
    Index("ix_outbox_channel_ts", "channel", "ts"),
    Index("ix_outbox_state_made_at", "state", "made_at"),
)


GROWING = -1
"""The number of the message that an answer grows in, before anything else of its item."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One thing to send for an item of the inbox; `data` are the bytes of a file."""

    item: str
    n: int
    body: dict[str, Any]
    data: bytes | None
    made_at: datetime

    @property
    def key(self) -> str:
        """What marks the message in Slack: everybody there can read it, so it tells nothing."""
        return hashlib.sha256(f"{self.item}#{self.n}".encode()).hexdigest()[:24]


class Outbox:
    """A table of messages by the item that they answer. `doubted` are those that may have been sent twice."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._engine, self._clock = engine, clock

    def holds(self, item: str) -> bool:
        """Whether the item was answered already, sent or not."""
        with self._engine.connect() as connection:
            return bool(connection.execute(select(exists().where(outbox.c.item == item, outbox.c.n >= 0))).scalar())

    def growing(self, item: str, channel: str, ts: str) -> None:
        """Keep that a message stands in Slack to which the answer of an item is being written."""
        row = {
            "item": item,
            "n": GROWING,
            "body": {},
            "state": "growing",
            "channel": channel,
            "ts": ts,
            "doubted": False,
            "made_at": self._clock(),
        }
        with writing(self._engine) as connection:
            connection.execute(insert(outbox), [row])

    def put(self, item: str, messages: Sequence[tuple[dict[str, Any], str, bytes | None]]) -> None:
        """Keep all answers of an item at once: (body, channel, bytes) in the order of sending."""
        now = self._clock()
        rows = [
            {
                "item": item,
                "n": n,
                "body": body,
                "data": data,
                "state": "open",
                "channel": channel,
                "doubted": False,
                "made_at": now,
            }
            for n, (body, channel, data) in enumerate(messages)
        ]
        if rows:
            with writing(self._engine) as connection:
                connection.execute(insert(outbox), rows)

    def open(self, item: str) -> list[Kept]:
        """What is still to be sent of an item, in order."""
        query = select(outbox).where(outbox.c.item == item, outbox.c.state == "open").order_by(outbox.c.n)
        with self._engine.connect() as connection:
            return [Kept(r.item, r.n, r.body, r.data, r.made_at) for r in connection.execute(query)]

    def team(self, item: str) -> str:
        """The workspace that the answers of an item were made for; empty where that is open."""
        with self._engine.connect() as connection:
            body = connection.execute(select(outbox.c.body).where(outbox.c.item == item, outbox.c.n == 0)).scalar()
            return str((body or {}).get("team") or "")

    def drop(self, item: str) -> None:
        """Send nothing more of an item."""
        with writing(self._engine) as connection:
            connection.execute(
                update(outbox).where(outbox.c.item == item, outbox.c.state == "open").values(state="dropped", data=None)
            )

    def ts(self, item: str, n: int) -> str | None:
        """Where a message of the item stands."""
        with self._engine.connect() as connection:
            return connection.execute(select(outbox.c.ts).where(outbox.c.item == item, outbox.c.n == n)).scalar()

    def sent(self, kept: Kept, ts: str | None, *, state: str = "sent", doubted: bool = False) -> None:
        """The message is out, or refused for good; the bytes are needed no longer."""
        self._change(kept, ts=ts, state=state, doubted=doubted, data=None, sent_at=self._clock())

    def _change(self, kept: Kept, **values: Any) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(outbox).where(outbox.c.item == kept.item, outbox.c.n == kept.n).values(**values))

    def at(self, channel: str, ts: str) -> dict[str, Any] | None:
        """The body of the message that stands there."""
        with self._engine.connect() as connection:
            query = (
                select(outbox.c.body)
                .where(outbox.c.channel == channel, outbox.c.ts == ts)
                .order_by(outbox.c.made_at.desc())
                .limit(1)
            )
            found: dict[str, Any] | None = connection.execute(query).scalar()
            return found

    def counts(self) -> dict[str, int]:
        """Messages by state, and those that may have been sent twice."""
        with self._engine.connect() as connection:
            states = {
                row[0]: row[1]
                for row in connection.execute(select(outbox.c.state, func.count()).group_by(outbox.c.state))
            }
            doubted = (
                connection.execute(select(func.count()).select_from(outbox).where(outbox.c.doubted.is_(True))).scalar()
                or 0
            )
            return {**states, "doubted": doubted}
