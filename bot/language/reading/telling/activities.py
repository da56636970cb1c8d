"""What took place: its kind, its day, how long it took."""

import re
from datetime import date, datetime, timedelta

from bot.domain.activities import ActivityKind
from bot.domain.text import worded
from bot.language.context import Context
from bot.language.reading.seen import LIKELY, SURE, Seen
from bot.language.reading.telling.weights import gone_by
from bot.language.spans.calendar import DateSaid
from bot.language.spans.durations import find_duration

_DONE_WORDS = worded(
    r"\b(?:had|met|spoke|talked|called|rang|was|were|went|visited|saw|did|gave|held|caught|got|just|discussed"
    r"|presented|showed|walked|demoed|finished|came|left|said|told|asked|confirmed|agreed)\b"
    r"|(?:聊|谈|见|通|打|开|拜访|去|讲|说|碰|演示|沟通|吃)(?:完|过|了)|刚",
    re.I,
)
"""Words of what is over."""
KINDS: dict[str, ActivityKind] = {
    "call": ActivityKind.CALL, "no_answer": ActivityKind.CALL, "meeting": ActivityKind.MEETING,
    "demo": ActivityKind.DEMO, "email": ActivityKind.EMAIL, "email_in": ActivityKind.EMAIL,
    "chat": ActivityKind.NOTE, "no_show": ActivityKind.NOTE, "cancelled": ActivityKind.NOTE,
    "note": ActivityKind.NOTE,
}  # fmt: skip
DONE = ("call", "meeting", "demo", "email", "email_in", "no_answer")
NOT_HELD = ("no_show", "cancelled")


def minutes_of(seen: Seen, by_rules: int | None) -> int | None:
    """How long it took: the span that the model takes for it, never one that surely is something else's."""
    spans = [(p, took[0]) for p in seen.kinds("span") if (took := find_duration(p.words))]
    own = [minutes for p, minutes in spans if p.part == "minutes" and p.share >= LIKELY]
    if own:
        return by_rules if by_rules in own else own[0]
    others = {minutes for p, minutes in spans if p.part != "minutes" and p.share >= SURE}
    return None if by_rules in others else by_rules


def day_of(seen: Seen, by_rules: datetime | date, context: Context) -> datetime | date:
    """The day it took place: the one that the model takes for it, where the patterns found none."""
    days = [p.place.value for p in seen.of("at", 0.45) if isinstance(p.place.value, DateSaid)]
    if by_rules != context.today or len(days) != 1:
        return by_rules
    return gone_by(days[0], context.today) or by_rules


def kind_held(seen: Seen) -> ActivityKind | None:
    """What took place, where the model is sure enough of it; what is only agreed for a day to come did not."""
    act = seen.likeliest((*DONE, *NOT_HELD, "chat"))
    ahead = seen.of("due", 0.6) and not seen.of("at", LIKELY)
    if act in {"meeting", "demo", "call"} and ahead and seen.acts.get("next_step", 0) >= seen.acts[act]:
        return None
    return KINDS[act] if seen.acts.get(act, 0) >= LIKELY else None


def lies_ahead(seen: Seen, kind: ActivityKind, context: Context) -> bool:
    """Whether what would have been held is told for a day to come, and none before it is named."""
    if kind not in {ActivityKind.MEETING, ActivityKind.DEMO, ActivityKind.CALL}:
        return False
    days = [p.place.value.day(last=False) for p in seen.kinds("date") if isinstance(p.place.value, DateSaid)]
    if not days or any(day <= context.today for day in days):
        return False
    if seen.kinds("span") and min(days) - timedelta(days=7) <= context.today:
        return False  # `call monday, 20 min` was last monday
    return not _DONE_WORDS.search(seen.said.own)
