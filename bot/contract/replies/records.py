"""Lists of records other than deals."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.contract.replies.base import Reply


class AccountRow(BaseModel):
    """`why` says what the question was about: its open deals, the last activity."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    industry: str | None = None
    owner: str | None = None
    why: str = ""


class ContactRow(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    title: str | None = None
    account: str | None = None
    email: str | None = None
    phone: str | None = None


class PersonRow(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    why: str = ""


class ActivityRow(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    kind: str
    at: datetime
    author: str | None = None
    deal: str | None = None
    account: str | None = None
    contacts: tuple[str, ...] = ()
    minutes: int | None = None
    summary: str = ""


class Found(Reply):
    """Base of the lists: `say` names the sentence above them, filled by `values`."""

    count: int
    say: str = Field(exclude=True)
    values: dict[str, str] = Field(default_factory=dict, exclude=True)
    left_out: tuple[str, ...] = ()


class AccountsFound(Found):
    kind: Literal["accounts"] = "accounts"
    accounts: tuple[AccountRow, ...]


class ContactsFound(Found):
    kind: Literal["contacts"] = "contacts"
    contacts: tuple[ContactRow, ...]


class PeopleFound(Found):
    kind: Literal["people"] = "people"
    people: tuple[PersonRow, ...]


class ActivitiesFound(Found):
    kind: Literal["activities"] = "activities"
    activities: tuple[ActivityRow, ...]
