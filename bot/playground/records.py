"""What stands in the stand-in's workspace: members, channels, messages, forms, files."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Member:
    id: str
    name: str
    email: str | None
    guest: bool = False
    bot: bool = False
    locale: str = "en-US"


@dataclass
class Channel:
    id: str
    name: str
    kind: str
    members: list[str]


@dataclass
class Posted:
    """A message; `only_for` is the one user who sees an ephemeral one."""

    ts: str
    channel: str
    user: str
    text: str
    blocks: list[dict[str, Any]] | None = None
    thread_ts: str | None = None
    only_for: str | None = None
    metadata: dict[str, Any] | None = None
    edited: int = 0
    files: list[str] = field(default_factory=list)
    streaming: bool = False
    reactions: dict[str, list[str]] = field(default_factory=dict)


@dataclass
class Opened:
    """A modal open before a user."""

    id: str
    user: str
    view: dict[str, Any]


@dataclass
class Uploaded:
    id: str
    name: str
    data: bytes
    title: str = ""
    alt: str = ""
