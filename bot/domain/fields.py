"""The one list of a record's fields: what they hold, how they are written down, read back and compared."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from typing import Literal

from bot.domain.deals import Account, Contact, Deal
from bot.domain.money import plain

FieldValue = str | Decimal | date | datetime | tuple[str, ...] | None
CardField = Literal[
    "stage", "amount", "currency", "close_date", "owner", "product", "name", "loss_reason", "forecast", "next_step"
]
"""How cards and the contract call the fields that they show; `field_…` names the label."""


class Holds(Enum):
    """What a field holds."""

    TEXT = "text"
    AMOUNT = "amount"
    DAY = "day"
    MOMENT = "moment"
    IDS = "ids"


@dataclass(frozen=True, slots=True)
class RecordField:
    """`name` is the record's attribute and the name in its history; `card` what cards call it, where they show it.

    `writable` says whether a card may change it, `traced` whether its changes are kept in the history.
    """

    name: str
    holds: Holds = Holds.TEXT
    card: CardField | None = None
    writable: bool = False
    traced: bool = True

    def parsed(self, text: str | None) -> FieldValue:
        """The value of a text as `as_text` writes it."""
        if text is None:
            return None
        match self.holds:
            case Holds.AMOUNT:
                return Decimal(text)
            case Holds.DAY:
                return date.fromisoformat(text)
            case Holds.MOMENT:
                return datetime.fromisoformat(text)
            case Holds.IDS:
                return tuple(part for part in text.split(";") if part)
            case Holds.TEXT:
                return text


def _named(*fields: RecordField) -> Mapping[str, RecordField]:
    return {field.name: field for field in fields}


DEAL = _named(
    RecordField("name", card="name", writable=True),
    RecordField("stage", card="stage", writable=True),
    RecordField("amount", Holds.AMOUNT, card="amount", writable=True),
    RecordField("currency", card="currency", writable=True),
    RecordField("close_date", Holds.DAY, card="close_date", writable=True),
    RecordField("closed_at", Holds.MOMENT, writable=True, traced=False),
    RecordField("owner_id", card="owner", writable=True),
    RecordField("product_ids", Holds.IDS, card="product", writable=True, traced=False),
    RecordField("loss_reason", card="loss_reason", writable=True),
    RecordField("forecast", card="forecast", writable=True),
    RecordField("next_step", card="next_step", writable=True),
    RecordField("next_step_due", Holds.DAY, writable=True),
    RecordField("account_id"),
    RecordField("created", Holds.DAY, traced=False),
    RecordField("contact_ids", Holds.IDS, traced=False),
)
ACCOUNT = _named(
    RecordField("name", writable=True),
    RecordField("aliases", Holds.IDS),
    RecordField("industry", writable=True),
    RecordField("revenue", Holds.AMOUNT),
    RecordField("employees"),
    RecordField("country", writable=True),
    RecordField("parent_id"),
    RecordField("owner_id"),
)
CONTACT = _named(
    RecordField("name", writable=True),
    RecordField("account_id"),
    RecordField("title", writable=True),
    RecordField("email", writable=True),
    RecordField("phone", writable=True),
)
ON_CARD: Mapping[str, RecordField] = {field.card: field for field in DEAL.values() if field.card}
"""A deal's fields by what cards call them."""


def value_of(record: Deal | Account | Contact, name: str) -> FieldValue:
    """The present value of a field of a record."""
    value: FieldValue = getattr(record, name)
    return value


def as_text(value: FieldValue) -> str | None:
    """A value as histories, cards and receipts write it: ISO dates, plain decimals, ids joined by semicolons."""
    match value:
        case None:
            return None
        case Decimal():
            return plain(value)
        case date():
            return value.isoformat()
        case tuple():
            return ";".join(value)
        case str():
            return value
