"""One turn of a conversation: who says what where, and what the handlers work with."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Literal, Protocol
from urllib.parse import quote
from zoneinfo import ZoneInfo

from bot.contract.drafts import Conversation
from bot.contract.replies import Refusal
from bot.crm.mirror.reads import Mirror
from bot.crm.names.index import LiveNames, VisibleNames
from bot.crm.port import Crm
from bot.domain.audience import Audience
from bot.domain.people import Organization, Person
from bot.domain.periods import Clock, FiscalCalendar
from bot.domain.process import Process
from bot.records.conditions import Sight
from bot.records.records import Ledger
from bot.storage.archive import Archive
from bot.storage.journal import Journal
from bot.storage.schedules import Schedules
from knowledge.library import Library


@dataclass(frozen=True, slots=True)
class Message:
    """Something a person said. `thread` is the conversation's key, the same for all that belongs together.

    `heard` is told an answer's sentences while a model still writes, where somebody wants to see it grow.
    """

    text: str
    email: str
    audience: Audience
    thread: str
    now: datetime
    heard: Callable[[str], None] | None = None


@dataclass(frozen=True, slots=True)
class Press:
    """A button a person pressed; without `ref` the thread's newest card or receipt is meant."""

    action: Literal["confirm", "discard", "undo", "choose", "edit", "up", "down", "deals", "post", "fix", "more"]
    email: str
    audience: Audience
    thread: str
    now: datetime
    ref: str | None = None
    value: str | None = None


class Prose(Protocol):
    """Words for facts; the language package implements it."""

    def answer(
        self, question: str, passages: list[tuple[str, str]], language: str, heard: Callable[[str], None] | None = None
    ) -> str: ...


@dataclass(frozen=True)
class Desk:
    """What handlers work with; built once in wiring."""

    mirror: Mirror
    ledger: Ledger
    names: LiveNames
    crm: Crm
    journal: Journal
    archive: Archive
    schedules: Schedules
    library: Library
    process: Process
    prose: Prose
    fiscal: FiscalCalendar
    new_id: Callable[[], str]
    open_to_all: bool = False
    timezone: str | None = None
    currency: str | None = None
    crm_link: str | None = None

    @property
    def organization(self) -> Organization:
        return self.mirror.snapshot.organization

    def link(self, kind: str, ref: str) -> str | None:
        """Where the record can be opened, from the setting CRM_LINK; None where that is not set."""
        return self.crm_link.format(kind=kind, id=quote(ref, safe="")) if self.crm_link else None


@dataclass
class Turn:
    """The asker, the place and the thread; `conversation` is what the handlers leave for the next turn."""

    person: Person
    audience: Audience
    thread: str
    now: datetime
    desk: Desk
    language: str = "en"
    text: str = ""
    model: str = "offline"
    conversation: Conversation = field(default_factory=Conversation)
    heard: Callable[[str], None] | None = None

    @cached_property
    def organization(self) -> Organization:
        """The people, the same for the whole turn."""
        return self.desk.organization

    @property
    def today(self) -> date:
        """The day where the asker is."""
        return self.now.astimezone(ZoneInfo(self.person.timezone)).date()

    @property
    def company_timezone(self) -> str:
        return self.desk.timezone or self.organization.timezone

    @cached_property
    def company_today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.company_timezone)).date()

    @cached_property
    def clock(self) -> Clock:
        """The company's days, by which numbers are counted."""
        return Clock(self.now, self.company_timezone, self.desk.fiscal)

    @cached_property
    def sight(self) -> Sight:
        """What this turn's numbers depend on beside the deals, read once."""
        return self.desk.ledger.sight(self.clock)

    @property
    def readable(self) -> frozenset[str]:
        return self.organization.readable(self.person.id, open_to_all=self.desk.open_to_all)

    @property
    def writable(self) -> frozenset[str]:
        return self.organization.writable(self.person.id)

    @cached_property
    def names(self) -> VisibleNames:
        """The names that the asker may see."""
        return VisibleNames(self.desk.names.current(), self.readable)

    def place(self, owners: frozenset[str]) -> Literal["channel", "ephemeral"]:
        """Where facts of these owners' deals may be shown."""
        return "channel" if self.audience.may_see(owners, self.organization, asker_id=self.person.id) else "ephemeral"

    def refuse(self, reason: str, say: str, **values: str) -> Refusal:
        return Refusal(reason=reason, say=say, values=values, language=self.language)
