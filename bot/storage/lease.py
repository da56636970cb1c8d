"""The lease: what one process may work on until a moment, and after that whoever comes first."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Engine, String, Table, or_, update

from bot.storage.database import Moment, insert_new, metadata, writing

leases = Table(
    "leases",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("until", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Lease:
    """A table's column of moments. Who holds a row and dies keeps others from it for `lasting` at most."""

    until: Column[Any]
    lasting: timedelta

    def free(self, now: datetime) -> ColumnElement[bool]:
        """Whether a row may be taken: nobody holds it, or whoever did let the moment pass."""
        return or_(self.until.is_(None), self.until < now)

    def lapsed(self, now: datetime, for_longer_than: timedelta = timedelta(0)) -> ColumnElement[bool]:
        """Whether somebody held a row and did not come back."""
        return self.until < now - for_longer_than

    def held(self, now: datetime) -> dict[str, datetime]:
        """The column's value for who takes a row, or holds it for longer."""
        return {self.until.name: now + self.lasting}

    def due(self, now: datetime) -> dict[str, datetime]:
        """The column's value for a row that is to be worked on and that anybody may take."""
        return {self.until.name: now - timedelta(seconds=1)}

    def released(self) -> dict[str, None]:
        """The column's value for a row that nobody holds."""
        return {self.until.name: None}


class Leases:
    """Leases on what is no row, by name; they run out by themselves."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._engine, self._clock = engine, clock

    def take(self, name: str, lasting: timedelta) -> bool:
        """Whether the lease is the caller's now."""
        now, lease = self._clock(), Lease(leases.c.until, lasting)
        with writing(self._engine) as connection:
            if insert_new(connection, leases, ["name"], {"name": name, **lease.held(now)}):
                return True
            taken = update(leases).where(leases.c.name == name, lease.free(now)).values(**lease.held(now))
            return bool(connection.execute(taken).rowcount)
