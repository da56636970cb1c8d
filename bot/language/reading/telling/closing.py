"""The day by which a deal closes, or ended."""

import re
from typing import Any

from bot.contract.commands.base import DealChanges, Offer
from bot.domain.deals import StageKind
from bot.domain.text import worded
from bot.language.context import Context
from bot.language.lexicon import vocabulary
from bot.language.reading.seen import LIKELY, SURE, Seen
from bot.language.reading.telling.weights import POSSIBLE, both_agree, day_in, gone_by, offer_of
from bot.language.rules.stages import kind_of
from bot.language.spans.calendar import DateSaid

_STILL = worded(
    r"\b(?:still|unchanged|stays?|staying|as before|same)\b[^.,;]{0,20}$|(?:还是|不变|仍)[^,。]{0,6}$", re.I
)
"""Words before a value that only say that it is as it was."""
_LABELLED = worded(
    r"(?:\bclos(?:e|ing)|关单|成交|签约|签单)(?: ?date|日期|时间)?\s*(?:要|得|需要|应该|也)?\s*"
    r"(?:改|推|调|挪|提前|延)?\s*(?:到|成|为|至|is|to|:"
    r"|："
    r"|=)?\s*$",
    re.I,
)
"""Words right before a date that leave no doubt that it is the deal's."""
_DENIED = worded(r"(?:\b(?:not|no longer|never|isnt|wont|cant)\b|n['’]t\b)[^.,;]{0,25}$|(?:不|没)[^,。]{0,8}$", re.I)


DOUBTED = 0.6
"""From here on the model's other reading of a day outweighs the patterns'."""


def weigh_close(seen: Seen, changes: DealChanges, kept: dict[str, Any], context: Context) -> list[Offer]:
    """A close date likewise; what only stays as it was changes nothing, and what is won or lost ended by today."""
    acts = seen.likelihood(("close", "close_by", "new_deal", "reopen"))
    labelled = [p for p in seen.kinds("date") if _LABELLED.search(seen.said.own[: p.place.start])]
    labelled = [p for p in labelled if not _DENIED.search(seen.said.own[: p.place.start])]
    if len(labelled) == 1 and (day := day_in(labelled[0])) and day >= context.today:
        kept["close_date"] = day
        if kept["next_step_due"] == day:
            kept |= {"next_step": None, "next_step_due": None}
        return []
    if changes.close_date is not None:
        here = next((p for p in seen.kinds("date") if day_in(p) == changes.close_date), None)
        if here and _STILL.search(seen.said.own[: here.place.start]):
            kept["close_date"] = None
            return []
        about_step = vocabulary("fields")["next_step"].search(seen.said.own)
        if here and about_step and not vocabulary("fields")["close_date"].search(seen.said.own) and acts < LIKELY:
            kept["close_date"] = None
            return []
        if here is None or here.part == "close" or (here.share < DOUBTED and acts >= POSSIBLE):
            return []
        kept["close_date"] = None
        return [] if here.part in {"at", "old_close", "due"} else [offer_of("close_date", here)]
    if changes.close_shift_days is not None or changes.close_shift_months is not None:
        return []
    days = [p for p in seen.of("close") if (day := day_in(p)) is not None and day >= context.today]
    days = [p for p in days if not _STILL.search(seen.said.own[: p.place.start])]
    if len(days) == 1 and both_agree(days[0].share, acts):
        kept["close_date"] = day_in(days[0])
        return []
    return [offer_of("close_date", p) for p in days[:1]]


def one_day(seen: Seen, kept: dict[str, Any]) -> bool:
    """Whether the close date and the day of the next step are one day, told once and not as the close date."""
    here = [p for p in seen.kinds("date") if day_in(p) == kept["close_date"]]
    labelled = any(_LABELLED.search(seen.said.own[: p.place.start]) for p in here)
    return kept["close_date"] == kept["next_step_due"] and len(here) == 1 and not labelled


def left_over(seen: Seen, kept: dict[str, Any], context: Context) -> list[Offer]:
    """A day to come that the card does not hold, where a close date was told: perhaps it is that one."""
    if (
        seen.likelihood(("close", "close_by")) < POSSIBLE
        or kept.get("close_shift_days")
        or kept.get("close_shift_months")
    ):
        return []
    used = {kept.get("close_date"), kept.get("next_step_due")}
    free = [
        p
        for p in seen.kinds("date")
        if (day := day_in(p)) is not None
        and day > context.today
        and day not in used
        and p.part in {"other", "close", "due"}
    ]
    return [offer_of("close_date", p) for p in free[-1:] if p.share < SURE]


def ended_on(seen: Seen, kept: dict[str, Any], context: Context) -> None:
    """`closed won on fri`: a weekday named of what is over is the last one, and no day is to come."""
    day = kept.get("close_date")
    if day is None or day <= context.today or kind_of(kept.get("stage"), context.stages) in {None, StageKind.OPEN}:
        return
    here = next((p for p in seen.kinds("date") if day_in(p) == day), None)
    kept["close_date"] = (
        gone_by(here.place.value, context.today) if here and isinstance(here.place.value, DateSaid) else None
    )
