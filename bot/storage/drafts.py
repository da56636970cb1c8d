"""Cards: open, on their way into the CRM, written, thrown away or replaced."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, Connection, Engine, Index, Integer, String, Table, and_, insert, or_, select, update

from bot.contract.drafts import Draft, DraftStatus
from bot.storage.database import Json, Moment, metadata, writing
from bot.storage.lease import Lease

WRITING = timedelta(seconds=10)
"""Shorter than the inbox keeps an item from others, so that whoever takes over a press finds the write free."""
FORGOTTEN = timedelta(minutes=1)
"""After so long nobody else will finish what a process left behind."""

drafts = Table(
    "drafts",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("thread", String(255), nullable=False),
    Column("author_id", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("leased_until", Moment),
    Column("draft", Json, nullable=False),
    Index("ix_drafts_thread", "thread"),
    Index("ix_drafts_status", "status"),
    Index("ix_drafts_author_id_status", "author_id", "status"),
)


class Drafts:
    """Each method is one transaction; a draft moves on by compare-and-set."""

    def __init__(
        self,
        engine: Engine,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        writing_lasts: timedelta = WRITING,
    ) -> None:
        """`writing_lasts` is how long a process that died keeps others from finishing its write."""
        self._engine, self._clock, self._lease = engine, clock, Lease(drafts.c.leased_until, writing_lasts)

    def keep(self, draft: Draft, replaces: str | None = None) -> None:
        """Keep a draft; the one it replaces can no longer be pressed."""
        row = {
            "id": draft.id,
            "thread": draft.thread,
            "author_id": draft.author_id,
            "status": "open",
            "created_at": draft.created_at,
            "draft": draft.model_dump(mode="json"),
        }
        with writing(self._engine) as connection:
            if replaces:
                _move(connection, replaces, "open", "replaced") or _move(connection, replaces, "sending", "replaced")
            connection.execute(insert(drafts).values(**row))

    def of(self, draft_id: str) -> tuple[Draft, DraftStatus] | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(drafts.c.draft, drafts.c.status).where(drafts.c.id == draft_id)).first()
        return (Draft.model_validate(row[0]), row[1]) if row else None

    def open_of(self, author_id: str, since: datetime, most: int) -> list[Draft]:
        """A person's cards that wait for a click, the newest first."""
        c = drafts.c
        query = (
            select(c.draft)
            .where(c.author_id == author_id, c.status == "open", c.created_at >= since)
            .order_by(c.seq.desc())
            .limit(most)
        )
        with self._engine.connect() as connection:
            return [Draft.model_validate(row[0]) for row in connection.execute(query)]

    def newest(self, thread: str) -> str | None:
        """The id of the thread's newest card that was not replaced by a later one."""
        with self._engine.connect() as connection:
            query = select(drafts.c.id).where(drafts.c.thread == thread, drafts.c.status != "replaced")
            return connection.execute(query.order_by(drafts.c.seq.desc()).limit(1)).scalar()

    def move(self, draft_id: str, was: DraftStatus, becomes: DraftStatus) -> bool:
        """Move a draft on; False where another press was first. One to be sent is due at once, for any process."""
        due = self._lease.due(self._clock()) if becomes == "sending" else {}
        with writing(self._engine) as connection:
            return _move(connection, draft_id, was, becomes, **due)

    def take(self, draft_id: str) -> bool:
        """Take a confirmed draft for writing; False while another process writes it."""
        now = self._clock()
        waiting = and_(drafts.c.id == draft_id, drafts.c.status.in_(["sending", "queued"]), self._lease.free(now))
        with writing(self._engine) as connection:
            query = update(drafts).where(waiting).values(status="sending", **self._lease.held(now))
            return bool(connection.execute(query).rowcount)

    def restamp(self, draft: Draft) -> None:
        """Keep a draft being written with the version and values it is now to be written over."""
        with writing(self._engine) as connection:
            connection.execute(
                update(drafts).where(drafts.c.id == draft.id).values(draft=draft.model_dump(mode="json"))
            )

    def queue(self, draft_id: str) -> None:
        """Leave a draft for later: the CRM cannot be reached."""
        with writing(self._engine) as connection:
            query = update(drafts).where(drafts.c.id == draft_id, drafts.c.status == "sending")
            connection.execute(query.values(status="queued"))
            connection.execute(update(drafts).where(drafts.c.id == draft_id).values(**self._lease.released()))

    def reopen(self, draft_id: str) -> None:
        """Give a draft back to its author: the CRM does not take it as it is."""
        with writing(self._engine) as connection:
            query = update(drafts).where(drafts.c.id == draft_id, drafts.c.status.in_(["sending", "queued"]))
            connection.execute(query.values(status="open", **self._lease.released()))

    def unfinished(self) -> list[Draft]:
        """Drafts that wait for the CRM, and those whose process died long enough ago that nobody else ends them."""
        died = and_(drafts.c.status == "sending", self._lease.lapsed(self._clock(), FORGOTTEN))
        query = select(drafts.c.draft).where(or_(drafts.c.status == "queued", died)).order_by(drafts.c.seq)
        with self._engine.connect() as connection:
            return [Draft.model_validate(row[0]) for row in connection.execute(query)]


def close(connection: Connection, draft_id: str) -> None:
    """Mark a draft as written, in the transaction that keeps its receipt."""
    query = update(drafts).where(drafts.c.id == draft_id, drafts.c.status.in_(["sending", "queued"]))
    connection.execute(query.values(status="written", leased_until=None))


def _move(connection: Connection, draft_id: str, was: DraftStatus, becomes: DraftStatus, **begun: datetime) -> bool:
    query = update(drafts).where(drafts.c.id == draft_id, drafts.c.status == was).values(status=becomes, **begun)
    return bool(connection.execute(query).rowcount)
