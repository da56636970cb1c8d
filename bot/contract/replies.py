"""What Caddie can answer: one class a kind, as the contract names them; what is read stands in the views."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from bot.domain.activities import ActivityKind
from bot.domain.money import plain

AmountText = Annotated[Decimal, PlainSerializer(plain, return_type=str)]
RefusalReason = Literal[
    "not_allowed", "not_found", "external_audience", "expired", "conflict", "unavailable", "unsupported"
]


class Source(BaseModel):
    """Where a statement comes from; `location` is a file, heading, page or slide."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: str
    title: str
    version: int | None = None
    location: str | None = None


class Reply(BaseModel):
    """Base of all replies. `language` chooses the words of the view; it is no part of the JSON."""

    model_config = ConfigDict(frozen=True)

    kind: str
    audience: Literal["channel", "ephemeral"] = "channel"
    sources: tuple[Source, ...] = ()
    language: str = Field("en", exclude=True)


class DealRef(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    account: str | None = None


class Change(BaseModel):
    """One field of a deal, old → new, as text: plain decimals, ISO dates, names; `ref` is the CRM id behind a new
    name."""

    model_config = ConfigDict(frozen=True)

    field: Literal["stage", "amount", "currency", "close_date", "owner", "product", "name", "loss_reason", "forecast"]
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


class BulkItem(BaseModel):
    """One deal of a change of many."""

    model_config = ConfigDict(frozen=True)

    deal: DealRef
    changes: tuple[Change, ...]


class Matched(BaseModel):
    """How the deal of a card was found: by its name, by a likely reading of it, through the thread, or chosen from a
    list."""

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
    missing: tuple[str, ...] = ()
    items: tuple[BulkItem, ...] = ()
    matched: Matched | None = None
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
    forecast: Literal["commit", "most likely", "best case", "pipeline", "omitted"] | None = None
    loss_reason: str = ""
    next_step: str = ""
    next_step_due: date | None = None


class LogForm(Reply):
    """A form to open: on a draft or a deal (`ref`, with what is to be mended there), or empty; only doors that can show
    forms ask for it."""

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


class ChainNode(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    role: str
    pain: str
    reasons: tuple[str, ...] = ()
    impact: str | None = None


class Chain(BaseModel):
    """A pain chain to be drawn; an edge (lower, upper) says that the lower pain is a reason for the upper one."""

    model_config = ConfigDict(frozen=True)

    title: str
    nodes: tuple[ChainNode, ...]
    edges: tuple[tuple[str, str], ...]
    alt: str


class FoundAid(BaseModel):
    """One aid with why it was chosen; `lines` is its content in a form to read out, section by section."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: str
    title: str
    version: int
    score: float
    why: str
    owner: str | None = Field(None, exclude=True)
    valid_until: date | None = Field(None, exclude=True)
    sections: tuple[tuple[str, tuple[str, ...]], ...] = Field((), exclude=True)
    body: str = Field("", exclude=True)
    chain: Chain | None = Field(None, exclude=True)


class AidsFound(Reply):
    """`announced_in` are the channels where an aid is to be announced; `announced` alone means here."""

    kind: Literal["aids"] = "aids"
    aids: tuple[FoundAid, ...] = Field(min_length=1)
    announced: bool = Field(False, exclude=True)
    announced_in: tuple[str, ...] = Field((), exclude=True)


class Answer(Reply):
    """Prose; every statement from the library carries its citation [n] into `sources`."""

    kind: Literal["answer"] = "answer"
    prose: str = Field(exclude=True)


class DealRow(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    account: str | None
    owner: str
    stage: str
    amount: AmountText | None
    currency: str
    close_date: date | None
    why: str = ""
    next_step: str | None = None
    next_step_due: date | None = None
    fix: str | None = Field(None, exclude=True)


class DealsFound(Reply):
    """`total` is by currency, as text: currencies are never added up."""

    kind: Literal["deals"] = "deals"
    title: str = Field("", exclude=True)
    deals: tuple[DealRow, ...]
    count: int
    total: dict[str, AmountText]
    last_activities: tuple[str, ...] = Field((), exclude=True)


class PeriodShown(BaseModel):
    model_config = ConfigDict(frozen=True, populate_by_name=True)

    start: date = Field(serialization_alias="from")
    end: date = Field(serialization_alias="to")


class ReportRow(BaseModel):
    """One part of a report; `query` asks for the deals behind it."""

    model_config = ConfigDict(frozen=True)

    label: str
    metrics: dict[str, int | float | None]
    query: str = Field("", exclude=True)


class Opening(BaseModel):
    """A number that can be opened: its name, and the question for the deals behind it."""

    model_config = ConfigDict(frozen=True)

    name: str
    query: str


class Line(BaseModel):
    """A line of a report with what a press on it does: mend a finding of a deal, or show the deals it counts."""

    model_config = ConfigDict(frozen=True)

    text: str
    action: Literal["fix", "deals"]
    value: str


class Finding(BaseModel):
    model_config = ConfigDict(frozen=True)

    rule: str
    deal: str
    text: str


class Bar(BaseModel):
    """One bar of a chart, from `start` on; `low` to `high` is an interval drawn over it."""

    model_config = ConfigDict(frozen=True)

    label: str
    size: float
    shown: str
    kind: Literal["won", "open", "weighted", "up", "down", "total", "rate"]
    start: float = 0.0
    low: float | None = None
    high: float | None = None


class Chart(BaseModel):
    """What is to be drawn; `alt` says the same in words, `mark` is a line such as the quota."""

    model_config = ConfigDict(frozen=True)

    title: str
    bars: tuple[Bar, ...]
    alt: str
    mark: float | None = None
    mark_label: str = ""


class PipelineReport(Reply):
    """Numbers with their scope, period, currency and moment."""

    kind: Literal["report"] = "report"
    view: str = Field("summary", exclude=True)
    scope: str
    period: PeriodShown
    as_of: datetime
    currency: str
    metrics: dict[str, int | float | None]
    rows: tuple[ReportRow, ...] = ()
    findings: tuple[Finding, ...] = ()
    chart: str | None = None
    picture: Chart | None = Field(None, exclude=True)
    sections: tuple[tuple[str, tuple[str | Line, ...]], ...] = Field((), exclude=True)
    openings: tuple[Opening, ...] = Field((), exclude=True)
    shareable: bool = Field(False, exclude=True)
    query: str = Field("", exclude=True)


class Home(Reply):
    """What a person sees on opening Caddie: numbers, deals to fix, open cards, the last writes."""

    kind: Literal["home"] = "home"
    audience: Literal["channel", "ephemeral"] = "ephemeral"
    name: str
    report: PipelineReport | None = None
    fixes: DealsFound | None = None
    cards: tuple[DraftCard, ...] = ()
    writes: tuple[Receipt, ...] = ()


class AidsReport(Reply):
    """What marketing sees of the library: a row an aid, and what was asked for without a good answer."""

    kind: Literal["report"] = "report"
    scope: str
    period: PeriodShown
    as_of: datetime
    metrics: dict[str, int | float | None]
    rows: tuple[ReportRow, ...] = ()
    gaps: tuple[str, ...] = ()
    unused: tuple[str, ...] = Field((), exclude=True)
    ending: tuple[str, ...] = Field((), exclude=True)


class AidChanged(Reply):
    """An aid whose life changed: a draft came, was approved, or an aid was retired."""

    kind: Literal["aid"] = "aid"
    id: str
    title: str
    version: int
    status: Literal["draft", "approved", "retired", "ending"]
    replaces: int | None = None
    valid_from: date | None = None
    valid_until: date | None = None


class AidForm(Reply):
    """A form for a new job aid, as a file to fill in and send back."""

    kind: Literal["aid_form"] = "aid_form"
    aid: str
    content: str


class Factor(BaseModel):
    """One of the six factors of a deal: unknown, weak, fair or strong, with the notes and fields that say so."""

    model_config = ConfigDict(frozen=True)

    level: Literal["unknown", "weak", "fair", "strong"]
    evidence: tuple[str, ...] = ()


class Coaching(Reply):
    """Coaching on a deal (with its factors) or on a person or team (with the pattern), for the asker alone."""

    kind: Literal["coaching"] = "coaching"
    subject: str
    factors: dict[str, Factor] = {}
    weakest: str | None = None
    pattern: str | None = None
    findings: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    aids: tuple[FoundAid, ...] = ()


class Document(Reply):
    """A plan or brief to work with; what is not known stands in it as a question."""

    kind: Literal["document"] = "document"
    title: str
    markdown: str
    open_questions: tuple[str, ...] = ()
    changed: tuple[str, ...] = Field((), exclude=True)
    key: str = Field("", exclude=True)


class Schedule(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    what: str
    channel: str
    when: str
    timezone: str
    next: datetime | None


class Schedules(Reply):
    kind: Literal["schedule"] = "schedule"
    action: Literal["created", "listed", "cancelled", "snoozed"]
    schedules: tuple[Schedule, ...] = ()
    say: str = Field("", exclude=True)
    values: dict[str, str] = Field(default_factory=dict, exclude=True)


class Nearest(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    kind: str
    title: str


class Refusal(Reply):
    """Why not, always for the asker alone; `say` names the sentence and `values` fill it."""

    kind: Literal["refusal"] = "refusal"
    audience: Literal["channel", "ephemeral"] = "ephemeral"
    reason: RefusalReason
    nearest: tuple[Nearest, ...] = ()
    say: str = Field(exclude=True)
    values: dict[str, str] = Field(default_factory=dict, exclude=True)


class NotUnderstood(Reply):
    kind: Literal["unclear"] = "unclear"
    suggestions: tuple[str, ...]
    say: str = Field("unclear", exclude=True)


class Discarded(Reply):
    kind: Literal["discarded"] = "discarded"
    draft_id: str


class HelpText(Reply):
    kind: Literal["help"] = "help"
    role: str = Field("rep", exclude=True)


AnyReply = (
    DraftCard
    | Receipt
    | Question
    | AidsFound
    | Answer
    | DealsFound
    | PipelineReport
    | Home
    | AidsReport
    | AidChanged
    | AidForm
    | Coaching
    | Document
    | Schedules
    | Refusal
    | NotUnderstood
    | Discarded
    | HelpText
    | LogForm
)
