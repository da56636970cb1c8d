"""What a message does to the thread's open card: corrects it, takes something off, throws it away, writes it."""

import re
from contextlib import suppress
from typing import Any

from bot.contract.commands.base import Command, DealChanges
from bot.contract.commands.writing import CorrectDraft, SameFor
from bot.domain.text import worded
from bot.language.context import Context
from bot.language.lexicon import vocabulary
from bot.language.reading.seen import LIKELY, Seen
from bot.language.rules.corrections import read_correction as read_by_rules
from bot.language.rules.filters import days_said, deal_words
from bot.language.spans.calendar import DateSaid
from bot.language.spans.durations import find_duration
from bot.language.spans.money import MoneySaid

_LESS = worded(
    r"\b(?:less|off|minus|down|lower|cut|knock\w*|shav\w*|reduc\w*|drop\w*|discount)\b|减|少|降|便宜|-", re.I
)
_EARLIER = worded(r"\b(?:earlier|sooner|forward|before|in by|pull\w*)\b|提前|早", re.I)
_SHIFT = worded(
    r"(?P<span>(?:\d+|an?|one|two|three|four|six) (?:days?|weeks?|fortnight|months?)) (?P<way>later|earlier|sooner)"
    r"|(?P<way2>晚|早|推迟|提前)(?P<span2>.{1,4}(?:天|周|个月))",
    re.I,
)
_DAY_ALONE = worded(
    r"\b(?:the )?(?P<day>\d{1,2})(?:st|nd|rd|th)\b(?! (?:of|jan|feb|mar|apr|may|jun|jul"
    r"|aug|sep|oct|nov|dec))",
    re.I,
)
"""A day without its month is one of the month that the card shows."""
_OTHER = worded(
    r"\bwrong (?:deal|one|opp)\b|\bother (?:deal|one)\b|\bnot (?:that|this) (?:deal|one)\b|不是这个|另一个|搞错", re.I
)
_ADDED = worded(r"\b(?:also|too|as well|joined|plus|and|there)\b|也|还有", re.I)
_TAKEN_OFF: dict[str, Any] = {
    "next_step": "next_step", "amount": "amount", "close_date": "close_date", "stage": "stage", "forecast": "forecast",
}  # fmt: skip


def read_correction(seen: Seen, context: Context) -> Command | None:
    """The correction in a message; None where it corrects nothing."""
    by_rules = read_by_rules(seen.said, context)
    if by_rules is not None and by_rules.remove:
        return by_rules
    changes: dict[str, Any] = by_rules.changes.model_dump(exclude_defaults=True) if by_rules else {}
    fields: dict[str, Any] = {}
    text = seen.said.own
    for part in seen.parts:
        if part.share < LIKELY:
            continue
        match part.part, part.place.value:
            case "amount", MoneySaid(amount=amount):
                changes |= {"amount": amount, "bare_amount": not part.place.value.sure}
                changes.pop("amount_delta", None)
            case "delta", MoneySaid(amount=amount):
                changes["amount_delta"] = -amount if _LESS.search(text) else amount
                changes.pop("amount", None)
                changes.pop("bare_amount", None)
            case "close", DateSaid() as said:
                changes["close_date"] = said.day(last=True)
            case "due", DateSaid() as said:
                changes["next_step_due"] = said.day(last=True)
                changes.pop("close_date", None)
            case "at", DateSaid() as said if said.period.start <= context.today:
                fields["at"] = said.day(last=False)
                changes.pop("close_date", None)
            case "shift", _:
                days = days_said(part.words)
                if days:
                    changes["close_shift_days"] = -days if _EARLIER.search(text) else days
                    changes.pop("close_date", None)
            case "minutes", _:
                took = find_duration(part.words)
                if took:
                    fields["duration_minutes"] = took[0]
            case "stage", str() as stage:
                changes["stage"] = stage
    shift = _SHIFT.search(text)
    span = (shift["span"] or shift["span2"]) if shift else ""
    if shift and (days := days_said(span)) and context.draft and context.draft.has_close_date:
        changes["close_shift_days"] = -days if _EARLIER.search(shift["way"] or shift["way2"]) else days
        changes.pop("close_date", None)
    contacts = tuple(dict.fromkeys(p.words for p in seen.of("contact")))
    told = by_rules or CorrectDraft()
    if contacts:
        fields |= {"contacts": contacts, "contacts_added": told.contacts_added or bool(_ADDED.search(text))}
    other = " ".join(p.words for p in seen.kinds("account", "deal"))
    if other and (_OTHER.search(text) or not (changes or fields)):
        fields["deal"] = f"other {other}" if _OTHER.search(text) else other
    day = _DAY_ALONE.search(text)
    here = context.draft.close_date if context.draft else None
    if day and here and changes.get("close_date"):
        with suppress(ValueError):
            changes["close_date"] = here.replace(day=int(day["day"]))
    correction = told.model_copy(update={**fields, "changes": DealChanges.model_validate(changes)})
    return None if correction == CorrectDraft() else correction


def read_taken_off(seen: Seen, context: Context) -> Command | None:
    """What comes off the card: `no next step`, 金额不改了."""
    by_rules = read_by_rules(seen.said, context)
    if by_rules is not None and by_rules.remove:
        return by_rules
    named = [f for f, cue in vocabulary("fields").items() if f in _TAKEN_OFF and cue.search(seen.said.own)]
    return CorrectDraft(remove=tuple(_TAKEN_OFF[f] for f in named[:1])) if named else None


def read_same(seen: Seen, context: Context) -> Command | None:
    words = deal_words(seen.said.own, context)
    return SameFor(deal=words) if words else None
