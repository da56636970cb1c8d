"""What comes in: something said, or a button pressed; and what comes out for it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.contract.replies.base import Reply
from bot.domain.audience import Audience


class Action(StrEnum):
    """Every button there is, by the name under which Slack sends it back."""

    CONFIRM = "confirm"
    DISCARD = "discard"
    UNDO = "undo"
    CHOOSE = "choose"
    EDIT = "edit"
    UP = "up"
    DOWN = "down"
    DEALS = "deals"
    POST = "post"
    FIX = "fix"
    MORE = "more"
    TAKE = "take"


@dataclass(frozen=True, slots=True)
class Message:
    """Something a person said. `thread` is the conversation's key, the same for all that belongs together.

    `heard` is told an answer's sentences while a model still writes, where somebody wants to see it grow.
    `locale` is the person's own setting in the messenger, as a BCP 47 tag.
    """

    text: str
    email: str
    audience: Audience
    thread: str
    now: datetime
    heard: Callable[[str], None] | None = None
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class Press:
    """A button a person pressed; without `ref` the thread's newest card or receipt is meant."""

    action: Action
    email: str
    audience: Audience
    thread: str
    now: datetime
    ref: str | None = None
    value: str | None = None
    locale: str | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """The replies to one message or press, the model that understood it, and the milliseconds it took."""

    thread: str
    model: str
    ms: int
    replies: tuple[Reply, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """What came of something that nobody waits for in a conversation, for its person."""

    email: str
    thread: str
    replies: tuple[Reply, ...]
