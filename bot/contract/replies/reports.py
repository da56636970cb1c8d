"""Lists and numbers of deals."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.contract.replies.base import AmountText, PeriodShown, Reply, ReportRow
from bot.contract.replies.cards import DraftCard, Receipt


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
    left_out: tuple[str, ...] = ()
    last_activities: tuple[str, ...] = Field((), exclude=True)


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


class RestsOn(BaseModel):
    """How many records a figure rests on, and how many lack the field that it needs."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    having: int = Field(serialization_alias="with")
    lacking: int = Field(0, serialization_alias="without")
    field: str | None = None


class PipelineReport(Reply):
    """Numbers with their scope, period, currency and moment; `measures` are those of a question, in its order."""

    kind: Literal["report"] = "report"
    view: str = Field("summary", exclude=True)
    scope: str
    period: PeriodShown
    as_of: datetime
    currency: str
    metrics: dict[str, int | float | None]
    rows: tuple[ReportRow, ...] = ()
    findings: tuple[Finding, ...] = ()
    measures: tuple[str, ...] = ()
    left_out: tuple[str, ...] = ()
    rests_on: RestsOn | None = None
    matched: int | None = Field(None, exclude=True)
    by: tuple[str, ...] = ()
    others: dict[str, dict[str, int | float | None]] = Field(default_factory=dict)
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
