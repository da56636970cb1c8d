"""The CRM port: capabilities, pull, fetch, push; one adapter a CRM implements it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.activities import Activity, ActivityKind
from bot.domain.deals import Account, Contact, Deal, FieldChange, Product, Quota, Stage, StageChange
from bot.domain.fields import FieldValue
from bot.domain.people import Person

Record = Person | Account | Contact | Product | Stage | Deal | Activity | StageChange | FieldChange | Quota


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a CRM is called, and what is different with it."""

    name: str
    is_mirror: bool = False  # the mirror's tables are the CRM: there is nothing to pull


@dataclass(frozen=True, slots=True)
class NewActivity:
    kind: ActivityKind
    at: datetime
    summary: str
    duration_minutes: int | None = None
    contact_ids: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Write:
    """One confirmed card: everything in it is written, or nothing.

    `fields` are fields of Deal with their new values, with `contact_id` those of that Contact. With `create` a record
    is made instead: a deal takes `fields`, an account needs `name` and may have `industry` and `country`, a contact
    needs `name` and `account_id` and may have `title`, `email`, `phone`.
    `removes_activity` takes back an activity that an earlier write made (for undo).
    """

    by_id: str
    at: datetime
    deal_id: str | None = None
    account_id: str | None = None
    contact_id: str | None = None
    fields: tuple[tuple[str, FieldValue], ...] = ()
    activity: NewActivity | None = None
    create: str | None = None
    removes_activity: str | None = None
    removes_created: str | None = None


@dataclass(frozen=True, slots=True)
class Fetched:
    """A deal as the CRM has it now, with the version to send back on writing."""

    deal: Deal
    version: str


@dataclass(frozen=True, slots=True)
class Pushed:
    """What a write made: the id of the deal or created record, its new version, and the activity's id."""

    ref: str
    version: str
    activity_id: str | None = None
    repeated: bool = False


class Crm(Protocol):
    """A CRM behind the mirror. An adapter raises CrmUnavailable, CrmRefused, Conflict and NotFound alone."""

    @property
    def capabilities(self) -> Capabilities: ...

    def pull(self, since: datetime | None) -> Iterator[Record]:
        """All records, or those changed since a moment; parents before children."""

    def fetch(self, deal_id: str) -> Fetched:
        """One deal afresh. Raises NotFound."""

    def push(self, write: Write, key: str, version: str | None) -> Pushed:
        """Write once for each key: a repeated key returns the first result and writes nothing.

        Raises Conflict where the deal's version is no longer `version`, writing nothing; NotFound where it is gone.
        """
