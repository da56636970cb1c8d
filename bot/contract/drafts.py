"""What waits for its author's confirmation, and what was written because of it."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict

from bot.contract.commands.base import Offer
from bot.contract.replies.cards import Change, DraftActivity, Matched, NewContact, NextStep, Option

DraftStatus = Literal["open", "sending", "queued", "written", "discarded", "replaced"]


class Frozen(BaseModel):
    model_config = ConfigDict(frozen=True)


class DraftItem(Frozen):
    """One deal of a change of many."""

    deal_id: str
    name: str
    account: str | None = None
    version: str
    before: dict[str, str | None]
    changes: tuple[Change, ...]
    refs: dict[str, str] = {}


class Draft(Frozen):
    """A card waiting for its author: what would be written, against which version of the deal and over which values.

    `before` holds all fields of the deal at `deal_version`: an undo restores from there, whenever the push came.
    A change of many deals has `items` and no deal of its own, one of a contact `contact_id`; `account_facts` are an
    account's to be made.
    """

    id: str
    author_id: str
    thread: str
    created_at: datetime
    source: str
    model: str
    language: str = "en"
    deal_id: str | None = None
    deal_version: str | None = None
    before: dict[str, str | None] = {}
    account_id: str | None = None
    account: str | None = None
    activity: DraftActivity | None = None
    contact_ids: tuple[str, ...] = ()
    changes: tuple[Change, ...] = ()
    refs: dict[str, str] = {}
    next_step: NextStep | None = None
    create: Literal["deal", "account", "contact"] | None = None
    contact: NewContact | None = None
    contact_id: str | None = None
    account_facts: dict[str, str] = {}
    missing: tuple[str, ...] = ()
    matched: Matched | None = None
    twins: tuple[str, ...] = ()
    items: tuple[DraftItem, ...] = ()
    offers: tuple[Offer, ...] = ()


class KeptItem(Frozen):
    """What one push changed; `key` is the push's own."""

    key: str
    deal_id: str | None
    account_id: str | None = None
    contact_id: str | None = None
    before: dict[str, str | None]
    after: dict[str, str | None]
    activity_id: str | None = None
    created_ref: str | None = None


class KeptReceipt(Frozen):
    """What a card's confirmation changed, so that it can be taken back; `left_out` names deals that somebody else
    changed meanwhile.
    """

    id: str
    draft_id: str
    author_id: str
    thread: str
    at: datetime
    items: tuple[KeptItem, ...]
    left_out: tuple[str, ...] = ()
    draft: Draft


class PendingQuestion(Frozen):
    """A question Caddie asked; `command` is what it was about, as JSON with its class name."""

    about: str
    options: tuple[Option, ...] = ()
    command: dict[str, object] = {}
    author_id: str
    words: str = ""


class AidsShown(Frozen):
    """The aids asked for last in a thread: of which kind, for which deal, with which facets; `shown` are the ids since,
    the newest last.
    """

    kind: str | None = None
    deal_id: str | None = None
    shown: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    said: tuple[str, ...] = ()
    topic: str = ""


class Conversation(Frozen):
    """What a thread is about; `turns` are the last things said there, the newest last."""

    deal_id: str | None = None
    account_id: str | None = None
    contact_ids: tuple[str, ...] = ()
    draft_id: str | None = None
    question: PendingQuestion | None = None
    last_query: dict[str, object] | None = None
    schedule_id: str | None = None
    aids: AidsShown | None = None
    turns: tuple[str, ...] = ()
