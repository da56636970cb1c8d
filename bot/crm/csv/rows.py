"""A company's rows, a model a file."""

import re
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Annotated, Any, ClassVar
from zoneinfo import available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from bot.domain.activities import Activity, ActivityKind
from bot.domain.deals import Account, Contact, Deal, FieldChange, Product, Quota, Stage, StageChange, StageKind
from bot.domain.locale import known
from bot.domain.money import Money as Target
from bot.domain.people import Person


def _ids(value: object) -> object:
    return tuple(part.strip() for part in value.split(";") if part.strip()) if isinstance(value, str) else value


def _zone(value: object) -> object:
    if isinstance(value, str) and value not in available_timezones():
        raise ValueError(f"“{value}” is no IANA time zone such as Europe/Berlin")
    return value


def _locale(value: object) -> object:
    if isinstance(value, str) and not known(value):
        raise ValueError(f"“{value}” is no locale such as en-GB")
    return value


def _moment(value: object) -> object:
    """A date alone means the start of that day, UTC."""
    if isinstance(value, str):
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"“{value}” is no ISO 8601 date or date-time") from None
        return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return value


def _day_or_moment(value: object) -> object:
    """A date alone means noon UTC, so that it stays that day in nearly every time zone."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        day = date.fromisoformat(value)
        return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return _moment(value)


Text = Annotated[str, Field(min_length=1)]


Ids = Annotated[tuple[str, ...], BeforeValidator(_ids)]


When = Annotated[datetime, BeforeValidator(_moment)]


ClosedAt = Annotated[datetime, BeforeValidator(_day_or_moment)]


Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]


Money = Annotated[Decimal, Field(max_digits=18, decimal_places=2)]


class Row(BaseModel):
    """One row; unknown columns are kept in `extra`, empty cells are None."""

    model_config = ConfigDict(frozen=True)
    extra: dict[str, str] | None = None
    makes: ClassVar[type[Any]]

    def record(self) -> Any:
        """The record of the domain that the row holds."""
        return self.makes(**{name: getattr(self, name) for name in type(self).model_fields if name != "extra"})


class PersonRow(Row):
    makes = Person

    id: Text
    name: Text
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
    manager_id: str | None = None
    title: str | None = None
    region: str | None = None
    timezone: Annotated[str, BeforeValidator(_zone)] = "UTC"
    slack_user_id: str | None = None
    locale: Annotated[str, BeforeValidator(_locale)] | None = None


class AccountRow(Row):
    makes = Account

    id: Text
    name: Text
    aliases: Ids = ()
    industry: str | None = None
    revenue: Money | None = None
    employees: int | None = None
    country: str | None = None
    parent_id: str | None = None
    owner_id: str | None = None


class ContactRow(Row):
    makes = Contact

    id: Text
    name: Text
    account_id: str | None = None
    title: str | None = None
    email: str | None = None
    phone: str | None = None


class ProductRow(Row):
    makes = Product

    id: Text
    name: Text
    aliases: Ids = ()
    family: str | None = None
    list_price: Money | None = None
    currency: Currency | None = None


class StageRow(Row):
    makes = Stage

    name: Text
    order: int
    probability: Annotated[Decimal, Field(ge=0, le=100)]
    kind: StageKind
    process_stage: str | None = None


class DealRow(Row):
    makes = Deal

    id: Text
    name: Text
    account_id: str | None = None
    owner_id: Text
    stage: Text
    amount: Money | None = None
    currency: Currency = "USD"
    product_ids: Ids = ()
    created: date | None = None
    close_date: date | None = None
    closed_at: ClosedAt | None = None
    loss_reason: str | None = None
    next_step: str | None = None
    next_step_due: date | None = None
    forecast: str | None = None
    contact_ids: Ids = ()


class StageChangeRow(Row):
    makes = StageChange

    deal_id: Text
    from_stage: str | None = None
    to_stage: Text
    at: When
    by_id: str | None = None


class FieldChangeRow(Row):
    makes = FieldChange

    deal_id: Text
    field: Text
    old: str | None = None
    new: str | None = None
    at: When
    by_id: str | None = None


class ActivityRow(Row):
    makes = Activity

    id: Text
    kind: ActivityKind
    at: When
    duration_minutes: Annotated[int, Field(gt=0)] | None = None
    deal_id: str | None = None
    account_id: str | None = None
    contact_ids: Ids = ()
    author_id: str | None = None
    summary: str = ""


class QuotaRow(Row):
    makes = Quota

    person_id: Text
    start: Annotated[date, Field(alias="from")]
    end: Annotated[date, Field(alias="to")]
    amount: Money
    currency: Currency

    def record(self) -> Quota:
        return Quota(self.person_id, self.start, self.end, target=Target(self.amount, self.currency))
