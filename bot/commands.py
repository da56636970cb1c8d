"""What a person can ask of Caddie: one class a command; docstrings and descriptions are the tool texts for the model."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.activities import ActivityKind

Forecast = Literal["commit", "most likely", "best case", "pipeline", "omitted"]
AidKind = Literal[
    "pain_chain",
    "pain_sheet",
    "reference_story",
    "value_proposition",
    "best_practice",
    "product_update",
    "promotion",
    "battle_card",
]
DealWords = Annotated[str, Field(description="The words that name the deal or account, as the person wrote them; empty if none")]


class Command(BaseModel):
    """Base of all commands. Names stay as the person wrote them; matching them with the CRM is not the model's work."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DealChanges(Command):
    """What is to change on a deal. Leave out what the person did not say."""

    stage: str | None = Field(None, description="Stage to move to, as written or by the company's own name")
    amount: Decimal | None = Field(None, description="New amount in full units: 180k is 180000")
    amount_factor: Decimal | None = Field(None, description="Relative change instead of an amount: +10 % is 1.1, half is 0.5")
    amount_delta: Decimal | None = Field(None, description="Difference instead of an amount: 'shave 5k off' is -5000, '+15k' is 15000")
    bare_amount: bool = Field(False, description="True when a bare number such as 'at 140' was said without unit")
    currency: str | None = Field(None, description="ISO code, only when a currency was said")
    currency_by_sign: bool = Field(False, description="True when a sign that several currencies share ($, ¥) said the currency")
    close_date: date | None = Field(None, description="New close date; a bare month or quarter is its last day")
    close_shift_days: int | None = Field(None, description="Move the close date by days instead: 'slips two weeks' is 14, 'pull in a week' is -7")
    close_shift_months: int | None = Field(None, description="The same in months")
    impossible_date: str | None = Field(None, description="A date said that no calendar has, as written: 'feb 30'")
    next_step: str | None = Field(None, description="What is to be done next")
    next_step_due: date | None = Field(None, description="Day of the next step")
    owner: str | None = Field(None, description="New owner, as written")
    products: tuple[str, ...] = Field((), description="Products to add, as written")
    loss_reason: str | None = Field(None, description="Why it was lost: price, competitor, no decision, timing, features, budget or a few words")
    forecast: Forecast | None = Field(None, description="Forecast category")
    name: str | None = Field(None, max_length=200, description="New name of the deal, only when it is renamed")

    @property
    def empty(self) -> bool:
        return self == DealChanges()


class LogActivity(Command):
    """Log something that was done with a customer (call, meeting, e-mail, demo, note), with any deal changes told beside it."""

    deal: DealWords = ""
    kind: ActivityKind
    at: date | datetime = Field(description="When it happened; today when nothing was said")
    duration_minutes: int | None = Field(None, gt=0, le=24 * 60)
    contacts: tuple[str, ...] = Field((), description="Customer people present, as written")
    summary: str = Field(description="What the person told, in their own words")
    changes: DealChanges = DealChanges()


class UpdateDeal(Command):
    """Change a deal (stage, amount, close date, next step, owner, won, lost …) without an activity; reminders too."""

    deal: DealWords = ""
    contacts: tuple[str, ...] = Field((), description="Customer people named, as written")
    changes: DealChanges


class CreateDeal(Command):
    """Open a new deal."""

    account: str = Field(description="Account name as written")
    name: str | None = Field(None, description="What it is about, as written")
    changes: DealChanges = DealChanges()


class CreateAccount(Command):
    """Add a new account (a company), without a deal."""

    name: str


class CreateContact(Command):
    """Add a new contact person at an account."""

    account: str = ""
    name: str
    title: str | None = None
    email: str | None = None


class CorrectDraft(Command):
    """Correct the open card of this thread ("actually it was tuesday", "make it 200k", "bill was there too")."""

    deal: DealWords = ""
    kind: ActivityKind | None = None
    at: date | datetime | None = None
    duration_minutes: int | None = Field(None, gt=0, le=24 * 60)
    contacts: tuple[str, ...] = Field((), description="Customer people present, as written")
    remove: tuple[Literal["next_step", "amount", "close_date", "stage", "forecast", "activity"], ...] = Field((), description="What to take off the card")
    contacts_added: bool = Field(False, description="True when these people come to those on the card, False when they replace them")
    changes: DealChanges = DealChanges()


class AnswerQuestion(Command):
    """The answer to the question that Caddie asked last in this thread."""

    words: str


class Undo(Command):
    """Take back the last write of this thread."""


class FindAid(Command):
    """Find a job aid of marketing: pain chain, pain sheet, reference story, value proposition, best practice, product update, promotion, battle card."""

    kind: AidKind
    words: str = Field(description="The whole request in the person's words")
    deal: DealWords = ""


class AskLibrary(Command):
    """A free question about how to sell, products, stories or processes, answered from the library with sources."""

    question: str


class SummarizePipeline(Command):
    """Pipeline summary of a person, a team, a region or all: amounts, weighted, coverage, win rate, movement, risks, hygiene."""

    whose: str = Field("", description="Whose, as written: 'my team', 'east', a name; empty when nothing was said")
    period_from: date | None = None
    period_to: date | None = None
    by: Literal["rep", "stage", "region", "compare"] | None = Field(None, description="How to break down; 'compare' for 'west vs east'")


class ListDeals(Command):
    """List deals by owner, state, close window, age, pushes, missing next step, loss reason or amount."""

    whose: str = ""
    deal: DealWords = ""
    state: Literal["open", "won", "lost"] = "open"
    period_from: date | None = Field(None, description="Closing (open) or closed (won, lost) in this period")
    period_to: date | None = None
    stage: str | None = None
    min_days_in_stage: int | None = None
    min_pushes: int | None = None
    stalled: bool = False
    without_next_step: bool = False
    min_amount: Decimal | None = None
    loss_reason: str | None = None
    top: int | None = Field(None, ge=1, le=100)


class ChangeMany(Command):
    """A change of many deals at once ("move all my Q1 deals to Q2"): which open deals, and what changes on each."""

    words: str
    selection: ListDeals = ListDeals()
    changes: DealChanges = DealChanges()


class ShowDeal(Command):
    """Show one deal as it stands, with its last activities."""

    deal: DealWords


class Help(Command):
    """Explain what can be asked."""


class Unsupported(Command):
    """Something Caddie understands but cannot do."""

    what: str


class Unclear(Command):
    """Nothing above fits; `reason` says what kept the message from being understood."""

    reason: Literal["empty", "too_long", "nothing_found", "hypothetical", "negated"] = "nothing_found"


AnyCommand = (
    LogActivity
    | UpdateDeal
    | CreateDeal
    | CreateAccount
    | CreateContact
    | CorrectDraft
    | AnswerQuestion
    | ChangeMany
    | Undo
    | FindAid
    | AskLibrary
    | SummarizePipeline
    | ListDeals
    | ShowDeal
    | Help
    | Unsupported
    | Unclear
)
COMMANDS: tuple[type[Command], ...] = (
    LogActivity,
    UpdateDeal,
    CreateDeal,
    CreateAccount,
    CreateContact,
    CorrectDraft,
    AnswerQuestion,
    ChangeMany,
    Undo,
    FindAid,
    AskLibrary,
    SummarizePipeline,
    ListDeals,
    ShowDeal,
    Help,
    Unsupported,
    Unclear,
)
