"""Short claims in the database: what only one process may do at a time."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, Engine, String, Table, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.database import Moment, metadata, writing

claims = Table(
    "claims",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("until", Moment, nullable=False),
)


class Claims:
    """Who took a claim first has it until it runs out; nobody gives one back."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._engine, self._clock = engine, clock

    def take(self, name: str, lasting: timedelta) -> bool:
        """Whether the claim is the caller's now."""
        now = self._clock()
        dialect = sqlite if self._engine.dialect.name == "sqlite" else postgresql
        with writing(self._engine) as connection:
            made = connection.execute(
                dialect.insert(claims)
                .values(name=name, until=now + lasting)
                .on_conflict_do_nothing(index_elements=["name"])
            )
            if made.rowcount == 1:
                return True
            return bool(
                connection.execute(
                    update(claims).where(claims.c.name == name, claims.c.until < now).values(until=now + lasting)
                ).rowcount
            )
