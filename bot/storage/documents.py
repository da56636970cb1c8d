"""The plans that were made, to tell what changed since, and the canvases on which they are continued."""

from datetime import datetime

from sqlalchemy import Column, Engine, String, Table, Text, select

from bot.storage.database import Moment, metadata, upsert, writing

CHANGES_MOST = 12

papers = Table(
    "papers",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("markdown", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

canvases = Table(
    "canvases",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("place", String(128), primary_key=True),
    Column("canvas_id", String(64), nullable=False),
)


class Documents:
    """One document a key."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, key: str, markdown: str, at: datetime) -> tuple[str, ...]:
        """Keep a document in place of the one before; the lines that came (+) and went (−), none for the first."""
        with writing(self._engine) as connection:
            before = connection.execute(select(papers.c.markdown).where(papers.c.key == key)).scalar()
            upsert(connection, papers, ["key"], [{"key": key, "markdown": markdown, "at": at}])
        return _difference(before, markdown) if before is not None else ()

    def canvas(self, key: str, place: str) -> str | None:
        """The canvas on which a document is continued in a place."""
        query = select(canvases.c.canvas_id).where(canvases.c.key == key, canvases.c.place == place)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar()

    def keep_canvas(self, key: str, place: str, canvas_id: str) -> None:
        """Remember the canvas of a document in a place, in place of an earlier one."""
        row = {"key": key, "place": place, "canvas_id": canvas_id}
        with writing(self._engine) as connection:
            upsert(connection, canvases, ["key", "place"], [row])


def _difference(before: str, after: str) -> tuple[str, ...]:
    old, new = ([line for line in text.splitlines() if line.startswith("- ")] for text in (before, after))
    came = [f"+ {line[2:]}" for line in new if line not in old]
    went = [f"− {line[2:]}" for line in old if line not in new]
    return tuple((came + went)[:CHANGES_MOST])
