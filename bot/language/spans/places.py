"""Where names and values stand in a message, each with its kind; the words between them are learned from."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Literal

from rapidfuzz import fuzz

from bot.domain.deals import FORECASTS, Stage, StageKind
from bot.domain.names import NamedSpan, NameKind
from bot.domain.periods import FiscalCalendar
from bot.domain.text import HAS_CJK, simplified, worded
from bot.language.context import Context
from bot.language.spans import numbers as n
from bot.language.spans.dates import find_dates
from bot.language.spans.durations import find_duration
from bot.language.spans.money import find_money

PlaceKind = Literal[
    "account", "deal", "contact", "colleague", "product", "competitor", "stage", "region", "industry", "category",
    "date", "money", "percent", "span", "number", "email", "phone",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """A name or value with where it stands; `value` is what it stands for, as far as its kind has one."""

    kind: PlaceKind
    start: int
    end: int
    value: object = None
    score: float = 1.0


_EMAIL = worded(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_PHONE = worded(r"(?<![\w.,])\+?\d[\d ()./-]{6,}\d(?!\w|,\d)")
_PERCENT = worded(
    rf"[+-]?\d+(?:[.,]\d+)?\s?(?:%|percent\b|per cent\b|pct\b|个点)|\b{n.SPELT}\s(?:percent"
    rf"|per cent)\b"
                      r"|(?:打)?[一二两三四五六七八九\d](?:\.\d)?折|[一二两三四五六七八九]成", re.I)  # fmt: skip
_SPAN = worded(
    rf"(?:\b(?:(?:(?:a |the )?(?:couple|few)(?: of)?|half an?|an?|another|{n.SPELT})[\s-]"
    rf"|\d+(?:[.,]\d+)?[\s-]?))"
    r"(?:more\s|extra\s|full\s|business\s|working\s)?"
    r"(?:d|days?|w|wks?|weeks?|fortnights?|mths?|mos?|months?|quarters?|years?|yrs?|h|hrs?|hours?|mins?"
    r"|minutes?)\b(?! ?ago)"
    r"|(?:\d+(?:\.\d+)?|[一二两三四五六七八九十半几]+)个?(?:半)?(?:多)?(?:天|周|星期|礼拜|个?月|个?季度|年|小时|钟头|分钟|刻钟)",
    re.I,
)
_MINUTES = worded(r"(?:[5-9]|[1-9]\d|1[0-7]\d)\s?m", re.I)
"""`15m` without a currency is a quarter of an hour far oftener than fifteen millions."""
_NUMBER = worded(rf"(?<![\w.,])\d+(?:[.,]\d+)*(?![\w])|\b{n.SPELT}\b|\b(?:twice|thrice|once)\b", re.I)
_CATEGORY_WORDS = {"upside": "best case", "承诺": "commit", "最好情况": "best case", "很可能": "most likely"}


def values_in(text: str, today: date, fiscal: FiscalCalendar | None = None, *, day_first: bool = False) -> list[Place]:
    """Dates, amounts, shares, spans of time, numbers, addresses; where two readings overlap, the stronger."""
    text = simplified(text)
    found: list[Place] = [Place("email", m.start(), m.end(), m.group()) for m in _EMAIL.finditer(text)]
    dates = find_dates(text, today, ahead=True, fiscal=fiscal, day_first=day_first)
    money = find_money(text)
    sure = [Place("money", m.start, m.end, m) for m in money if m.sure and not _MINUTES.fullmatch(text, m.start, m.end)]
    bare = [Place("money", m.start, m.end, m) for m in money if not m.sure and m.amount >= 1000]
    took = find_duration(text)
    spans = [Place("span", m.start(), m.end(), m.group()) for m in _SPAN.finditer(text)]
    if took:
        spans.insert(0, Place("span", *took[1], took[0]))
    percents = [Place("percent", m.start(), m.end(), m.group()) for m in _PERCENT.finditer(text)]
    days = [Place("date", d.start, d.end, d) for d in dates]
    phones = [
        Place("phone", m.start(), m.end(), m.group())
        for m in _PHONE.finditer(text)
        if sum(c.isdigit() for c in m.group()) >= 7
    ]
    counts = [Place("number", m.start(), m.end(), m.group()) for m in _NUMBER.finditer(text)]
    # a span that a date holds ("in 2 weeks") stands before it; the phone's figures are not dates
    for one in (*percents, *sure, *days, *bare, *phones, *spans, *counts):
        if not _overlaps(one, found):
            found.append(one)
    return sorted(found, key=lambda p: p.start)


def names_in(text: str, context: Context) -> list[Place]:
    """The names of the company and its CRM, the longest reading of each place, deals' own words beyond the account."""
    found: list[Place] = []
    spans = context.lexicon.names_in(text, {"account", "deal", "contact", "person", "product"})
    kinds: dict[str, PlaceKind] = {
        "account": "account", "deal": "deal", "contact": "contact", "person": "colleague", "product": "product",
    }  # fmt: skip
    least = {"account": 0.35, "deal": 0.3, "contact": 0.3, "person": 0.3, "product": 0.5}
    candidates = [s for s in spans if s.score >= least[s.kind]]
    found += [Place("stage", a, b, name) for a, b, name in _said(text, ((s.name, s.name) for s in _open(context)))]
    found += _nearly_stages(text, context, found)
    for category in FORECASTS:
        found += [Place("category", a, b, category) for a, b, _ in _said(text, [(category, category)])]
    found += [Place("category", a, b, means) for a, b, means in _said(text, _CATEGORY_WORDS.items())]
    regions = [Place("region", a, b, r) for a, b, r in _said(text, ((r, r) for r in context.regions))]
    industries = [Place("industry", a, b, i) for a, b, i in _said(text, context.industries.items())]
    rivals = [Place("competitor", a, b, c) for a, b, c in _said(text, ((c, c) for c in context.competitors))]
    named = [Place(kinds[s.kind], s.start, s.end, s.name, s.score) for s in _strongest(candidates, text)]
    kept: list[Place] = []
    for group in (found, named, rivals, regions, industries):
        for one in sorted(group, key=lambda p: p.start - p.end):
            if not _overlaps(one, kept):
                kept.append(one)
    return sorted(kept, key=lambda p: p.start)


