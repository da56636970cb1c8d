"""What every command has, and what a deal's changes are."""

from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from bot.domain.deals import Forecast

MOST_TIMES = 100_000
Times = Annotated[int, AfterValidator(lambda n: max(min(n, MOST_TIMES), -MOST_TIMES))]
"""A number of days or of times; more than any record has is as good as that many."""
DealWords = Annotated[
    str, Field(description="The words that name the deal or account, as the person wrote them; empty if none")
]


class Rights(StrEnum):
    """Who may ask for something; whose records they get is judged beside it, by owner."""

    ANYBODY = "anybody"  # also where people from outside the company read along
    COLLEAGUES = "colleagues"
    MARKETING = "marketing"
    LIBRARY_READERS = "library readers"  # marketing, and managers for their own people


class Command(BaseModel):
    """Base of all commands. Names stay as the person wrote them; matching them with the CRM is not the model's work.

    `rights` says who may ask for it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    rights: ClassVar[Rights] = Rights.COLLEAGUES

    @classmethod
    def family(cls) -> str:
        """The name of the annotated messages that it is recognised by, and of the module where it stands."""
        return cls.__module__.rpartition(".")[2]


class Offer(BaseModel):
    """A value that may be meant and is not sure: it changes nothing until its author takes it; a step has its day."""

    model_config = ConfigDict(frozen=True)

    field: Literal["amount", "close_date", "stage", "next_step"]
    value: str
    words: str
    due: date | None = None


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
    close_shift_days: Times | None = Field(
        None, description="Move the close date by days instead: 'slips two weeks' is 14, 'pull in a week' is -7"
    )
    close_shift_months: int | None = Field(None, description="The same in months")
    impossible_date: str | None = Field(None, description="A date said that no calendar has, as written: 'feb 30'")
    next_step: str | None = Field(None, description="What is to be done next")
    next_step_due: date | None = Field(None, description="Day of the next step")
    owner: str | None = Field(None, description="New owner, as written")
    products: tuple[str, ...] = Field((), description="Products to add, as written")
    products_removed: tuple[str, ...] = Field((), description="Products to take off, as written")
    loss_reason: str | None = Field(
        None, description="Why it was lost: price, competitor, no decision, timing, features, budget or a few words"
    )
    reopened: bool = Field(False, description="True when a deal that was won or lost is to be open again")
    forecast: Forecast | None = Field(None, description="Forecast category")
    name: str | None = Field(None, max_length=200, description="New name of the deal, only when it is renamed")
    cleared: tuple[Literal["next_step", "amount", "close_date", "forecast"], ...] = Field(
        (), description="Fields that are to lose their value: 'no next step any more'"
    )

    @property
    def empty(self) -> bool:
        return self == DealChanges()
