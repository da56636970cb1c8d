"""What a person can ask of Caddie: one class a command; docstrings and descriptions are the tool texts for the
model."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.domain.activities import ActivityKind
from bot.pipeline.rules import Rule
from bot.pipeline.selection import Move

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
View = Literal["summary", "forecast", "movement", "conversion", "hygiene", "scoreboard"]
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]
Breakdown = Literal[
    "rep", "manager", "region", "stage", "product", "industry", "forecast", "month", "quarter", "compare"
]
DealWords = Annotated[
    str, Field(description="The words that name the deal or account, as the person wrote them; empty if none")
]


class Command(BaseModel):
    """Base of all commands. Names stay as the person wrote them; matching them with the CRM is not the model's work."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DealChanges(Command):
    """What is to change on a deal. Leave out what the person did not say."""

    stage: str | None = Field(None, description="Stage to move to, as written or by the company's own name")
    amount: Decimal | None = Field(None, description="New amount in full units: 180k is 180000")
    amount_factor: Decimal | None = Field(
        None, description="Relative change instead of an amount: +10 % is 1.1, half is 0.5"
    )
    amount_delta: Decimal | None = Field(
        None, description="Difference instead of an amount: 'shave 5k off' is -5000, '+15k' is 15000"
    )
    bare_amount: bool = Field(False, description="True when a bare number such as 'at 140' was said without unit")
    currency: str | None = Field(None, description="ISO code, only when a currency was said")
    currency_by_sign: bool = Field(
        False, description="True when a sign that several currencies share ($, ¥) said the currency"
    )
    close_date: date | None = Field(None, description="New close date; a bare month or quarter is its last day")
    close_shift_days: int | None = Field(
        None, description="Move the close date by days instead: 'slips two weeks' is 14, 'pull in a week' is -7"
    )
    close_shift_months: int | None = Field(None, description="The same in months")
    impossible_date: str | None = Field(None, description="A date said that no calendar has, as written: 'feb 30'")
    next_step: str | None = Field(None, description="What is to be done next")
    next_step_due: date | None = Field(None, description="Day of the next step")
    owner: str | None = Field(None, description="New owner, as written")
    products: tuple[str, ...] = Field((), description="Products to add, as written")
    loss_reason: str | None = Field(
        None, description="Why it was lost: price, competitor, no decision, timing, features, budget or a few words"
    )
    forecast: Forecast | None = Field(None, description="Forecast category")
    name: str | None = Field(None, max_length=200, description="New name of the deal, only when it is renamed")

    @property
    def empty(self) -> bool:
        return self == DealChanges()


class LogActivity(Command):
    """Log something that was done with a customer (call, meeting, e-mail, demo, note), with any deal changes told
    beside it."""

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
    remove: tuple[Literal["next_step", "amount", "close_date", "stage", "forecast", "activity"], ...] = Field(
        (), description="What to take off the card"
    )
    contacts_added: bool = Field(
        False, description="True when these people come to those on the card, False when they replace them"
    )
    changes: DealChanges = DealChanges()


class AnswerQuestion(Command):
    """The answer to the question that Caddie asked last in this thread."""

    words: str


class Undo(Command):
    """Take back the last write of this thread."""


class FindAid(Command):
    """Find a job aid of marketing: pain chain, pain sheet, reference story, value proposition, best practice, product
    update, promotion, battle card."""

    kind: AidKind
    words: str = Field(description="The whole request in the person's words")
    deal: DealWords = ""


class FollowAid(Command):
    """What follows on the aids just shown in this thread: another one, the same for another role, industry, product or
    language, or shown to all here."""

    words: str = Field(description="The whole message in the person's words")
    kind: AidKind | None = Field(None, description="Another kind of aid, where one is asked for")
    another: bool = Field(False, description="True for another or further ones than those shown")
    brief: bool = Field(False, description="True for the last one in a few lines")
    share: bool = Field(False, description="True to show the last one to all in this place")


class AskLibrary(Command):
    """A free question about how to sell, products, stories or processes, answered from the library with sources."""

    question: str
    about_shown: bool = Field(
        False, description="True where the question is about the aid just shown: 'when does it end'"
    )


class ReportAids(Command):
    """For marketing: which aids are asked for, rated and used in deals won or lost, which are never used, and what is
    missing."""

    period_from: date | None = None
    period_to: date | None = None


class ChangeAid(Command):
    """Approve a draft of a job aid, or retire one; for marketing people."""

    words: str = Field(description="The words that name the aid")
    status: Literal["approved", "retired"]


class BlankAid(Command):
    """A form for a new job aid, to fill in and send back as a draft; for marketing people."""

    aid: Literal[
        "pain_chain",
        "pain_sheet",
        "reference_story",
        "value_proposition",
        "best_practice",
        "product_update",
        "promotion",
        "battle_card",
    ]


class AnnounceAid(Command):
    """Announce a product update, a promotion or another aid, here or in the channels that the message names; for
    marketing people."""

    words: str = Field(description="The words that name the aid")


