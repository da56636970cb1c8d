"""What is certain, what is only possible, and the words by which a statement takes itself back."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from bot.contract.commands.base import Offer
from bot.domain.money import plain
from bot.language.reading.seen import LIKELY, SURE, Part
from bot.language.spans.calendar import DateSaid
from bot.language.spans.money import MoneySaid

POSSIBLE, HARDLY = 0.25, 0.1


def both_agree(place: float, act: float) -> bool:
    """Whether the place and the act together make it certain."""
    return (place >= SURE and act >= POSSIBLE) or (place >= 0.6 and act >= 0.35) or (place >= LIKELY and act >= LIKELY)


def offer_of(field: Any, part: Part) -> Offer:
    value = part.place.value
    text = plain(value.amount) if isinstance(value, MoneySaid) else ""
    if isinstance(value, DateSaid):
        text = value.day(last=True).isoformat()
    return Offer(field=field, value=text, words=part.words)


def amount_in(part: Part) -> Decimal | None:
    return part.place.value.amount if isinstance(part.place.value, MoneySaid) else None


def day_in(part: Part) -> date | None:
    return part.place.value.day(last=True) if isinstance(part.place.value, DateSaid) else None


def gone_by(said: DateSaid, today: date) -> date | None:
    """The last such day: a weekday to come is that of the week before."""
    day = said.day(last=False)
    back = day if day <= today else day - timedelta(days=7)
    return back if back <= today and (back == day or said.grain == "day") else None


NEGATION = r"(?:\b(?:not|never|no longer|didnt|dont|hasnt|wasnt|isnt|havent)\b|n['’]t\b|(?:还|并)?没(?:有)?|别)"
