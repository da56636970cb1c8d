"""What was done with a customer: its kind, its day and the people there."""

import re
from datetime import date, timedelta

from bot.domain.text import worded
from bot.language.context import Context
from bot.language.rules import cues
from bot.language.spans.dates import DateSaid, find_dates
from bot.language.spans.durations import find_duration

SOON, LONG_AGO = timedelta(days=75), timedelta(days=240)
_ROLE = worded(
    r"\b(?:with|met|saw|called|rang|to|from) (?:the|their) (?P<role>C[EFIOTMR]O|(?:VP|head|director"
    r"|chief)(?: of)? [a-z]+(?: [a-z]+)?|(?:[a-z]+ )?(?:director|manager|buyer|controller|owner|chef"
    r"|president|partner))"
    r"(?= (?:of|at|from|there|today|yesterday|on|about|re)\b|[,.;]|$)",
    re.I,
)
_DENIED = worded(rf"{cues.NEGATED.pattern}|\bno\s+$", re.I)
_DEADLINE = worded(r"\b(?:till|until|by|before|due)\s+(?:the\s+)?$", re.I)
_MET_NOBODY = worded(r"\b(?:talk|speak|spoke|meet|met|reach|call)\b|没(?:见|聊|谈|联系)", re.I)


def activity_kind(clause: str) -> str | None:
    """The activity whose word comes first, unless it is denied."""
    found = []
    for kind, cue in cues.ACTIVITY:
        match = cue.search(clause)
        if match and not (_DENIED.search(clause[: match.start()]) and "no answer" not in match.group().lower()):
            found.append((match.start(), kind))
    if not found:
        return None
    kind = min(found)[1]
    return "demo" if any(k == "demo" for _, k in found) and kind == "meeting" else kind


def people_in(clause: str, context: Context) -> list[str]:
    """The contacts named in a clause, as typed; a surname that is the account's name there stands for the account."""
    accounts = [(s.start, s.end) for s in context.lexicon.names_in(clause, {"account"}) if s.score >= 0.35]
    spans = sorted(context.lexicon.names_in(clause, {"contact"}), key=lambda s: (s.start, -s.end))
    found: list[str] = []
    until = -1
    for span in spans:
        words = clause[span.start : span.end]
        if span.start < until or words in found or any(a <= span.start and span.end <= b for a, b in accounts):
            continue
        found.append(words)
        until = span.end
    role = _ROLE.search(clause) if not found else None
    return [role["role"]] if role else found


def _behind(clause: str, context: Context) -> list[DateSaid]:
    """The days of a clause as lying behind, except a date of nearly a year ago that comes within weeks: that one lies
    ahead.
    """
    ahead = find_dates(clause, context.today, ahead=True, fiscal=context.fiscal, day_first=context.day_first)
    soon = {d.start: d for d in ahead if timedelta() < d.period.start - context.today <= SOON}
    past = find_dates(clause, context.today, ahead=False, fiscal=context.fiscal, day_first=context.day_first)
    return [soon[d.start] if d.start in soon and context.today - d.period.start > LONG_AGO else d for d in past]


def denies_meeting(clause: str) -> bool:
    return bool(cues.NEGATED.search(clause) and _MET_NOBODY.search(clause))


def day_done(clause: str, context: Context, *, sure: bool) -> date | None:
    """The day of what was done; without an activity in the clause only a day that cannot lie ahead counts."""
    behind = _behind(clause, context)
    ahead = find_dates(clause, context.today, ahead=True, fiscal=context.fiscal, day_first=context.day_first)
    surely_past = {d.start for d in ahead if d.period.start <= context.today}
    sure = sure or find_duration(clause) is not None
    days = [
        d for d in behind if d.grain == "day" and d.period.start <= context.today and (sure or d.start in surely_past)
    ]
    days = [d for d in days if not _DEADLINE.search(clause[: d.start])]
    return days[0].period.start if days else None


def surely_ahead(clause: str, context: Context) -> bool:
    """Whether some day of the clause lies ahead whichever way it is read."""
    behind = _behind(clause, context)
    return any(d.period.start > context.today and d.grain in {"day", "week"} for d in behind)


def surely_past(clause: str, context: Context) -> bool:
    behind = _behind(clause, context)
    return any(d.period.end <= context.today for d in behind)
