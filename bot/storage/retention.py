"""What is kept of people: how long, how it is deleted."""

import json
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, ColumnElement, Engine, Text, delete, select, type_coerce, update

from bot.storage.audit import audit_log
from bot.storage.conversations import conversations
from bot.storage.database import writing
from bot.storage.drafts import drafts
from bot.storage.inbox import inbox
from bot.storage.library_use import feedback
from bot.storage.outbox import outbox
from bot.storage.receipts import receipts

ITEMS_KEPT = timedelta(days=7)
"""Slack delivers again within minutes; what was said is not needed once it was answered."""
GONE = "(deleted)"


def purge(engine: Engine, now: datetime, keep: timedelta) -> dict[str, int]:
    """Delete what is older than it is kept: counts by table. What was written to the CRM and the audit log stay."""
    old = now - keep
    with writing(engine) as connection:
        queries = {
            "inbox": delete(inbox).where(inbox.c.state.in_(["done", "failed"]), inbox.c.done_at < now - ITEMS_KEPT),
            "outbox": delete(outbox).where(outbox.c.made_at < old),
            "conversations": delete(conversations).where(conversations.c.at < old),
            "drafts": delete(drafts).where(
                drafts.c.status.in_(["open", "discarded", "replaced"]), drafts.c.created_at < old
            ),
            "feedback": delete(feedback).where(feedback.c.at < old),
        }
        return {table: connection.execute(query).rowcount for table, query in queries.items()}


def forget(engine: Engine, person_id: str, email: str, slack_user_id: str | None) -> dict[str, int]:
    """Delete what a person said to Caddie: counts by table.

    The audit log keeps that, when and what they wrote to the CRM, for which the company answers; their words in it go.
    """
    with writing(engine) as connection:
        threads = {
            t
            for table in (drafts, receipts)
            for (t,) in connection.execute(select(table.c.thread).where(table.c.author_id == person_id))
        }
        threads |= {
            t for (t,) in connection.execute(select(feedback.c.thread).where(feedback.c.person_id == person_id))
        }
        items, answers = set(), set()
        for name, value in (("user", slack_user_id), ("value", email), ("to", email)):
            if value:
                items |= {
                    row.key
                    for row in connection.execute(
                        select(inbox.c.key).where(_holds(inbox.c.payload, name, value), inbox.c.state != "running")
                    )
                }
                answers |= {
                    row.item
                    for row in connection.execute(select(outbox.c.item).where(_holds(outbox.c.body, name, value)))
                }
        answers |= items
        for body in connection.execute(select(outbox.c.body).where(outbox.c.item.in_(answers))).scalars():
            threads |= _threads(body)
        for payload in connection.execute(select(inbox.c.payload).where(inbox.c.key.in_(items))).scalars():
            threads |= _threads(payload)
        queries = {
            "outbox": delete(outbox).where(outbox.c.item.in_(answers)),
            "inbox": delete(inbox).where(inbox.c.key.in_(items)),
            "conversations": delete(conversations).where(conversations.c.thread.in_(threads)),
            "receipts": delete(receipts).where(receipts.c.author_id == person_id),
            "drafts": delete(drafts).where(drafts.c.author_id == person_id),
            "feedback": delete(feedback).where(feedback.c.person_id == person_id),
            "audit_log": update(audit_log).where(audit_log.c.person_id == person_id).values(source=GONE),
        }
        return {table: connection.execute(query).rowcount for table, query in queries.items()}


def _holds(column: Column[Any], name: str, value: str) -> ColumnElement[bool]:
    """Whether a JSON document has this value under a name: the same value elsewhere, as among a channel's readers, is
    about others.
    """
    return type_coerce(column, Text).contains(json.dumps({name: value}, ensure_ascii=False)[1:-1], autoescape=True)


def _threads(about: dict[str, Any]) -> set[str]:
    """The conversations that a message may belong to."""
    place = f"{about.get('team', '')}:{about.get('channel', '')}"
    return {place, *(f"{place}:{about[name]}" for name in ("thread_ts", "ts") if about.get(name))}


def erase(engine: Engine, team: str) -> None:
    """Delete all that came from a Slack workspace and all that was said there. The CRM, the library and the audit log
    are the company's.
    """
    with writing(engine) as connection:
        items = [
            key
            for (key,) in connection.execute(
                select(inbox.c.key).where(_holds(inbox.c.payload, "team", team), inbox.c.state != "running")
            )
        ]
        connection.execute(delete(outbox).where(outbox.c.item.in_(items) | _holds(outbox.c.body, "team", team)))
        connection.execute(delete(inbox).where(inbox.c.key.in_(items)))
        for table in (conversations, drafts, receipts, feedback):
            connection.execute(delete(table).where(table.c.thread.startswith(f"{team}:", autoescape=True)))
