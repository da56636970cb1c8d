"""What a message changes on the thread's open card."""

import re
from decimal import Decimal
from typing import Any

from bot.contract.commands.base import DealChanges
from bot.contract.commands.writing import CorrectDraft
from bot.domain.activities import ActivityKind
from bot.domain.text import worded
from bot.language.context import Context, Said
from bot.language.rules import cues
from bot.language.rules.activities import surely_ahead
from bot.language.rules.capture import ToldOfOne, read_segment
from bot.language.spans.dates import find_dates

_REMOVED: dict[str, Any] = {
    "next step": "next_step", "follow-up": "next_step", "follow up": "next_step", "followup": "next_step",
    "amount": "amount", "value": "amount", "close date": "close_date", "date": "close_date",
    "stage": "stage", "forecast": "forecast", "call": "activity", "meeting": "activity", "activity": "activity",
    "note": "activity", "contact": "activity",
    "下一步": "next_step", "跟进": "next_step", "金额": "amount", "关单日期": "close_date", "日期": "close_date",
    "阶段": "stage",
    "预测": "forecast", "活动": "activity",
}  # fmt: skip
_BARE = worded(
    (
        r"\W*(?:make it|no|actually|sorry|oops|i mean|it'?s|should be|was|set it to|change it to|not \S+|,"
        r"|\s)*(\d{2,}(?:\.\d+)?)\W*"
    ),
    re.I,
)
_ADDED = worded(r"\b(?:also|too|as well|joined|plus|and)\b|也|还有", re.I)


def read_correction(said: Said, context: Context) -> CorrectDraft | None:
    """The correction in a message; None where it corrects nothing."""
    if context.draft is None:
        return None
    removed = cues.REMOVE.match(said.own)
    if removed:
        return CorrectDraft(
            remove=(
                _REMOVED[
                    (next(removed[name] for name in ("what", "kept", "zh", "zh2") if removed[name]))
                    .lower()
                    .removesuffix(" change")
                ],
            )
        )
    told = read_segment(said.own, context)
    changes = dict(told.changes)
    at = _moved_day(said, told, changes, context)
    bare = _BARE.fullmatch(said.own)
    if bare and "amount" not in changes and not find_dates(said.own, context.today, ahead=True):
        changes["amount"], changes["bare_amount"] = Decimal(bare.group(1)), True
    correction = CorrectDraft(
        deal=told.deal_words,
        kind=ActivityKind(told.kind) if told.kind and told.kind != "note" else None,
        at=at,
        duration_minutes=told.minutes,
        contacts=tuple(told.contacts),
        contacts_added=bool(told.contacts and _ADDED.search(said.own)),
        changes=DealChanges(**changes),
    )
    return None if correction == CorrectDraft() else correction


def _moved_day(said: Said, told: ToldOfOne, changes: dict[str, Any], context: Context) -> Any:
    """The day of the activity, where the day said is that; else it goes to the close date or the next step of the
    card.
    """
    draft = context.draft
    assert draft is not None
    dates = find_dates(said.own, context.today, ahead=True, fiscal=context.fiscal, day_first=context.day_first)
    behind = find_dates(said.own, context.today, ahead=False, fiscal=context.fiscal, day_first=context.day_first)
    if changes.get("close_date") or changes.get("next_step_due") or not dates:
        return told.at if draft.has_activity else None
    ahead = surely_ahead(said.own, context) or not behind or behind[-1].grain != "day"
    if draft.has_activity and not ahead:
        return behind[-1].day(last=False)
    if draft.has_close_date:
        changes["close_date"] = dates[-1].day(last=True)
    elif draft.has_next_step:
        changes["next_step_due"] = dates[-1].day(last=True)
    elif ahead:
        changes["close_date"] = dates[-1].day(last=True)
    else:
        return told.at
    return None
