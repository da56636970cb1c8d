"""One turn of a conversation: who says what where."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property
from typing import Literal
from zoneinfo import ZoneInfo

from bot.contract.drafts import Conversation
from bot.contract.replies.base import RefusalReason
from bot.contract.replies.notices import Refusal
from bot.crm.names.index import VisibleNames
from bot.domain.audience import Audience
from bot.domain.deals import Account
from bot.domain.locale import Locale, locale_of
from bot.domain.people import Organization, Person
from bot.domain.periods import Clock
from bot.handlers.desk import Desk
from bot.language.lexicon import said
from bot.records.conditions import Sight


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
    locale: Locale = field(default_factory=lambda: locale_of(None))

    @cached_property
    def organization(self) -> Organization:
        """The people, the same for the whole turn."""
        return self.desk.organization

    def may_see(self, account: Account) -> bool:
        """Whether an account is the asker's to read, nobody's, or one where the asker reads a deal."""
        if account.owner_id is None or account.owner_id in self.readable:
            return True
        return bool(self.desk.mirror.deals(owners=self.readable, account_id=account.id))

    @property
    def account_in_thread(self) -> Account | None:
        """The account that the thread is about, where the asker may see it: others may have spoken there."""
        found = self.desk.mirror.accounts([self.conversation.account_id]) if self.conversation.account_id else []
        return next((account for account in found if self.may_see(account)), None)

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
        return self.desk.records.sight(self.clock)

    @property
    def in_marketing(self) -> bool:
        """Whether the asker's title says so; marketing people look after the job aids."""
        return said("marketing_title", self.person.title or "")

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

    def refuse(self, reason: RefusalReason, say: str, /, **values: str) -> Refusal:
        return Refusal(reason=reason, say=say, values=values, language=self.language)