def _open(context: Context) -> list[Stage]:
    """The stages that are names; winning and losing are told by everyday words, which the model reads."""
    return [stage for stage in context.stages if stage.kind is StageKind.OPEN]


_CUT_FROM, _MISSPELT_FROM, _ALIKE = 4, 7, 86.0


def _nearly_stages(text: str, context: Context, found: list[Place]) -> list[Place]:
    """Stages cut short (`eval`) or misspelt (`negociation`); words that may be anything else are left alone."""
    names = [s.name for s in _open(context) if s.name.isascii() and " " not in s.name and len(s.name) > _CUT_FROM]
    near: list[Place] = []
    for match in re.finditer(r"[A-Za-z]{4,}", text):
        word = match.group().lower()
        cut = [n for n in names if n.lower().startswith(word) and n.lower() != word]
        like = [
            n
            for n in names
            if len(word) >= _MISSPELT_FROM and n.lower() != word and fuzz.ratio(word, n.lower()) >= _ALIKE
        ]
        if len({*cut, *like}) == 1:
            near.append(Place("stage", match.start(), match.end(), (cut or like)[0], 0.8))
    return [one for one in near if not _overlaps(one, found)]


_RANK: dict[NameKind, int] = {"account": 0, "product": 1, "contact": 2, "person": 3}


def _strongest(spans: Iterable[NamedSpan], text: str) -> list[NamedSpan]:
    """Of names at one place the likeliest: the longest, then the one best said; of equals a company before a person.

    A deal stands where its words go beyond its account's: `globex [dock rollout]`, though a part be a product's name.
    """
    spans = list(spans)
    best: list[NamedSpan] = []

    def free(start: int, end: int) -> bool:
        return not any(start < other.end and other.start < end for other in best)

    others = [s for s in spans if s.kind != "deal"]
    accounts = [s for s in others if s.kind == "account"]
    deals = [cut for s in spans if s.kind == "deal" for cut in [_beyond(s, accounts, text)] if cut]
    longest: dict[tuple[int, int], NamedSpan] = {}
    for deal in sorted(deals, key=lambda s: (s.start - s.end, -s.score)):
        if not any(a <= deal.start and deal.end <= b for a, b in longest):
            longest[deal.start, deal.end] = deal
    for span in sorted(accounts, key=lambda s: (s.start - s.end, -s.score)):
        if free(span.start, span.end):
            best.append(span)
    for span in sorted(longest.values(), key=lambda s: (s.start - s.end, -s.score)):
        inside = [o for o in others if o.kind == "product" and span.start < o.end and o.start < span.end]
        if free(span.start, span.end) and all(o.end - o.start < span.end - span.start for o in inside):
            best.append(span)
    for span in sorted(others, key=lambda s: (s.start - s.end, -s.score, _RANK[s.kind])):
        if free(span.start, span.end):
            best.append(span)
    return best


def _beyond(deal: NamedSpan, accounts: Iterable[NamedSpan], text: str) -> NamedSpan | None:
    """A deal's words without the account's before or behind them; None where nothing is left."""
    start, end = deal.start, deal.end
    for account in accounts:
        if account.start <= start < account.end:
            start = account.end
        if account.start < end <= account.end:
            end = account.start
    words = text[start:end]
    start += len(words) - len(words.lstrip())
    return replace(deal, start=start, end=start + len(words.strip())) if words.strip() else None


def _said(text: str, words: Iterable[tuple[str, str]]) -> list[tuple[int, int, str]]:
    """Where words stand as whole words, with what they mean."""
    return [
        (m.start(), m.end(), means)
        for word, means in words
        if word
        for m in re.finditer(
            re.escape(word) if HAS_CJK.search(word) else rf"(?<![A-Za-z0-9_]){re.escape(word)}(?![A-Za-z0-9_])",
            text,
            re.I,
        )
    ]


def _overlaps(one: Place, others: Iterable[Place]) -> bool:
    return any(one.start < other.end and other.start < one.end for other in others)


def places_in(text: str, context: Context) -> list[Place]:
    """All names and values of a message in order; a name's own figures are part of the name."""
    names = names_in(text, context)
    values = values_in(text, context.today, context.fiscal, day_first=context.day_first)
    spelt = [p for p in values if p.kind in {"email", "phone"}]
    names = [p for p in names if not _overlaps(p, spelt)]
    return sorted([*names, *(p for p in values if not _overlaps(p, names))], key=lambda p: p.start)
