"""What was asked of the library, what it could not answer, and how its answers were rated."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Engine, Index, Integer, String, Table, Text, func, insert, select

from bot.storage.database import Json, Moment, metadata, writing

feedback = Table(
    "feedback",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("person_id", String(64), nullable=False),
    Column("thread", String(255), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("question", Text, nullable=False),
    Column("sources", Json, nullable=False),
    Column("deal_id", String(64)),
    Index("ix_feedback_at", "at"),
)


@dataclass(frozen=True, slots=True)
class Use:
    """Something asked of the library (`asked`), without a good answer (`gap`), or rated (`up`, `down`); `sources` are
    the aids shown or rated.
    """

    kind: str
    question: str
    sources: tuple[str, ...]
    person_id: str
    deal_id: str | None


class LibraryUse:
    """Kept for marketing, deleted with the rest of what people said."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def note(
        self,
        kind: str,
        question: str,
        sources: list[str],
        person_id: str,
        thread: str,
        at: datetime,
        deal_id: str | None = None,
    ) -> None:
        """Keep what was asked of the library (`asked`), what it could not answer (`gap`), ratings (`up`, `down`) and
        messages that were not understood (`unread`, with the acts offered as sources).
        """
        with writing(self._engine) as connection:
            connection.execute(
                insert(feedback).values(
                    at=at,
                    person_id=person_id,
                    thread=thread,
                    kind=kind,
                    question=question,
                    sources=sources,
                    deal_id=deal_id,
                )
            )

    def between(self, since: datetime, until: datetime) -> list[Use]:
        """All uses of the library in a span of time, the oldest first."""
        c = feedback.c
        query = (
            select(c.kind, c.question, c.sources, c.person_id, c.deal_id)
            .where(c.at >= since, c.at < until)
            .order_by(c.seq)
        )
        with self._engine.connect() as connection:
            return [Use(row[0], row[1], tuple(row[2]), row[3], row[4]) for row in connection.execute(query)]

    def asked_by(self, since: datetime, until: datetime) -> dict[str, int]:
        """How often each person got something from the library in a span of time."""
        c = feedback.c
        query = (
            select(c.person_id, func.count())
            .where(c.kind == "asked", c.at >= since, c.at < until)
            .group_by(c.person_id)
        )
        with self._engine.connect() as connection:
            return dict(tuple(row) for row in connection.execute(query))
