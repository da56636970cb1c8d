"""What is to be posted when: digests of channels, and each person's rest from morning messages."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Boolean, Column, Date, Engine, Index, Integer, String, Table, Text, select, update

from bot.storage.database import Json, Moment, insert_new, metadata, writing

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

schedules = Table(
    "schedules",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("owner_id", String(64), nullable=False),
    Column("place", String(128), nullable=False),
    Column("channel", Text, nullable=False),
    Column("query", Json, nullable=False),
    Column("what", Text, nullable=False),
    Column("language", String(8), nullable=False),
    Column("days", Json, nullable=False),
    Column("hour", Integer, nullable=False),
    Column("minute", Integer, nullable=False),
    Column("monthly", Boolean, nullable=False),
    Column("timezone", String(64), nullable=False),
    Column("next_at", Moment, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("cancelled_at", Moment),
    Index("ix_schedules_cancelled_at_next_at", "cancelled_at", "next_at"),
)

nudges = Table(
    "nudges",
    metadata,
    Column("person_id", String(64), primary_key=True),
    Column("off", Boolean, nullable=False),
    Column("until", Date),
    Column("sent_on", Date),
)


@dataclass(frozen=True, slots=True)
class Digest:
    """A summary that a person wants posted regularly; `place` is the channel's key, `channel` its name for people."""

    id: str
    owner_id: str
    place: str
    channel: str
    query: dict[str, Any]
    what: str
    language: str
    days: tuple[str, ...]
    hour: int
    minute: int
    monthly: bool
    timezone: str
    next_at: datetime

    def after(self, moment: datetime) -> datetime:
        """The first time of the schedule after a moment: wall-clock time where it was made, whatever summer time
        does.
        """
        return next_time(moment, self.days, self.hour, self.minute, self.timezone, monthly=self.monthly)


@dataclass(frozen=True, slots=True)
class Rest:
    """A person's rest from morning messages, and the day of the last one."""

    off: bool
    until: date | None
    sent_on: date | None

    def keeps_from(self, day: date) -> bool:
        return self.off or (self.until is not None and day < self.until) or self.sent_on == day


def next_time(
    after: datetime, days: Sequence[str], hour: int, minute: int, timezone: str, *, monthly: bool
) -> datetime:
    """The first moment after another one at a wall-clock time on one of the weekdays, or on its first in a month."""
    zone = ZoneInfo(timezone)
    day = after.astimezone(zone).date()
    for ahead in range(0, 40):
        there = day + timedelta(days=ahead)
        at = datetime(there.year, there.month, there.day, hour, minute, tzinfo=zone).astimezone(UTC)
        if WEEKDAYS[there.weekday()] in days and at > after and not (monthly and there.day > 7):
            return at
    raise ValueError(f"no day of {days} within forty days")


class Schedules:
    """Digests and snoozes in SQL."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, digest: Digest, at: datetime) -> None:
        values = {name: getattr(digest, name) for name in Digest.__slots__}
        with writing(self._engine) as connection:
            connection.execute(schedules.insert().values(**{**values, "days": list(digest.days)}, created_at=at))

    def at(self, place: str) -> list[Digest]:
        """The digests of a place, the next first."""
        return self._digests(schedules.c.place == place)

    def of(self, digest_id: str) -> Digest | None:
        return next(iter(self._digests(schedules.c.id == digest_id)), None)

    def due(self, now: datetime) -> list[Digest]:
        return self._digests(schedules.c.next_at <= now)

    def _digests(self, condition: Any) -> list[Digest]:
        query = (
            select(schedules)
            .where(condition, schedules.c.cancelled_at.is_(None))
            .order_by(schedules.c.next_at, schedules.c.id)
        )
        with self._engine.connect() as connection:
            return [_digest(row) for row in connection.execute(query)]

    def cancel(self, digest_id: str, at: datetime) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(schedules).where(schedules.c.id == digest_id).values(cancelled_at=at))

    def advance(self, digest: Digest, now: datetime) -> None:
        """Set the next time; those missed meanwhile are left out, for a digest of last week is of no use."""
        c = schedules.c
        with writing(self._engine) as connection:
            connection.execute(
                update(schedules)
                .where(c.id == digest.id, c.next_at == digest.next_at)
                .values(next_at=digest.after(now))
            )

    def rest(self, person_id: str, *, off: bool, until: date | None) -> None:
        """Stop a person's morning messages, until a day (when they come again) or altogether."""
        self._nudge(person_id, off=off, until=until)

    def resting(self) -> dict[str, Rest]:
        """Who does not get every morning message, by person."""
        with self._engine.connect() as connection:
            return {row.person_id: Rest(row.off, row.until, row.sent_on) for row in connection.execute(select(nudges))}

    def nudged(self, person_id: str, day: date) -> None:
        self._nudge(person_id, sent_on=day)

    def _nudge(self, person_id: str, **values: Any) -> None:
        with writing(self._engine) as connection:
            insert_new(connection, nudges, ["person_id"], {"person_id": person_id, "off": False})
            connection.execute(update(nudges).where(nudges.c.person_id == person_id).values(**values))


def _digest(row: Any) -> Digest:
    return Digest(
        row.id, row.owner_id, row.place, row.channel, row.query, row.what, row.language, tuple(row.days),
        row.hour, row.minute, row.monthly, row.timezone, row.next_at,
    )  # fmt: skip
