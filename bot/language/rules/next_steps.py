"""What is to be done next, and by when."""

import re

from bot.domain.text import HAS_CJK, worded
from bot.language.context import Context
from bot.language.rules import cues
from bot.language.rules.activities import activity_kind, surely_ahead, surely_past
from bot.language.spans.dates import DateSaid, find_dates
from bot.language.spans.durations import find_duration

_TRAILING = worded(r"(?:\s|,|-)*\b(?:by|on|at|due|before|until|till|for|in|the|is|next|this|end of|w/c)\s*$", re.I)
_NEXT_VERB_ZH = worded(r"^(?:我|我们|我会|会|要|需要|得|去)")
_DUE_WORD_ZH = worded(r"^(?:之?前|以前)")
_WANTS_IT_SO = worded(r"\bwants? (?:it|this|that)\b", re.I)


def next_step(clause: str, ahead: list[DateSaid], context: Context, *, pending: bool, told: bool) -> str | None:
    """The text of a next step, empty where only its label stands here, None where the clause is none.

    `pending` says that the clause before was such a label, `told` that an activity was told already.
    """
    label = cues.NEXT_LABEL.search(clause)
    if label and (label.start() == 0 or not activity_kind(clause[: label.start()])):
        return _after_name(clause[label.end() :].strip(), context)
    remind = cues.REMIND.search(clause)
    if remind:
        return clause[remind.end() :].strip()
    if pending:
        return clause
    days = [d for d in ahead if d.grain in {"day", "week"}]
    if cues.STRONG_CLOSE.search(clause) and ahead and not cues.SEND_VERB.search(clause):
        return None
    promise = cues.PROMISE.search(clause)
    if (
        promise
        and not cues.NEGATED.search(clause[: promise.end()])
        and (days or cues.IMPERATIVE.match(clause[promise.end() :]))
    ):
        return clause[promise.end() :].strip()
    happened = find_duration(clause) is not None and surely_past(clause, context)
    if (
        cues.IMPERATIVE.match(clause)
        and not happened
        and (days or not surely_past(clause, context))
        and not cues.STAGE_CUE.search(clause)
    ):
        behind = find_dates(clause, context.today, ahead=False, fiscal=context.fiscal, day_first=context.day_first)
        if all(d.period.start > context.today or a.start == d.start for d, a in zip(behind, ahead, strict=False)):
            return clause
    return clause if _plans(clause, days, context, told=told) else None


def _plans(clause: str, days: list[DateSaid], context: Context, *, told: bool) -> bool:
    """Whether a clause with a day ahead tells what is planned for it."""
    if not any(d.period.start > context.today for d in days):
        return False
    if (
        cues.BOOKED.search(clause)
        or cues.GERUND.match(clause)
        or (cues.WANTS.search(clause) and not _WANTS_IT_SO.search(clause))
    ):
        return True
    ahead = surely_ahead(clause, context)
    if HAS_CJK.search(clause) and cues.ZH_FUTURE_DO.search(clause) and (ahead or cues.ZH_DEADLINE.search(clause)):
        return True
    if (activity_kind(clause) and ahead) or cues.STARTS.search(clause):
        return True
    return told and bool(activity_kind(clause)) and bool(cues.CLOCK.search(clause)) and not cues.PAST.search(clause)


def _after_name(step: str, context: Context) -> str:
    """`next step Steinbrück: contract back` is about the contract; a name alone with nothing behind it waits for the
    step.
    """
    for name in context.lexicon.names_in(step, {"account", "deal"}):
        if name.start == 0 and re.match(r"\s*(?::|$|-|–)", step[name.end :]):
            return step[name.end :].strip(" :-–")
    return step


def split_day(step: str, ahead: list[DateSaid]) -> tuple[str, DateSaid | None]:
    """The step without its day, and the day."""
    days = [d for d in ahead if d.grain in {"day", "week", "month", "quarter"}]
    said = days[-1] if days else None
    text = (_slice_out(step, said) or step) if said else step
    if HAS_CJK.search(text):
        text = _NEXT_VERB_ZH.sub("", text)
    return _TRAILING.sub("", text.strip(" .,;:-–")).strip(" .,;:-–"), said


def _slice_out(step: str, said: DateSaid) -> str:
    """The step without its day, wherever the day stands in it."""
    for found in find_dates(step, said.period.start, ahead=True):
        if found.end - found.start == said.end - said.start:
            before, after = (
                _TRAILING.sub("", step[: found.start]).strip(),
                _DUE_WORD_ZH.sub("", step[found.end :]).strip(),
            )
            return f"{before} {after}".strip()
    return step
