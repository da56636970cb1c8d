"""What every reply has, and the parts that several share."""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, PlainSerializer

from bot.domain.locale import DEFAULT
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
    """Base of all replies. `language` chooses the words of the view, `locale` how numbers are written there."""

    model_config = ConfigDict(frozen=True)

    kind: str
    audience: Literal["channel", "ephemeral"] = "channel"
    sources: tuple[Source, ...] = ()
    language: str = Field("en", exclude=True)
    locale: str = Field(DEFAULT, exclude=True)


class DealRef(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    account: str | None = None


class PeriodShown(BaseModel):
    """Both days are None where a question has no period: all time."""

    model_config = ConfigDict(frozen=True, populate_by_name=True)

    start: date | None = Field(serialization_alias="from")
    end: date | None = Field(serialization_alias="to")


class ReportRow(BaseModel):
    """One part of a report; `query` asks for the deals behind it."""

    model_config = ConfigDict(frozen=True)

    label: str
    id: str | None = None
    metrics: dict[str, int | float | None]
    query: str = Field("", exclude=True)
