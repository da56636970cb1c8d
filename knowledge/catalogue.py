"""What was ingested, in SQL: the truth from which the indexes are built."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Engine,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    delete,
    func,
    insert,
    select,
    update,
)

from bot.storage.database import Json, metadata, writing

documents = Table(
    "documents",
    metadata,
    Column("key", String(1024), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("aid_id", String(128)),
    Column("aid_version", Integer),
    Column("aid", Json),
    Column("title", Text, nullable=False),
    UniqueConstraint("aid_id", "aid_version", name="uq_documents_aid_id"),
)
passages = Table(
    "passages",
    metadata,
    Column("id", String(64), primary_key=True),
    Column("document", String(1024), ForeignKey("documents.key"), nullable=False),
    Column("position", Integer, nullable=False),
    Column("heading", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("is_aid", Boolean, nullable=False),
    Column("embedded", Boolean, nullable=False),
    Index("ix_passages_document", "document"),
    Index("ix_passages_embedded", "embedded"),
)
catalogue_state = Table(
    "catalogue_state",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
)

SENT = "sent:"
"""Begins the key of what did not come from a file."""


@dataclass(frozen=True, slots=True)
class Passage:
    """A piece of a document: `heading` is the path of headings above it; an aid is one passage."""

    id: str
    document: str
    position: int
    heading: str
    text: str
    is_aid: bool


@dataclass(frozen=True, slots=True)
class Document:
    """A file taken in; `aid` is its front matter and body where it is a job aid."""

    key: str
    digest: str
    title: str
    passages: Sequence[Passage]
    aid_id: str | None = None
    aid_version: int | None = None
    aid: dict[str, Any] | None = None


class Catalogue:
    """Reads and writes the tables above."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @property
    def version(self) -> int:
        with self._engine.connect() as connection:
            return connection.execute(select(catalogue_state.c.version)).scalar() or 0

    def digests(self, under: str) -> dict[str, str]:
        """Digest by key of the documents in a folder, or of one file."""
        with self._engine.connect() as connection:
            found = connection.execute(select(documents.c.key, documents.c.digest))
            return {
                row.key: row.digest for row in found if row.key == under or row.key.startswith(under.rstrip("/") + "/")
            }

    def versions(self, aid_id: str) -> dict[int, str]:
        """The keys of an aid's documents by version."""
        with self._engine.connect() as connection:
            return {
                row[0]: row[1]
                for row in connection.execute(
                    select(documents.c.aid_version, documents.c.key).where(documents.c.aid_id == aid_id)
                )
            }

    def passage_ids(self, keys: Iterable[str]) -> list[str]:
        with self._engine.connect() as connection:
            return [
                i
                for key in keys
                for (i,) in connection.execute(select(passages.c.id).where(passages.c.document == key))
            ]

    def put(self, document: Document) -> None:
        """Take a document in place of its former state; its passages wait for embedding."""
        with writing(self._engine) as connection:
            connection.execute(delete(passages).where(passages.c.document == document.key))
            connection.execute(delete(documents).where(documents.c.key == document.key))
            connection.execute(
                insert(documents).values(
                    key=document.key,
                    digest=document.digest,
                    title=document.title,
                    aid_id=document.aid_id,
                    aid_version=document.aid_version,
                    aid=document.aid,
                )
            )
            rows = [
                {"id": p.id, "document": p.document, "position": p.position, "heading": p.heading, "text": p.text}
                | {"is_aid": p.is_aid, "embedded": False}
                for p in document.passages
            ]
            if rows:
                connection.execute(insert(passages), rows)
            _touch(connection)

    def drop(self, keys: Iterable[str]) -> None:
        with writing(self._engine) as connection:
            for key in keys:
                connection.execute(delete(passages).where(passages.c.document == key))
                connection.execute(delete(documents).where(documents.c.key == key))
            _touch(connection)

    def waiting(self, most: int | None = None) -> list[Passage]:
        """Passages not embedded yet."""
        return self._passages(passages.c.embedded.is_(False), most)

    def embedded(self, ids: Sequence[str]) -> None:
        with writing(self._engine) as connection:
            connection.execute(update(passages).where(passages.c.id.in_(ids)).values(embedded=True))

    def forget_embeddings(self) -> None:
        """Mark all passages as waiting: the vector index is gone or was made by another model."""
        with writing(self._engine) as connection:
            connection.execute(update(passages).values(embedded=False))
            _touch(connection)

    def set_status(self, aid_id: str, status: str, version: int | None = None) -> None:
        """Approve, retire or take back a version of an aid, or all of them; answers follow at once."""
        wanted = documents.c.aid_id == aid_id
        if version is not None:
            wanted &= documents.c.aid_version == version
        with writing(self._engine) as connection:
            for found in connection.execute(select(documents.c.key, documents.c.aid).where(wanted)).all():
                connection.execute(
                    update(documents).where(documents.c.key == found.key).values(aid={**found.aid, "status": status})
                )
            _touch(connection)

    def passages(self) -> list[Passage]:
        return self._passages(None)

    def _passages(self, condition: Any, most: int | None = None) -> list[Passage]:
        query = select(passages).order_by(passages.c.document, passages.c.position).limit(most)
        with self._engine.connect() as connection:
            found = connection.execute(query if condition is None else query.where(condition))
            return [Passage(r.id, r.document, r.position, r.heading, r.text, r.is_aid) for r in found]

    def aids(self) -> dict[str, dict[str, Any]]:
        """Front matter and body by document key."""
        with self._engine.connect() as connection:
            found = connection.execute(select(documents.c.key, documents.c.aid).where(documents.c.aid_id.isnot(None)))
            return {row.key: row.aid for row in found}

    def titles(self) -> dict[str, str]:
        with self._engine.connect() as connection:
            return {row.key: row.title for row in connection.execute(select(documents.c.key, documents.c.title))}

    def counts(self) -> tuple[int, int, int]:
        """(documents, passages, passages waiting)."""
        with self._engine.connect() as connection:
            waiting = select(func.count()).select_from(passages).where(passages.c.embedded.is_(False))
            counted = [
                connection.execute(select(func.count()).select_from(t)).scalar() or 0 for t in (documents, passages)
            ]
            return counted[0], counted[1], connection.execute(waiting).scalar() or 0


def _touch(connection: Any) -> None:
    if not connection.execute(update(catalogue_state).values(version=catalogue_state.c.version + 1)).rowcount:
        connection.execute(insert(catalogue_state).values(id=1, version=1))
