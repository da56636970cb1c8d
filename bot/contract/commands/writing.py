"""Commands that end in a card: logging, changing, creating, correcting, taking back."""

from datetime import date, datetime
from typing import Literal

from pydantic import Field

from bot.contract.commands.asking import ListDeals
from bot.contract.commands.base import Command, DealChanges, DealWords, Offer
from bot.domain.activities import ActivityKind


class LogActivity(Command):
    """Log something that was done with a customer (call, meeting, e-mail, demo, note), with any deal changes told
    beside it.
    """

    deal: DealWords = ""
    kind: ActivityKind
    at: date | datetime = Field(description="When it happened; today when nothing was said")
    duration_minutes: int | None = Field(None, gt=0, le=24 * 60)
    contacts: tuple[str, ...] = Field((), description="Customer people present, as written")
    summary: str = Field(description="What the person told, in their own words")
    changes: DealChanges = DealChanges()
    contacts_mentioned: tuple[str, ...] = Field((), description="Customer people only talked about, as written")
    on_account: bool = Field(False, description="True where it is about the account or its people, not about a deal")
    offers: tuple[Offer, ...] = Field((), description="Values that may be meant: a budget, a hope, a quote of others")


class UpdateDeal(Command):
    """Change a deal (stage, amount, close date, next step, owner, won, lost …) without an activity; reminders too."""

    deal: DealWords = ""
    contacts: tuple[str, ...] = Field((), description="Customer people named, as written")
    changes: DealChanges
    offers: tuple[Offer, ...] = Field((), description="Values that may be meant: a budget, a hope, a quote of others")


class CreateDeal(Command):
    """Open a new deal."""

    account: str = Field(description="Account name as written")
    name: str | None = Field(None, description="What it is about, as written")
    changes: DealChanges = DealChanges()


class CreateAccount(Command):
    """Add a new account (a company), without a deal."""

    name: str
    industry: str | None = None
    country: str | None = None


class CreateContact(Command):
    """Add a new contact person at an account."""

    account: str = ""
    name: str
    title: str | None = None
    email: str | None = None


class ChangeContact(Command):
    """Change a customer's person: title, e-mail, phone. Leave out what the person did not say."""

    contact: str = Field(description="The person's name, as written")
    account: str = ""
    title: str | None = None
    email: str | None = None
    phone: str | None = None


class CorrectDraft(Command):
    """Correct the open card of this thread ("actually it was tuesday", "make it 200k", "bill was there too")."""

    deal: DealWords = ""
    kind: ActivityKind | None = None
    at: date | datetime | None = None
    duration_minutes: int | None = Field(None, gt=0, le=24 * 60)
    contacts: tuple[str, ...] = Field((), description="Customer people present, as written")
    remove: tuple[Literal["next_step", "amount", "close_date", "stage", "forecast", "activity"], ...] = Field(
        (), description="What to take off the card"
    )
    contacts_added: bool = Field(
        False, description="True when these people come to those on the card, False when they replace them"
    )
    offers: tuple[Offer, ...] | None = Field(
        None, description="Possible values left; those of the card where not given"
    )
    changes: DealChanges = DealChanges()


class SameFor(Command):
    """The same as on this thread's last card, for another deal: "same for Initech"."""

    deal: DealWords


class ConfirmDraft(Command):
    """Write the card: "yes, log it"; it is shown again with its button."""


class DiscardDraft(Command):
    """Throw the open card of this thread away: "scratch that", "never mind"."""


class AnswerQuestion(Command):
    """The answer to the question that Caddie asked last in this thread."""

    words: str


class Undo(Command):
    """Take back the last write of this thread."""


class ChangeMany(Command):
    """A change of many deals at once ("move all my Q1 deals to Q2"): which open deals, and what changes on each."""

    words: str
    selection: ListDeals = ListDeals()
    changes: DealChanges = DealChanges()