class DealFilter(Command):
    """Which deals are meant. Leave out what the person did not say."""

    whose: str = Field(
        "", description="Whose, as written: 'my team', 'east', a name, several with commas; empty when nothing was said"
    )
    deal: DealWords = ""
    stage: str | None = Field(None, description="The company's own name of a stage")
    stage_onward: bool = Field(False, description="True for that stage and all later ones: 'negotiation or further'")
    products: tuple[str, ...] = Field((), description="Products, as written")
    industry: str | None = Field(None, description="Industry of the account, as written")
    min_amount: Decimal | None = None
    max_amount: Decimal | None = None
    min_days_in_stage: int | None = Field(None, description="More than so many days in the stage")
    min_days_quiet: int | None = Field(None, description="At least so many days without activity")
    min_pushes: int | None = Field(None, description="Close date moved later at least so many times")
    finding: Rule | None = Field(
        None,
        description="A flaw or risk that the deals have, such as no_next_step, stalled, close_date_past, no_amount",
    )
    loss_reason: str | None = None
    forecast: Forecast | None = None
    created_from: date | None = None
    created_to: date | None = None
    slipped_from: date | None = Field(
        None, description="First day of a period that the deals were to close in and moved out of"
    )
    slipped_to: date | None = Field(None, description="Last day of that period")
    moved: Move | None = Field(None, description="What happened to the deals between moved_from and moved_to")
    moved_from: date | None = None
    moved_to: date | None = None


class SummarizePipeline(DealFilter):
    """Numbers of the pipeline of a person, a team, a region or all: amounts, weighted, coverage, win rate, forecast,
    movement, risks, hygiene."""

    view: View = Field("summary", description="What the question is about; summary where it is about the whole")
    period_from: date | None = None
    period_to: date | None = None
    by: Breakdown | None = Field(None, description="How to break down; 'compare' for 'west vs east'")
    versus_from: date | None = Field(None, description="Second period, for 'Q1 vs Q2'")
    versus_to: date | None = None


class ListDeals(DealFilter):
    """List deals by owner, state, close window, age, pushes, missing next step, loss reason or amount."""

    state: Literal["open", "won", "lost", "any"] = "open"
    period_from: date | None = Field(None, description="Closing (open) or closed (won, lost) in this period")
    period_to: date | None = None
    order: Literal["amount", "close_date", "age", "quiet", "pushes", "closed"] = "amount"
    top: int | None = Field(None, ge=1, le=100)


class ChangeMany(Command):
    """A change of many deals at once ("move all my Q1 deals to Q2"): which open deals, and what changes on each."""

    words: str
    selection: ListDeals = ListDeals()
    changes: DealChanges = DealChanges()


class CoachDeal(Command):
    """Coaching on one deal: what is known of its pain, power, vision, value, control and urgency, and what to ask
    next."""

    deal: DealWords


class CoachPerson(Command):
    """Where a person or a team wins and loses deals, against the others and the own past, with a question to ask."""

    whose: str = Field("", description="Whose, as written")
    period_from: date | None = None
    period_to: date | None = None


class WritePlan(Command):
    """A document to work with: a brief before a meeting, or the plan for an opportunity, an account or a territory."""

    plan: Literal["brief", "opportunity", "account", "territory"]
    about: str = Field("", description="The words that name the deal, the account or the person")
    meeting_on: date | None = None


class ScheduleDigest(Command):
    """Post the last summary of this thread, or the pipeline summary, regularly in this place."""

    days: tuple[Weekday, ...] = Field(description="Days of the week, three letters each")
    hour: int = Field(9, ge=0, le=23)
    minute: int = Field(0, ge=0, le=59)
    monthly: bool = Field(False, description="True for the first of these days in each month only")
    query: SummarizePipeline | None = Field(None, description="What to post, where the message says it")


class ListSchedules(Command):
    """Show what is scheduled here."""


class CancelSchedule(Command):
    """Stop a scheduled digest of this place."""

    words: str = ""


class SnoozeNudges(Command):
    """Pause, stop or resume the person's own morning messages."""

    until: date | None = Field(
        None, description="First day on which they come again; a week from now where nothing is said"
    )
    off: bool = False
    on: bool = Field(False, description="True to get them again at once")


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
    | FollowAid
    | AskLibrary
    | ReportAids
    | BlankAid
    | ChangeAid
    | AnnounceAid
    | SummarizePipeline
    | ListDeals
    | CoachDeal
    | CoachPerson
    | WritePlan
    | ScheduleDigest
    | ListSchedules
    | CancelSchedule
    | SnoozeNudges
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
    FollowAid,
    AskLibrary,
    ReportAids,
    BlankAid,
    ChangeAid,
    AnnounceAid,
    SummarizePipeline,
    ListDeals,
    CoachDeal,
    CoachPerson,
    WritePlan,
    ScheduleDigest,
    ListSchedules,
    CancelSchedule,
    SnoozeNudges,
    ShowDeal,
    Help,
    Unsupported,
    Unclear,
)
