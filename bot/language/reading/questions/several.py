"""Several questions in one message, and one question of two periods."""

import re
from collections.abc import Iterator
from datetime import timedelta

from bot.contract.commands.asking import (
    AskFact,
    AskRecords,
    ListDeals,
    Prioritize,
    ShowDeal,
    SummarizePipeline,
    Suppose,
)
from bot.contract.commands.base import Command
from bot.contract.commands.coaching import CoachDeal
from bot.domain.periods import Period
from bot.domain.text import HAS_CJK, worded
from bot.language.context import Context, Said
from bot.language.reading.family import ADVICE
from bot.language.reading.questions import words as w
from bot.language.reading.seen import Seen
from bot.language.rules.filters import blanked
from bot.language.spans.calendar import DateSaid, plus_months
from bot.language.spans.clauses import sentences_in

MOST = 3
ASKED = (AskFact, AskRecords, ListDeals, Prioritize, ShowDeal, SummarizePipeline, Suppose, CoachDeal)
_TURNS = worded(
    r"[?？]+\s*(?:and |also |oh and |plus )?"
    r"|(?:\s*[,;&]|\s+(?:and|also|plus))+\s+(?:also |and )?"
    r"(?=(?:what|whats|what's|which|who|whos|who's|when|whens|how|hows|why|where|wheres"
    r"|is (?:he|she|it|there|that|this)|are (?:they|there|we)|did (?:i|we|he|she|they)|do (?:we|they|i)"
    r"|have (?:we|i|they)|has (?:he|she|it))\b)",
    re.I,
)
_TURNS_ZH = worded(r"[?？,，;；、]\s*|\s+")
_ASKS_ZH = worded(r"什么|啥|多少|几|谁|哪|吗|呢|怎么|咋|何时|多久|为什么")
_POINTS_BACK = worded(r"\b(?:them|they|those|that|it|these)\b|它们?|他们", re.I)
"""Words by which a question goes on about what the one before asked for."""
_NOT_ALONE = 3
"""A part of so few words goes with the one before: `and when`, `and how much`."""
_ASKS = worded(
    r"[?？]\s*$|^\W*(?:also |and |oh |btw |ps |p\.s\. )*(?:what|whats|what's|which|who|whos|when is|when does|how many"
    r"|how much|how far)\b",
    re.I,
)
_LAST_ONE = worded(
    r"\b(?:vs\.?|versus|against|compared (?:to|with)|than|or)\s+(?:the\s+)?(?:last|previous|prior)(?: one)?\W*$"
    r"|(?:和|跟|比|对比)上(?:一)?个?(?:年|季度|季|月|周)?(?:比|相比|呢)?\W*$",
    re.I,
)


def parts_of(seen: Seen) -> list[Said]:
    """The questions of a message; one without names of its own has those of the first."""
    own = seen.said.own
    if ADVICE.search(own):
        return [seen.said]
    found = list(_cut(own, _TURNS))
    if len(found) < 2 and HAS_CJK.search(own):
        found = list(_cut(own, _TURNS_ZH))
        if not all(_ASKS_ZH.search(own[a:b]) for a, b in found):
            return [seen.said]
    if not 2 <= len(found) <= MOST:
        return [seen.said]
    first = seen.kinds("account", "deal", "contact")
    said = [own[p.place.start : p.place.end] for p in first if p.place.end <= found[0][1]]
    alone = [own[a:b] for a, b in found[1:]]
    if not first and not all(w.OF_RECORDS.search(part) and not _POINTS_BACK.search(part) for part in alone):
        return [seen.said]
    names = " ".join(dict.fromkeys(one for one in said if not any(one in other and one != other for other in said)))
    parts = []
    for start, end in found:
        named = any(start <= p.place.start < end for p in first)
        text = own[start:end] if named or not names else f"{own[start:end]} {names}"
        parts.append(Said(text, text))
    return parts


def _cut(text: str, turns: re.Pattern[str]) -> Iterator[tuple[int, int]]:
    """The places between turns; what is too short to be a question of its own goes with the one before."""
    held: tuple[int, int] | None = None
    at = 0
    for stop, after in [*(m.span() for m in turns.finditer(text)), (len(text), len(text))]:
        piece = text[at:stop]
        if piece.strip(" .!?？。"):
            alone = len(piece.split()) >= _NOT_ALONE or len(HAS_CJK.findall(piece)) >= _NOT_ALONE
            if held is not None and not alone:
                held = (held[0], stop)
            else:
                if held is not None:
                    yield held
                held = (at, stop)
        at = after
    if held is not None:
        yield held


def all_asked(read: list[Command]) -> bool:
    """Whether each part became a question about records, and each another one."""
    reports = [one for one in read if isinstance(one, SummarizePipeline)]
    return all(isinstance(one, ASKED) for one in read) and len(set(map(repr, read))) == len(read) and len(reports) < 2


def beside(command: Command, seen: Seen, context: Context) -> list[Command]:
    """A question of figures once for each of the two periods that it sets side by side: `October against September`."""
    if not isinstance(command, AskRecords) or not command.measures or not command.period_from or not command.period_to:
        return [command]
    period = Period(command.period_from, command.period_to)
    said = [p.place.value for p in seen.of("versus") if isinstance(p.place.value, DateSaid)]
    other = said[0].period if said else None
    if other and other.start > context.today and command.state != "open":
        other = Period(plus_months(other.start, -12), plus_months(other.end, -12))
    if other is None and _LAST_ONE.search(seen.said.own):
        other = _before(period, context)
    if other is None or other == period:
        return [command]
    return [command, command.model_copy(update={"period_from": other.start, "period_to": other.end})]


def _before(period: Period, context: Context) -> Period:
    """The month, quarter or year before one, else as many days."""
    day = period.start - timedelta(days=1)
    for whole in (Period.month(day.year, day.month), context.fiscal.quarter_around(day)):
        if (whole.end - whole.start).days >= (period.end - period.start).days - 3:
            return whole
    return Period(plus_months(period.start, -12), day)


def told_and_asked(said: Said, context: Context) -> tuple[Said, Said] | None:
    """What a message tells, and what it asks beside: `log a 10 min call with Hattie. how far off quota am I?`"""
    own, text = said.own, said.text
    if len(own) != len(text):
        return None
    asked = [(a, b) for a, b in sentences_in(own) if _ASKS.search(own[a:b]) and len(own[a:b].split()) >= _NOT_ALONE]
    if not asked:
        return None
    rest = blanked(own, asked)
    if len(rest.split()) < _NOT_ALONE or not context.lexicon.names_in(rest, {"account", "deal", "contact"}):
        return None
    question = " ".join(own[a:b].strip() for a, b in asked)
    return Said(" ".join(rest.split()), " ".join(rest.split())), Said(question, question)
