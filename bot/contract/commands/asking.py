"""Questions to the records."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from bot.contract.commands.base import Command, DealWords, Times
from bot.domain.activities import ActivityKind
from bot.domain.deals import Forecast
from bot.pipeline.measures import Dimension, Measure, State
from bot.pipeline.rules import Rule
from bot.pipeline.selection import Move, Order

ReportView = Literal["summary", "forecast", "movement", "conversion", "hygiene", "scoreboard"]


Breakdown = Literal[
    "rep", "manager", "region", "stage", "product", "industry", "forecast", "month", "quarter", "compare"
]


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
    min_days_in_stage: Times | None = Field(None, description="More than so many days in the stage")
    min_days_quiet: Times | None = Field(None, description="At least so many days without activity")
    min_pushes: Times | None = Field(None, description="Close date moved later at least so many times")
    finding: Rule | None = Field(
        None,
        description="A flaw or risk that the deals have, such as no_next_step, stalled, close_date_past, no_amount",
    )
    loss_reason: str | None = None
    forecast: Forecast | None = None
    not_forecast: Forecast | None = Field(None, description="A category the deals are not in: 'not in commit'")
    stages: tuple[str, ...] = Field((), description="Several stages, by the company's own names")
    not_stages: tuple[str, ...] = Field((), description="Stages the deals are not in, by the company's own names")
    currency: str | None = Field(None, description="ISO code, only where deals of one currency are asked for")
    named: str = Field("", description="A word of the deals' own names, such as 'renewal' or 'expansion'")
    created_from: date | None = None
    created_to: date | None = None
    slipped_from: date | None = Field(
        None, description="First day of a period that the deals were to close in and moved out of"
    )
    slipped_to: date | None = Field(None, description="Last day of that period")
    moved: Move | None = Field(None, description="What happened to the deals between moved_from and moved_to")
    moved_from: date | None = None
    moved_to: date | None = None
    left_out: tuple[str, ...] = Field((), description="Words of the question that nothing here holds")


class SummarizePipeline(DealFilter):
    """Numbers of the pipeline of a person, a team, a region or all: amounts, weighted, coverage, win rate, forecast,
    movement, risks, hygiene.
    """

    view: ReportView = Field("summary", description="What the question is about; summary where it is about the whole")
    period_from: date | None = None
    period_to: date | None = None
    by: Breakdown | None = Field(None, description="How to break down; 'compare' for 'west vs east'")
    versus_from: date | None = Field(None, description="Second period, for 'Q1 vs Q2'")
    versus_to: date | None = None


class ListDeals(DealFilter):
    """List deals by owner, state, close window, age, pushes, missing next step, loss reason or amount."""

    state: State = "open"
    period_from: date | None = Field(None, description="Closing (open) or closed (won, lost) in this period")
    period_to: date | None = None
    order: Order = "amount"
    top: int | None = Field(None, ge=1, le=100)


class ShowDeal(Command):
    """Show one deal as it stands, with its last activities."""

    deal: DealWords


Subject = Literal["deals", "accounts", "contacts", "people", "activities"]
Lacking = Literal["open_deals", "activity", "contacts"]


class AskRecords(DealFilter):
    """Figures by something, or the accounts, contacts, people or activities that meet conditions: 'win rate by region',
    'calls per rep last week', 'customers without an open deal', 'who has not logged anything in two weeks'.
    """

    subject: Subject = "deals"
    measures: tuple[Measure, ...] = Field((), description="What is to be counted; empty for a list of the records")
    by: tuple[Dimension, ...] = Field((), max_length=2, description="How to break down")
    state: State = "open"
    period_from: date | None = None
    period_to: date | None = None
    activity: ActivityKind | None = Field(None, description="Only activities of this kind")
    contact: str = Field("", description="The customer's person that activities were with, as written")
    lacking: Lacking | None = Field(None, description="What the accounts or people do not have")
    lacking_days: Times | None = Field(None, description="For 'activity': in how many days, 14 where nothing was said")
    least: bool = Field(False, description="True for the smallest first")
    top: int | None = Field(None, ge=1, le=100)
    below: Decimal | None = Field(None, description="Only groups whose first measure is below this; shares as 0.5")
    above: Decimal | None = None


FactField = Literal[
    "owner", "amount", "close_date", "stage", "next_step", "forecast", "created", "age", "loss_reason", "product",
    "contacts", "pushes", "last_activity", "probability", "account", "title", "email", "phone", "industry", "country",
    "employees", "revenue", "won_on", "list_price",
]  # fmt: skip


class AskFact(Command):
    """One thing about one record: the phone of a contact, the owner of a deal, when it closes, who the CFO is."""

    fields: tuple[FactField, ...] = Field(min_length=1, description="What is asked for, in the order said")
    deal: DealWords = ""
    contact: str = Field("", description="The customer's person, by name or title ('CFO'), as written")


class Suppose(DealFilter):
    """What would be if: deals won or lost, or one at another amount."""

    outcome: Literal["won", "lost", "amount"] = "won"
    amount: Decimal | None = None
    amount_factor: Decimal | None = None
    period_from: date | None = None
    period_to: date | None = None


class Prioritize(Command):
    """What the person should work on now: what is due, late, stalled or about to close."""

    whose: str = Field("", description="Whose, as written")
