"""What Caddie itself remembers: conversations, drafts, receipts and the audit trail, shared by all processes."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict
from sqlalchemy import Column, Connection, Engine, Index, Integer, String, Table, Text, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.database import Json, Moment, metadata, writing
from bot.replies import Change, DraftActivity, Matched, NewContact, NextStep, Option

DraftStatus = Literal["open", "sending", "written", "discarded", "replaced"]

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
    Column("draft", Json, nullable=False),
    Index("ix_drafts_thread", "thread"),
    Index("ix_drafts_status", "status"),
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
    Column("receipt", Json, nullable=False),
    Index("ix_receipts_thread", "thread"),
)
audit_log = Table(
    "audit_log",
    metadata,
    Column("seq", Integer, primary_key=True, autoincrement=True),
    Column("at", Moment, nullable=False),
    Column("person_id", String(64), nullable=False),
    Column("action", String(16), nullable=False),
    Column("key", String(96), nullable=False, unique=True),
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
)


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class Draft(Frozen):
    """A card waiting for its author: what would be written, and against which version of the deal."""

    id: str
    author_id: str
    thread: str
    created_at: datetime
    source: str
    model: str
    language: str = "en"
    deal_id: str | None = None
    deal_version: str | None = None
    account_id: str | None = None
    account: str | None = None
    activity: DraftActivity | None = None
    contact_ids: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    refs: dict[str, str] = {}
    next_step: NextStep | None = None
    create: Literal["deal", "account", "contact"] | None = None
    contact: NewContact | None = None
    missing: tuple[str, ...] = ()
    matched: Matched | None = None
    twins: tuple[str, ...] = ()


class KeptReceipt(Frozen):
    """What a write changed, so that it can be taken back."""

    id: str
    draft_id: str
    author_id: str
    thread: str
    at: datetime
    deal_id: str | None
    account_id: str | None
    before: dict[str, str | None]
    after: dict[str, str | None]
    activity_id: str | None = None
    created_ref: str | None = None
    draft: Draft


class PendingQuestion(Frozen):
    """A question Caddie asked; `command` is what it was about, as JSON with its class name."""

    about: str
    options: tuple[Option, ...] = ()
    command: dict[str, object] = {}
    author_id: str
    words: str = ""


class Conversation(Frozen):
    """What a thread is about."""

    deal_id: str | None = None
    account_id: str | None = None
    contact_ids: tuple[str, ...] = ()
    draft_id: str | None = None
    question: PendingQuestion | None = None
    last_query: dict[str, object] | None = None


class Journal:
    """Reads and writes the tables above; each method is one transaction."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def conversation(self, thread: str) -> Conversation:
        with self._engine.connect() as connection:
            state = connection.execute(select(conversations.c.state).where(conversations.c.thread == thread)).scalar()
        return Conversation.model_validate(state) if state else Conversation()

    def remember(self, thread: str, conversation: Conversation, at: datetime) -> None:
        values = {"thread": thread, "state": conversation.model_dump(mode="json"), "at": at}
        dialect = sqlite if self._engine.dialect.name == "sqlite" else postgresql
        with writing(self._engine) as connection:
            query = dialect.insert(conversations).values(**values)
            connection.execute(query.on_conflict_do_update(index_elements=["thread"], set_={"state": values["state"], "at": at}))

    def keep(self, draft: Draft, replaces: str | None = None) -> None:
        """Keep a draft; the one it replaces can no longer be pressed."""
        with writing(self._engine) as connection:
            if replaces:
                _move(connection, replaces, "open", "replaced")
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

    def newest_draft(self, thread: str) -> str | None:
        """The id of the thread's newest card that was not replaced by a later one."""
        with self._engine.connect() as connection:
            query = select(drafts.c.id).where(drafts.c.thread == thread, drafts.c.status != "replaced")
            return connection.execute(query.order_by(drafts.c.seq.desc()).limit(1)).scalar()

    def move(self, draft_id: str, was: DraftStatus, becomes: DraftStatus) -> bool:
        """Move a draft on; False where another press was first."""
        with writing(self._engine) as connection:
            return _move(connection, draft_id, was, becomes)

    def unfinished(self) -> list[Draft]:
        """Drafts confirmed whose write was not seen to end: a crash came between."""
        with self._engine.connect() as connection:
            found = connection.execute(select(drafts.c.draft).where(drafts.c.status == "sending"))
            return [Draft.model_validate(row[0]) for row in found]

    def written(self, receipt: KeptReceipt) -> None:
        """Keep the receipt of a draft, close the draft and note it in the audit log, all at once; repeating changes nothing."""
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
            _move(connection, receipt.draft_id, "sending", "written")
            _audit(connection, receipt, "write", receipt.before, receipt.after, receipt.author_id, receipt.at)

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
            query = select(receipts.c.id).where(receipts.c.thread == thread).order_by(receipts.c.undone_at.isnot(None), receipts.c.seq.desc())
            return connection.execute(query.limit(1)).scalar()

    def undone(self, receipt: KeptReceipt, by_id: str, at: datetime) -> None:
        with writing(self._engine) as connection:
            changed = connection.execute(
                update(receipts).where(receipts.c.id == receipt.id, receipts.c.undone_at.is_(None)).values(undone_at=at)
            )
            if changed.rowcount:
                _audit(connection, receipt, "undo", receipt.after, receipt.before, by_id, at)

    def note(self, kind: str, question: str, sources: list[str], person_id: str, thread: str, at: datetime) -> None:
        """Keep what was asked of the library (`asked`), what it could not answer (`gap`) and ratings (`up`, `down`)."""
        with writing(self._engine) as connection:
            connection.execute(
                insert(feedback).values(at=at, person_id=person_id, thread=thread, kind=kind, question=question, sources=sources)
            )


def _move(connection: Connection, draft_id: str, was: DraftStatus, becomes: DraftStatus) -> bool:
    query = update(drafts).where(drafts.c.id == draft_id, drafts.c.status == was).values(status=becomes)
    return bool(connection.execute(query).rowcount)


def _audit(
    connection: Connection,
    receipt: KeptReceipt,
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
            key=f"{receipt.id}:{action}",
            source=receipt.draft.source,
            model=receipt.draft.model,
            before=before,
            after=after,
        )
    )
