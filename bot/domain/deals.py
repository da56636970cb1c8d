"""Accounts, contacts, products, stages and deals, with the history of their changes."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Literal, get_args

from bot.domain.money import Money

Forecast = Literal["commit", "most likely", "best case", "pipeline", "omitted"]
FORECASTS: tuple[Forecast, ...] = get_args(Forecast)
"""The categories of a forecast, the surest first."""


class StageKind(StrEnum):
    OPEN = "open"
    WON = "won"
    LOST = "lost"


@dataclass(frozen=True, slots=True)
class Account:
    id: str
    name: str
    aliases: tuple[str, ...] = ()
    industry: str | None = None
    revenue: Decimal | None = None
    employees: int | None = None
    country: str | None = None
    parent_id: str | None = None
    owner_id: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    id: str
    name: str
    account_id: str | None = None
    title: str | None = None
    email: str | None = None
    phone: str | None = None


@dataclass(frozen=True, slots=True)
class Product:
    id: str
    name: str
    aliases: tuple[str, ...] = ()
    family: str | None = None
    list_price: Decimal | None = None
    currency: str | None = None


@dataclass(frozen=True, slots=True)
class Stage:
    """A stage by the company's own name; `probability` in percent, `process_stage` names the stage of process.yaml."""

    name: str
    order: int
    probability: Decimal
    kind: StageKind
    process_stage: str | None = None


@dataclass(frozen=True, slots=True)
class Deal:
    """An opportunity. `version` grows with each write and guards against writing over somebody else's change."""

    id: str
    name: str
    account_id: str | None
    owner_id: str
    stage: str
    amount: Decimal | None
    currency: str
    created: date | None
    close_date: date | None = None
    closed_at: datetime | None = None
    loss_reason: str | None = None
    next_step: str | None = None
    next_step_due: date | None = None
    forecast: str | None = None
    product_ids: tuple[str, ...] = ()
    contact_ids: tuple[str, ...] = ()
    version: int = 1

    @property
    def value(self) -> Money:
        """What the deal counts for in sums; an unknown amount counts nothing."""
        return Money(self.amount or Decimal(0), self.currency)


@dataclass(frozen=True, slots=True)
class StageChange:
    deal_id: str
    from_stage: str | None
    to_stage: str
    at: datetime
    by_id: str | None = None


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field other than the stage that changed; old and new as the CRM writes them (ISO dates, plain decimals)."""

    deal_id: str
    field: str
    old: str | None
    new: str | None
    at: datetime
    by_id: str | None = None


@dataclass(frozen=True, slots=True)
class Quota:
    """What a person is to win in a period, both ends included."""

    person_id: str
    start: date
    end: date
    target: Money
