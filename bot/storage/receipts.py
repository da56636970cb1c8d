"""What confirmed cards wrote, and its taking back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Column, ColumnElement, Engine, Index, Integer, String, Table, and_, insert, or_, select, update

from bot.contract.drafts import KeptReceipt
from bot.storage.audit import note_undo, note_write
from bot.storage.database import Json, Moment, metadata, writing
from bot.storage.drafts import FORGOTTEN, close
from bot.storage.lease import Lease

receipts = Table(
    "receipts",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("draft_id", String(64), nullable=False, unique=True),
    Column("thread", String(255), nullable=False),
    Column("author_id", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Column("undone_at", Moment),
    Column("undoing_by", String(64)),
    Column("leased_until", Moment),
    Column("receipt", Json, nullable=False),
    Index("ix_receipts_thread", "thread"),
    Index("ix_receipts_author_id", "author_id"),
)


class Receipts:
    """Each method is one transaction; an undo is held by one process at a time."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._engine, self._clock, self._lease = engine, clock, Lease(receipts.c.leased_until, timedelta(0))

    def written(self, receipt: KeptReceipt) -> None:
        """Keep a receipt, close its draft and note each change in the audit log at once; repeating changes nothing."""
        row = {
            "id": receipt.id,
            "draft_id": receipt.draft_id,
            "thread": receipt.thread,
            "author_id": receipt.author_id,
            "at": receipt.at,
            "receipt": receipt.model_dump(mode="json"),
        }
        with writing(self._engine) as connection:
            if connection.execute(select(receipts.c.id).where(receipts.c.draft_id == receipt.draft_id)).first():
                return
            connection.execute(insert(receipts).values(**row))
            close(connection, receipt.draft_id)
            for item in receipt.items:
                note_write(connection, receipt, item, receipt.author_id, receipt.at)

    def of(self, receipt_id: str) -> tuple[KeptReceipt, datetime | None] | None:
        """A receipt and when it was undone."""
        return self._found(receipts.c.id == receipt_id)

    def of_draft(self, draft_id: str) -> tuple[KeptReceipt, datetime | None] | None:
        return self._found(receipts.c.draft_id == draft_id)

    def _found(self, condition: ColumnElement[bool]) -> tuple[KeptReceipt, datetime | None] | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(receipts.c.receipt, receipts.c.undone_at).where(condition)).first()
        return (KeptReceipt.model_validate(row[0]), row[1]) if row else None

    def recent(self, author_id: str, since: datetime, most: int) -> list[KeptReceipt]:
        """A person's last writes that stand, the newest first."""
        c = receipts.c
        query = (
            select(c.receipt)
            .where(c.author_id == author_id, c.at >= since, c.undone_at.is_(None))
            .order_by(c.seq.desc())
            .limit(most)
        )
        with self._engine.connect() as connection:
            return [KeptReceipt.model_validate(row[0]) for row in connection.execute(query)]

    def newest(self, thread: str) -> str | None:
        with self._engine.connect() as connection:
            query = (
                select(receipts.c.id)
                .where(receipts.c.thread == thread)
                .order_by(receipts.c.undone_at.isnot(None), receipts.c.seq.desc())
            )
            return connection.execute(query.limit(1)).scalar()

    def ask_undo(self, receipt_id: str, by_id: str) -> None:
        """Note that a receipt is to be undone, for whoever finishes it when the CRM is back."""
        with writing(self._engine) as connection:
            query = update(receipts).where(receipts.c.id == receipt_id, receipts.c.undone_at.is_(None))
            connection.execute(query.values(undoing_by=by_id, **self._lease.held(self._clock())))

    def queue_undo(self, receipt_id: str) -> None:
        """Leave an undo for later: the CRM cannot be reached."""
        with writing(self._engine) as connection:
            query = update(receipts).where(receipts.c.id == receipt_id)
            connection.execute(query.values(**self._lease.released()))

    def waiting_undos(self) -> list[tuple[KeptReceipt, str]]:
        """Receipts to be undone that nobody is at, with who asked for it."""
        query = select(receipts.c.receipt, receipts.c.undoing_by).where(self._undo_waits()).order_by(receipts.c.seq)
        with self._engine.connect() as connection:
            return [(KeptReceipt.model_validate(row[0]), row[1]) for row in connection.execute(query)]

    def take_undo(self, receipt_id: str) -> bool:
        """Take an undo that waits; False where another process was first."""
        with writing(self._engine) as connection:
            query = update(receipts).where(receipts.c.id == receipt_id, self._undo_waits())
            return bool(connection.execute(query.values(**self._lease.held(self._clock()))).rowcount)

    def _undo_waits(self) -> ColumnElement[bool]:
        nobody = or_(receipts.c.leased_until.is_(None), self._lease.lapsed(self._clock(), FORGOTTEN))
        return and_(receipts.c.undoing_by.isnot(None), receipts.c.undone_at.is_(None), nobody)

    def undone(self, receipt: KeptReceipt, by_id: str, at: datetime) -> None:
        """Note that a receipt is taken back, once."""
        standing = update(receipts).where(receipts.c.id == receipt.id, receipts.c.undone_at.is_(None))
        with writing(self._engine) as connection:
            if connection.execute(standing.values(undone_at=at, undoing_by=by_id)).rowcount:
                for item in receipt.items:
                    note_undo(connection, receipt, item, by_id, at)

    def not_undone(self, receipt_id: str) -> None:
        """An undo that cannot be: somebody changed the record since."""
        with writing(self._engine) as connection:
            connection.execute(
                update(receipts)
                .where(receipts.c.id == receipt_id, receipts.c.undone_at.is_(None))
                .values(undoing_by=None)
            )
