"""What each thread is about."""

from datetime import datetime

from sqlalchemy import Column, Engine, String, Table, select

from bot.contract.drafts import Conversation
from bot.storage.database import Json, Moment, metadata, upsert, writing

conversations = Table(
    "conversations",
    metadata,
    Column("thread", String(255), primary_key=True),
    Column("state", Json, nullable=False),
    Column("at", Moment, nullable=False),
)


class Conversations:
    """One conversation a thread; an unknown thread has an empty one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, thread: str) -> Conversation:
        with self._engine.connect() as connection:
            state = connection.execute(select(conversations.c.state).where(conversations.c.thread == thread)).scalar()
        return Conversation.model_validate(state) if state else Conversation()

    def remember(self, thread: str, conversation: Conversation, at: datetime) -> None:
        row = {"thread": thread, "state": conversation.model_dump(mode="json"), "at": at}
        with writing(self._engine) as connection:
            upsert(connection, conversations, ["thread"], [row])
