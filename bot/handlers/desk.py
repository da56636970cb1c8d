"""What handlers work with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from bot.crm.mirror.reads import Mirror
from bot.crm.names.index import LiveNames
from bot.crm.port import Crm
from bot.domain.locale import Locale, locale_of
from bot.domain.people import Organization, Person
from bot.domain.periods import FiscalCalendar
from bot.domain.process import Process
from bot.records.records import Records
from bot.storage.audit import Audit
from bot.storage.conversations import Conversations
from bot.storage.documents import Documents
from bot.storage.drafts import Drafts
from bot.storage.forecasts import Forecasts
from bot.storage.library_use import LibraryUse
from bot.storage.receipts import Receipts
from bot.storage.schedules import Schedules
from knowledge.library import Library


class Prose(Protocol):
    """Words for facts; the language package implements it."""

    def answer(
        self, question: str, passages: list[tuple[str, str]], language: str, heard: Callable[[str], None] | None = None
    ) -> str: ...


@dataclass(frozen=True)
class Desk:
    """What handlers work with; built once in wiring."""

    mirror: Mirror
    records: Records
    names: LiveNames
    crm: Crm
    conversations: Conversations
    drafts: Drafts
    receipts: Receipts
    audit: Audit
    library_use: LibraryUse
    documents: Documents
    forecasts: Forecasts
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
    locale: str | None = None

    @property
    def organization(self) -> Organization:
        return self.mirror.snapshot.organization

    def locale_of(self, person: Person, messenger: str | None = None) -> Locale:
        """How a person writes days and numbers: by the CRM, else by the messenger's setting, else by the company's."""
        return locale_of(person.locale or messenger or self.locale)

    def link(self, kind: str, ref: str) -> str | None:
        """Where the record can be opened, from the setting CRM_LINK; None where that is not set."""
        return self.crm_link.format(kind=kind, id=quote(ref, safe="")) if self.crm_link else None
