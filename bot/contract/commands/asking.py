"""Questions to the records."""

from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import Field

from bot.contract.commands.base import Command, DealWords
from bot.domain.deals import Forecast
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

    state: Literal["open", "won", "lost", "any"] = "open"
    period_from: date | None = Field(None, description="Closing (open) or closed (won, lost) in this period")
    period_to: date | None = None
    order: Order = "amount"
    top: int | None = Field(None, ge=1, le=100)


class ShowDeal(Command):
    """Show one deal as it stands, with its last activities."""

    deal: DealWords
