"""Cards to confirm, receipts, questions and the log form."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.contract.commands.base import Offer
from bot.contract.replies.base import DealRef, Reply, Source
from bot.domain.activities import ActivityKind
from bot.domain.deals import Forecast
from bot.domain.fields import CardField


class Change(BaseModel):
    """One field of a deal, old → new, as text: plain decimals, ISO dates, names; `ref` is the CRM id behind a new
    name.
    """

    model_config = ConfigDict(frozen=True)

    field: CardField
    old: str | None
    new: str | None
    ref: str | None = Field(None, exclude=True)


class DraftActivity(BaseModel):
    model_config = ConfigDict(frozen=True)

    kind: ActivityKind
    at: date | datetime
    duration_minutes: int | None = None
    contacts: tuple[str, ...] = ()
    summary: str = ""
    contact_ids: tuple[str, ...] = Field((), exclude=True)


class NextStep(BaseModel):
    model_config = ConfigDict(frozen=True)

    text: str
    due: date | None = None


class NewContact(BaseModel):
    model_config = ConfigDict(frozen=True)

    name: str
    title: str | None = None
    email: str | None = None
    phone: str | None = None


class BulkItem(BaseModel):
    """One deal of a change of many."""

    model_config = ConfigDict(frozen=True)

    deal: DealRef
    changes: tuple[Change, ...]


class Matched(BaseModel):
    """How the deal of a card was found: by its name, by a likely reading of it, through the thread, or chosen from a
    list.
    """

    model_config = ConfigDict(frozen=True)

    words: str
    how: Literal["named", "likely", "thread", "chosen"]


class DraftCard(Reply):
    """What would be written, for its author to confirm; nothing is written before."""

    kind: Literal["draft"] = "draft"
    draft_id: str
    deal: DealRef | None = None
    account: str | None = None
    activity: DraftActivity | None = None
    changes: tuple[Change, ...] = ()
    next_step: NextStep | None = None
    create: Literal["deal", "account", "contact"] | None = None
    contact: NewContact | None = None
    about: tuple[str, ...] = Field((), exclude=True)
    missing: tuple[str, ...] = ()
    items: tuple[BulkItem, ...] = ()
    matched: Matched | None = None
    offers: tuple[Offer, ...] = ()
    twins: tuple[str, ...] = Field((), exclude=True)
    link: str | None = Field(None, exclude=True)
    currency: str | None = Field(None, exclude=True)


class Advice(BaseModel):
    model_config = ConfigDict(frozen=True)

    text: str
    sources: tuple[Source, ...] = ()


class Receipt(Reply):
    kind: Literal["receipt"] = "receipt"
    receipt_id: str
    deal: DealRef | None = None
    account: str | None = None
    activity: DraftActivity | None = None
    changes: tuple[Change, ...] = ()
    next_step: NextStep | None = None
    create: Literal["deal", "account", "contact"] | None = None
    items: tuple[BulkItem, ...] = ()
    left_out: tuple[str, ...] = ()
    advice: Advice | None = None
    undone: bool = False
    link: str | None = Field(None, exclude=True)
    currency: str | None = Field(None, exclude=True)


class FormValues(BaseModel):
    """The log form's fields as filled in; texts stay as typed until they are checked."""

    model_config = ConfigDict(frozen=True)

    deal: str = ""
    kind: ActivityKind | None = None
    day: date | None = None
    minutes: str = ""
    people: str = ""
    summary: str = ""
    stage: str | None = None
    amount: str = ""
    close_date: date | None = None
    forecast: Forecast | None = None
    loss_reason: str = ""
    next_step: str = ""
    next_step_due: date | None = None


class LogForm(Reply):
    """A form to open: on a draft or a deal (`ref`, with what is to be mended there), or empty; only doors that can show
    forms ask for it.
    """

    kind: Literal["form"] = "form"
    audience: Literal["channel", "ephemeral"] = "ephemeral"
    ref: str | None = None
    about: str = ""
    values: FormValues
    stages: tuple[str, ...]


class Option(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    name: str


class Question(Reply):
    """`words` are the person's own words the question is about."""

    kind: Literal["question"] = "question"
    about: Literal["deal", "account", "contact", "stage", "amount", "date", "scope"]
    options: tuple[Option, ...] = ()
    words: str = Field("", exclude=True)
