"""What Caddie itself remembers: conversations, drafts, receipts and the audit trail, shared by all processes."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Engine,
    Index,
    Integer,
    String,
    Table,
    Text,
    and_,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from bot.contract.drafts import Conversation, Draft, DraftStatus, KeptItem, KeptReceipt
from bot.storage.database import Json, Moment, metadata, writing

CLAIM = timedelta(seconds=10)
"""Shorter than the inbox keeps an item from others, so that whoever takes over a press finds the write free."""
FORGOTTEN = timedelta(minutes=1)

conversations = Table(
    "conversations",
    metadata,
    Column("thread", String(255), primary_key=True),
    Column("state", Json, nullable=False),
    Column("at", Moment, nullable=False),
)
drafts = Table(
    "drafts",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), nullable=False, unique=True),
    Column("thread", String(255), nullable=False),
    Column("author_id", String(64), nullable=False),
    Column("status", String(16), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("claimed_until", Moment),
    Column("draft", Json, nullable=False),
    Index("ix_drafts_thread", "thread"),
    Index("ix_drafts_status", "status"),
    Index("ix_drafts_author_id_status", "author_id", "status"),
)
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
    Column("undo_begun_at", Moment),
    Column("receipt", Json, nullable=False),
    Index("ix_receipts_thread", "thread"),
    Index("ix_receipts_author_id", "author_id"),
)
audit_log = Table(
    "audit_log",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("person_id", String(64), nullable=False),
    Column("action", String(16), nullable=False),
    Column("key", String(96), nullable=False, unique=True),
    Column("deal_id", String(64)),
    Column("source", Text, nullable=False),
    Column("model", String(128), nullable=False),
    Column("before", Json, nullable=False),
    Column("after", Json, nullable=False),
)
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


class Journal:
    """Reads and writes the tables above; each method is one transaction."""

    def __init__(
        self, engine: Engine, clock: Callable[[], datetime] = lambda: datetime.now(UTC), claim: timedelta = CLAIM
    ) -> None:
        """`claim` is how long a process that died keeps others from finishing its write."""
        self._engine, self._clock, self._claim = engine, clock, claim

    def conversation(self, thread: str) -> Conversation:
        with self._engine.connect() as connection:
            state = connection.execute(select(conversations.c.state).where(conversations.c.thread == thread)).scalar()
        return Conversation.model_validate(state) if state else Conversation()

    def remember(self, thread: str, conversation: Conversation, at: datetime) -> None:
        values = {"thread": thread, "state": conversation.model_dump(mode="json"), "at": at}
        dialect = sqlite if self._engine.dialect.name == "sqlite" else postgresql
        with writing(self._engine) as connection:
            query = dialect.insert(conversations).values(**values)
            connection.execute(
                query.on_conflict_do_update(index_elements=["thread"], set_={"state": values["state"], "at": at})
            )

    def keep(self, draft: Draft, replaces: str | None = None) -> None:
        """Keep a draft; the one it replaces can no longer be pressed."""
        with writing(self._engine) as connection:
            if replaces:
                _move(connection, replaces, "open", "replaced") or _move(connection, replaces, "sending", "replaced")
            connection.execute(
                insert(drafts).values(
                    id=draft.id,
                    thread=draft.thread,
                    author_id=draft.author_id,
                    status="open",
                    created_at=draft.created_at,
                    draft=draft.model_dump(mode="json"),
                )
            )

    def draft(self, draft_id: str) -> tuple[Draft, DraftStatus] | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(drafts.c.draft, drafts.c.status).where(drafts.c.id == draft_id)).first()
        return (Draft.model_validate(row[0]), row[1]) if row else None

    def open_drafts(self, author_id: str, since: datetime, most: int) -> list[Draft]:
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

    def recent_receipts(self, author_id: str, since: datetime, most: int) -> list[KeptReceipt]:
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

    def newest_draft(self, thread: str) -> str | None:
        """The id of the thread's newest card that was not replaced by a later one."""
        with self._engine.connect() as connection:
            query = select(drafts.c.id).where(drafts.c.thread == thread, drafts.c.status != "replaced")
            return connection.execute(query.order_by(drafts.c.seq.desc()).limit(1)).scalar()

    def move(self, draft_id: str, was: DraftStatus, becomes: DraftStatus) -> bool:
        """Move a draft on; False where another press was first. One to be sent counts as begun now, should nobody get
        to write it.
        """
        begun = {"claimed_until": self._clock() - timedelta(seconds=1)} if becomes == "sending" else {}
        with writing(self._engine) as connection:
            return _move(connection, draft_id, was, becomes, **begun)

    def claim(self, draft_id: str) -> bool:
        """Take a confirmed draft for writing; False while another process writes it."""
        now = self._clock()
        with writing(self._engine) as connection:
            free = or_(drafts.c.claimed_until.is_(None), drafts.c.claimed_until < now)
            query = update(drafts).where(drafts.c.id == draft_id, drafts.c.status.in_(["sending", "queued"]), free)
            return bool(connection.execute(query.values(claimed_until=now + self._claim, status="sending")).rowcount)

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
            connection.execute(update(drafts).where(drafts.c.id == draft_id).values(claimed_until=None))

    def unfinished(self) -> list[Draft]:
        """Drafts that wait for the CRM, and those whose process died long enough ago that nobody else will finish
        them.
        """
        long_ago = self._clock() - FORGOTTEN
        died = (drafts.c.status == "sending") & (drafts.c.claimed_until < long_ago)
        with self._engine.connect() as connection:
            found = connection.execute(
                select(drafts.c.draft).where(or_(drafts.c.status == "queued", died)).order_by(drafts.c.seq)
            )
            return [Draft.model_validate(row[0]) for row in found]

    def written(self, receipt: KeptReceipt) -> None:
        """Keep the receipt of a draft, close the draft and note each change in the audit log, all at once; repeating
        changes nothing.
        """
        with writing(self._engine) as connection:
            if connection.execute(select(receipts.c.id).where(receipts.c.draft_id == receipt.draft_id)).first():
                return
            connection.execute(
                insert(receipts).values(
                    id=receipt.id,
                    draft_id=receipt.draft_id,
                    thread=receipt.thread,
                    author_id=receipt.author_id,
                    at=receipt.at,
                    receipt=receipt.model_dump(mode="json"),
                )
            )
            query = update(drafts).where(drafts.c.id == receipt.draft_id, drafts.c.status.in_(["sending", "queued"]))
            connection.execute(query.values(status="written", claimed_until=None))
            for item in receipt.items:
                _audit(connection, receipt, item, "write", item.before, item.after, receipt.author_id, receipt.at)

    def receipt(self, receipt_id: str) -> tuple[KeptReceipt, datetime | None] | None:
        return self._receipt(receipts.c.id == receipt_id)

    def receipt_of(self, draft_id: str) -> tuple[KeptReceipt, datetime | None] | None:
        return self._receipt(receipts.c.draft_id == draft_id)

    def _receipt(self, condition: object) -> tuple[KeptReceipt, datetime | None] | None:
        with self._engine.connect() as connection:
            row = connection.execute(select(receipts.c.receipt, receipts.c.undone_at).where(condition)).first()  # type: ignore[arg-type]
        return (KeptReceipt.model_validate(row[0]), row[1]) if row else None

    def newest_receipt(self, thread: str) -> str | None:
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
            connection.execute(query.values(undoing_by=by_id, undo_begun_at=self._clock()))

    def queue_undo(self, receipt_id: str) -> None:
        """Leave an undo for later: the CRM cannot be reached."""
        with writing(self._engine) as connection:
            connection.execute(update(receipts).where(receipts.c.id == receipt_id).values(undo_begun_at=None))

    def waiting_undos(self) -> list[tuple[KeptReceipt, str]]:
        """Receipts to be undone that nobody is at, with who asked for it."""
        with self._engine.connect() as connection:
            query = select(receipts.c.receipt, receipts.c.undoing_by).where(self._undo_waits())
            return [
                (KeptReceipt.model_validate(row[0]), row[1])
                for row in connection.execute(query.order_by(receipts.c.seq))
            ]

    def claim_undo(self, receipt_id: str) -> bool:
        """Take an undo that waits; False where another process was first."""
        with writing(self._engine) as connection:
            query = update(receipts).where(receipts.c.id == receipt_id, self._undo_waits())
            return bool(connection.execute(query.values(undo_begun_at=self._clock())).rowcount)

    def _undo_waits(self) -> ColumnElement[bool]:
        begun = receipts.c.undo_begun_at
        free = or_(begun.is_(None), begun < self._clock() - FORGOTTEN)
        return and_(receipts.c.undoing_by.isnot(None), receipts.c.undone_at.is_(None), free)

    def undone(self, receipt: KeptReceipt, by_id: str, at: datetime) -> None:
        with writing(self._engine) as connection:
            changed = connection.execute(
                update(receipts)
                .where(receipts.c.id == receipt.id, receipts.c.undone_at.is_(None))
                .values(undone_at=at, undoing_by=by_id)
            )
            if changed.rowcount:
                for item in receipt.items:
                    _audit(connection, receipt, item, "undo", item.after, item.before, by_id, at)

    def not_undone(self, receipt_id: str) -> None:
        """An undo that cannot be: somebody changed the record since."""
        with writing(self._engine) as connection:
            connection.execute(
                update(receipts)
                .where(receipts.c.id == receipt_id, receipts.c.undone_at.is_(None))
                .values(undoing_by=None)
            )

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
        """Keep what was asked of the library (`asked`), what it could not answer (`gap`) and ratings (`up`, `down`)."""
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

    def audit_sharing(self, person_id: str, what: str, key: str, at: datetime) -> None:
        """Keep that somebody shared numbers with a channel where not all might see them."""
        with writing(self._engine) as connection:
            values = {
                "at": at,
                "person_id": person_id,
                "action": "shared",
                "key": f"{key}:shared",
                "source": what,
                "model": "",
                "before": {},
                "after": {},
            }
            connection.execute(insert(audit_log).values(**values))

    def uses(self, since: datetime, until: datetime) -> list[Use]:
        """All uses of the library in a span of time, the oldest first."""
        c = feedback.c
        query = (
            select(c.kind, c.question, c.sources, c.person_id, c.deal_id)
            .where(c.at >= since, c.at < until)
            .order_by(c.seq)
        )
        with self._engine.connect() as connection:
            return [Use(row[0], row[1], tuple(row[2]), row[3], row[4]) for row in connection.execute(query)]

    def audit_aid(self, person_id: str, action: str, aid_id: str, key: str, at: datetime) -> None:
        """Keep that somebody approved or retired an aid, or brought a draft."""
        with writing(self._engine) as connection:
            values = {
                "at": at,
                "person_id": person_id,
                "action": action,
                "key": f"{key}:{action}",
                "source": aid_id,
                "model": "",
                "before": {},
                "after": {},
            }
            connection.execute(insert(audit_log).values(**values))

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


def _move(connection: Connection, draft_id: str, was: DraftStatus, becomes: DraftStatus, **begun: datetime) -> bool:
    query = update(drafts).where(drafts.c.id == draft_id, drafts.c.status == was).values(status=becomes, **begun)
    return bool(connection.execute(query).rowcount)


def _audit(
    connection: Connection,
    receipt: KeptReceipt,
    item: KeptItem,
    action: str,
    before: dict[str, str | None],
    after: dict[str, str | None],
    person_id: str,
    at: datetime,
) -> None:
    connection.execute(
        insert(audit_log).values(
            at=at,
            person_id=person_id,
            action=action,
            key=f"{item.key}:{action}",
            deal_id=item.deal_id,
            source=receipt.draft.source,
            model=receipt.draft.model,
            before=before,
            after=after,
        )
    )
