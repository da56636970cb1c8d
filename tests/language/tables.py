"""How the readers of dates, money and durations do on the corpora of Recognizers-Text and Duckling, by named
categories.
"""

import argparse
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.domain.periods import Period
from bot.language.spans.dates import find_dates
from bot.language.spans.durations import find_duration
from bot.language.spans.money import find_money

CORPORA = Path(__file__).parents[3] / "shared" / "data" / "language"

SUPPORTED = {
    "today, tomorrow, yesterday": "today and the two days on either side, in words",
    "now": "the present moment, which is today",
    "weekday": "a weekday alone or with this, next, last, coming",
    "weekday of a week": "a weekday of this, last or next week",
    "weekday with its date": "a weekday and the day of the month it falls on",
    "nth weekday or day of a month": "first Monday of March, third day of October",
    "day of the month": "the 15th, 20th of next month",
    "day and month": "a month by name and a day in figures, with or without a year",
    "day and month in words": "a month by name and a day as a word",
    "day in figures": "2015-03-03, 3/3/15, 4.25.",
    "in or ago": "in two weeks, three days ago, counted from today",
    "counted from another day": "two weeks from Friday, three Fridays from now",
    "day with a clock time": "a day and an hour; only the day is asked for",
    "day with a part of the day": "tomorrow afternoon, last night; only the day is asked for",
    "week": "this, last, next week, the week of a day",
    "month": "a month by name or figures, this, last, next month",
    "quarter": "Q3, third quarter, this, last, next quarter",
    "half": "the first or second half of a year",
    "year": "a year in figures, this, last, next year",
    "part of a period": "ends, starts and middles of weeks, months and years, early, late, later, earlier",
    "deadline": "by the end of, within: the last day allowed",
    "no date": "nothing that names a day or period",
    "amount with a currency sign": "$ 1,200",
    "amount with a currency code": "usd 200",
    "amount with a currency word": "ten pounds",
    "amount with a scale": "a currency and thousand, million, k, lakh, 万",
    "no amount": "nothing that is surely money",
    "minutes and hours": "whole minutes, up to a day",
    "no duration": "nothing that lasts",
}

OUT_OF_SCOPE = {
    "holiday": "the date depends on country and religion; nobody sets a close date by it",
    "season": "no period a CRM field takes",
    "weekend": "no period a CRM field takes",
    "recurring": "a rule (every Monday), not a day",
    "business days": "arithmetic over working calendars",
    "decade or century": "longer than any deal",
    "era": "years of other eras",
    "fiscal or school year": "the corpus itself leaves it unresolved",
    "time zone": "the day depends on a zone in the text",
    "time of day alone": "no day is said",
    "minutes or hours from now": "a moment within the day",
    "time range within a day": "from an hour to another",
    "open interval": "before, after, since, until: one bound only",
    "range of two dates": "does not name a single period",
    "nth week or month of a period": "week 31, first week of January: the corpora disagree on which week is the first",
    "counted backwards or by nearness": "third last week, second closest Monday",
    "reference to elsewhere": "that week, the day after: needs the sentence before",
    "bare period word": "`the week`, `the year` without this or next, mostly no date at all (partner of the year)",
    "weekday against its date": "Friday 5/12 where that day is a Sunday: to be asked back",
    "year in words": "speech: nineteen eighty six",
    "Cantonese": "Cantonese words and numerals, another language than the one read",
    "cents, pence": "amounts below one unit of the currency",
    "main and minor unit": "20 dollars 43",
    "amount range": "between two amounts",
    "other currency": "not among the 25 currencies most traded (BIS survey 2022)",
    "bare number": "only its surroundings can make it money",
    "currency without an amount": "dollar",
    "seconds": "below one minute",
    "days and longer": "a stretch of days, no working time",
    "other convention: weekday of today": (
        "Monday said on a Monday is next Monday ahead and today behind; recognizers: today ahead"
    ),
    "other convention: date of today": (
        "a date without a year that is today's means today ahead and behind; recognizers: next year"
    ),
    "other convention: last weekday": (
        "last Wednesday is the latest one before today; recognizers: always that of last week"
    ),
    "other convention: span of several units": (
        "the last N days end today; duckling: whole units without the present one; recognizers: without today"
    ),
    "other convention: years round to a month": "two years ago is a day; duckling answers with the month",
    "other convention: week bounds": (
        "a week is Monday to Sunday around the day; the corpora begin it on the day, after it, or end it on Saturday"
    ),
    "other convention: two-digit year": "of this century; the corpora count some of them to the last",
    "other convention: this morning": (
        "this morning, evening is today; duckling moves past and midnight hours to tomorrow"
    ),
    "other convention: the 21st": "a day of the month counts with or without `on`; recognizers: only with it",
    "other convention: weeks in Chinese": "这周一, 下周三 are of this and next week; duckling: the nearest such day",
    "other convention: N days after in Chinese": "三天後 is the day in three days; duckling: the three days to come",
}

MAJOR = frozenset(re.findall("...", "USDEURJPYGBPCNYAUDCADCHFHKDSGDSEKKRWNOKNZDINRMXNTWDZARBRLDKKPLNTHBILSIDRCZK"))


@dataclass(frozen=True, slots=True)
class Days:
    """The period that a mention means behind and ahead; of parts and deadlines a day at its `edge` is asked for."""

    today: date
    mention: tuple[int, int]
    behind: Period | None
    ahead: Period | None
    edge: str = ""


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount and its currency, None where the text leaves it open."""

    mention: tuple[int, int]
    amount: Decimal
    currency: str | None


@dataclass(frozen=True, slots=True)
class Minutes:
    """A duration in minutes."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Nothing:
    """A text in which `reader` (dates, money, durations) must find nothing."""

    reader: str
    today: date = date(2016, 11, 7)


Expected = Days | Amount | Minutes | Nothing | None


@dataclass(frozen=True, slots=True)
class Case:
    """One mention of a corpus; `expected` is None where the corpus gives nothing to compare with."""

    corpus: str
    category: str
    text: str
    expected: Expected


@dataclass(frozen=True, slots=True)
class Failure:
    """A case read otherwise."""

    text: str
    expected: str
    got: str


@dataclass(frozen=True, slots=True)
class Row:
    """A category of a corpus."""

    corpus: str
    category: str
    supported: bool
    passed: int
    total: int
    failures: tuple[Failure, ...]


# Cue words, English

_ORD = r"(?:first|second|third|fourth|fifth|1st|2nd|3rd|4th|5th)"
_UNIT = r"(?:days?|weeks?|fortnights?|months?|quarters?|years?)"
_WEEKDAY = r"\b(?:mon|tue|wed|thu|fri|sat|sun)(?:s|day|sday|nesday|r|rs|rsday|urday)?s?\b"
_MONTH = (
    r"(?<![a-z])(?:jan|feb|mar|apr|may|june?|july?|aug|sept?|oct|nov|dec)(?:uary|ruary|ch|il|ust|ember|tember"
    r"|ober)?(?![a-z])"
)
_NEAR = r"\b(?:today|tonight|tonite|tomorrows?|tmrw|yesterday|this (?:morning|afternoon|evening)|last night)\b"
_FIGURES = r"\d{1,4}\s?[-/.]\s?\d{1,2}(?:[-/.]\d+)?|\b20\d{6}\b|\b20\d\d \d\d \d\d\b"
_CLOCK = (
    r"\d\s?(?:[ap]\.?m?\b|h\b|h\d|:\d|o'?clock)|\bat\b|@|\bfor \d|noon|midnight|\bpast\b|\b(?:seven|eight|nine"
    r"|ten) [ap]\b|\btonight|^\d+ to"
)
_DAYPART = r"morning|afternoon|evening|night|tonite|lunch|\bin the day\b|\bmid today\b|\blater in today\b"
_SHORT = r"\b(?:sec|secs|seconds?|min|mins|minutes?|hours?|hrs?)\b|\d ?(?:h|'|\")(?=\W|$)"
_OFFSET = rf"\b(?:in|within)\b.*\b{_UNIT}|\b{_UNIT}.*\b(?:ago|back|hence|later|from (?:now|today|right now))\b"
_DAY_WORD = (
    r"\b(?:first|second|third|fourth|fifth|\w+teenth|\w+tieth|(?:sixth|seventh|eighth|ninth|tenth|eleventh"
    r"|twelfth)|twenty|thirty|ides|fifteen)\b"
)
_YEAR_WORD = r"\b(?:nineteen|eighteen|seventeen) (?:hundred|\w+ty|\w+teen)|two thousand"
_NOW = r"\bnow\b|\bat the (?:moment|minute)\b|\batm\b|\bat (?:this|the present) time\b|\bat present\b|\bpresent\b"
_PART = r"\b(?:early|earlier|late|later|mid|middle|beginning|start|end|eo[dwmqy]|bo[my]|rest of|remaining)\b"
_RANGE = (
    r"\d\s?[-~]\s?(?:\d|[a-z]{3})|\b(?:to|through|thru|till|until|untill|between|from|for)\b| - |/\d+.*-|[a-z]-[a-z]{3}"
)
_HOLIDAY = (
    r"christmas|xmas|easter|thanksgiving|halloween|new years?\b|new year's|black friday|earth day"
    r"|independence|lab(?:or|our) day|workers' day"
    r"|juneteenth|freedom day|jubilee day|patrick|\beid\b|\bmlk\b|luther king|boss's"
)

# Cues that decide before the grain does

_FIRST: list[tuple[str, str]] = [
    ("holiday", _HOLIDAY),
    ("weekend", r"week[- ]?end|wkend"),
    ("decade or century", r"decade|centur|\b(?:\d\d)?\d0 ?s\b|nineties"),
    ("season", r"summer|winter|autumn|seasons?\b"),
    ("business days", r"business day|work(?:ing )?week|workday"),
    ("era", r"\b[ab]\.?[cd]\b\.?"),
    ("time zone", r"\b(?:gmt|utc|c[es]t|[pe]st|bst|ist)\b"),
    ("counted backwards or by nearness", r"closest|\b(?:second|2nd|third|3rd|fifth|5th) last\b"),
    ("reference to elsewhere", r"^(?:that|same)\b|^the (?:next )?day(?: before| after)?$|\botd\b"),
    ("bare period word", r"^(?:the|all) (?:hour|day|week|month|year|fortnight)$"),
    ("year in words", _YEAR_WORD),
    ("today, tomorrow, yesterday", r"^(?:on )?(?:the )?day (?:after tomorrow|before yesterday)$"),
]


def _has(pattern: str, text: str) -> bool:
    return re.search(pattern, text) is not None


def _english(said: str, grain: str) -> str:
    """The category of an English mention of a day, a period or a time."""
    said = said.lower()
    if grain in OUT_OF_SCOPE and grain != "open interval":
        return grain
    if grain == "week" and said in {"all week", "the week"}:
        return "other convention: week bounds" if said == "all week" else "bare period word"
    for name, pattern in _FIRST:
        if _has(pattern, said):
            return name
    if grain == "open interval":
        return "deadline" if said.startswith("by ") and not _has(_CLOCK, said) else grain
    match grain:
        case "moment":
            return _english_moment(said)
        case "hours":
            return _english_hours(said)
        case "day":
            return _english_day(said)
    return _english_period(said, grain)


def _names_day(said: str) -> bool:
    return _has(rf"{_NEAR}|{_WEEKDAY}|{_MONTH}|\d/\d|\d\.\d\d?\.\d|{_OFFSET}", said)


def _english_moment(said: str) -> str:
    if _has(r"\bend of\b|\beod\b", said):
        return "part of a period"
    if _has(r"from (?:right )?now", said) and _has(rf"\b{_UNIT}", said) and not _has(_SHORT, said):
        return "in or ago"
    if _has(_SHORT, said) and not _has(rf"\bpast\b|{_CLOCK}", said.replace("in half an", "")):
        return "minutes or hours from now"
    if _has(r"^in (?:about )?(?:\d/\d|half|a quarter|three)", said) and _has(r"h\b|hour", said):
        return "minutes or hours from now"
    if _has(_OFFSET, said) and not _has(r"\d ?[ap]m|\bat\b", said):
        return "in or ago"
    if _names_day(said) or _has(r"the day after tomorrow|day before yesterday", said):
        return "minutes or hours from now" if _has(r"^today in", said) else "day with a clock time"
    return "now" if _has(_NOW, said) else "time of day alone"


def _english_hours(said: str) -> str:
    if said.startswith("by "):
        return "open interval" if _has(_CLOCK, said) else "deadline"
    if _has(_SHORT, said) and _has(r"last|next|past|coming|upcoming|previous|within|later", said):
        return "minutes or hours from now"
    if _has(rf"^within\b.*\b{_UNIT}", said):
        return "deadline"
    if _has(_DAYPART, said) and not _has(r"\d\s?(?:-|to|and)\s?\d|\bbetween\b|\bfrom\b|\bto\b|starting", said):
        return "day with a part of the day" if _names_day(said) or "in the day" in said else "time of day alone"
    return "time range within a day" if _names_day(said) or _has(r"\d", said) else "time of day alone"


def _english_day(said: str) -> str:
    weekday, month = _has(_WEEKDAY, said), _has(_MONTH, said)
    if _has(rf"(?:{_ORD}|last) weeks? of", said):
        return "nth week or month of a period"
    if _has(r"\b(?:last|first) day (?:of|in)", said):
        return "part of a period"
    if _has(rf"\b(?:{_ORD}|last) (?:day|{_WEEKDAY}) (?:of|in)\b", said):
        return "nth weekday or day of a month"
    if weekday and _has(r"\b(?:week|week's)\b", said) and not _has(rf"\d {_UNIT}|from now", said):
        return "weekday of a week"
    if _has(rf"upcoming.*\b{_UNIT}|\b(?:last|next|past) \w+ (?:days|weeks)", said):
        return "other convention: span of several units"
    if (weekday or month) and _has(rf"{_OFFSET}|days? (?:ago|back)|from now|\bago\b|\bback\b", said):
        return "counted from another day"
    if _has(rf"\b{_UNIT} (?:from|after|before|since)\b(?! (?:now|today|next$))", said):
        return "counted from another day"
    if _has(rf"{_OFFSET}|\b{_UNIT} (?:from|after) today", said):
        return "in or ago"
    if weekday:
        return "weekday with its date" if month or _has(rf"\d|{_DAY_WORD}", said) else "weekday"
    if _has(_NEAR, said):
        return "today, tomorrow, yesterday"
    if _has(_NOW, said):
        return "now"
    if month:
        return "day and month" if _has(r"(?<!\d)\d{1,2}(?!\d)", said) else "day and month in words"
    return "day in figures" if _has(_FIGURES, said) else "day of the month"


def _english_period(said: str, grain: str) -> str:
    if _has(r"to date|\btill date", said):
        return "open interval"
    if said.startswith(("by ", "within ")):
        return "deadline"
    if _has(rf"(?:{_ORD}|last|\d) weeks? of\b|\bweek \d|(?:{_ORD}|\d+th|last \w+) months? of|first \w+ days of", said):
        return "nth week or month of a period"
    if _has(r"\bweek (?:of|beginning)\b", said):
        return "week"
    if grain == "interval" and _has(r"\bh[12]\b|half", said):
        return "half"
    quarter = (
        r"^(?:the )?(?:\w+ )?(?:quarter|q[1-4])(?:-20\d\d)?$|^20\d\d[- ]?q[1-4]$|quarter of|^q[1-4] (?:of |in )?\d+$"
    )
    if grain == "interval" and _has(quarter, said):
        return "quarter"
    if _has(_PART, said) and not _has(r"\b(?:from|between)\b", said):
        return "part of a period"
    several = rf"\b(?:last|next|past|coming|upcoming|previous|following)\b.*\b{_UNIT}|fortnight"
    if _has(several, said) and (grain == "interval" or _has(r"\b(?:two|2)\b", said)) and not said.startswith("from"):
        return "other convention: span of several units"
    if grain == "interval":
        return "range of two dates"
    if _has(rf"^{_MONTH} in (?:a|1) year", said):
        return "counted from another day"
    return "in or ago" if _has(rf"{_UNIT} (?:ago|hence)", said) else grain


# Cue words, Chinese (simplified and traditional)

_ZH_CANTONESE = (
    "尋日|聽日|宜家|而家|依家|今個|晏晝|個鐘|個字|個半鐘|蚊|毫|仙|今星期|今[礼禮]拜"
    "|^[一五]?個[半九]$|^個半|卅|廿|大?後日"
)
_ZH_WEEKDAY = "(?:周|週|星期|礼拜|禮拜)[一二三四五六日天]"
_ZH_SHORT = "秒|分钟|分鐘|小时|小時"
_ZH_UNIT = "(?:天|日|周|週|星期|礼拜|禮拜|个月|個月|月|年)"


def _chinese(said: str, grain: str) -> str:
    """The category of a Chinese mention of a day, a period or a time."""
    rules: list[tuple[bool, str]] = [
        (grain in OUT_OF_SCOPE, grain),
        (_has("节|節|圣|聖", said) and grain == "hours", "holiday"),
        (_has("周末|週末", said), "weekend"),
        (_has(_ZH_CANTONESE, said), "Cantonese"),
        (_has(r"\b(?:cet|gmt)\b", said.lower()), "time zone"),
        (_has(_ZH_SHORT, said), "minutes or hours from now"),
        (_has("^今晚", said), "day with a clock time"),
        (_has("早上|早晨", said), "day with a part of the day"),
        (grain == "moment" and _has("现在|現在|[此当當](?:时|時|刻|前)", said), "now"),
        (grain in {"moment", "hours"}, "time of day alone"),
        (_has("第", said), "nth weekday or day of a month"),
        (_has(_ZH_WEEKDAY, said) and "月" in said, "weekday with its date"),
        (_has(f"[这這上下]{_ZH_WEEKDAY}", said), "weekday of a week"),
        (_has(_ZH_WEEKDAY, said), "weekday"),
        (grain == "interval" and _has("^[上前下后後]", said), "other convention: span of several units"),
        (grain == "interval", "other convention: N days after in Chinese"),
        (grain in {"week", "quarter", "year"}, grain),
        (grain == "month", "month"),
        (_has(f"^[大]?[前后後今昨明]{_ZH_UNIT}", said), "today, tomorrow, yesterday"),
        (_has("[上下]个?個?月.*[号號]", said), "day of the month"),
        ("月" in said, "day and month"),
    ]
    return next((name for holds, name in rules if holds), "day in figures")


# Corpora


def cases() -> list[Case]:
    """The cases of all corpora that are present."""
    found: list[Case] = []
    for path, parse in _PARSERS.items():
        if (CORPORA / path).exists():
            found += parse((CORPORA / path).read_text(encoding="utf-8-sig"))
    return found


def _recognizers_dates(text: str) -> Iterator[Case]:
    for item in json.loads(text):
        today = date.fromisoformat(item.get("Context", {}).get("ReferenceDateTime", "2016-11-07")[:10])
        said_text = item["Input"]
        if not item["Results"]:
            the_day = _has(r"\bthe \d+(?:st|nd|rd|th)\b(?! week)", said_text)
            yield Case(
                "recognizers dates",
                "other convention: the 21st" if the_day else "no date",
                said_text,
                Nothing("dates", today),
            )
        long_ones = [r for r in item["Results"] if _kind(r) == "duration"]
        for result in item["Results"]:
            if _kind(result) == "duration":
                yield _recognizers_duration(result, said_text, result is long_ones[0])
            else:
                yield _recognizers_date(result, said_text, today)


def _kind(result: dict[str, Any]) -> str:
    return str(result.get("TypeName") or result["Typename"]).removeprefix("datetimeV2.")


def _mention(result: dict[str, Any], text: str) -> tuple[int, int]:
    start, end = result["Start"], result["End"] + 1
    if text[start:end].lower() != result["Text"].lower():
        start = max(text.lower().find(result["Text"].lower()), 0)
        end = start + len(result["Text"])
    return start, end


def _recognizers_date(result: dict[str, Any], text: str, today: date) -> Case:
    corpus, said, kind = "recognizers dates", result["Text"].lower(), _kind(result)
    values = (result.get("Resolution") or {}).get("values") or [{}]
    timex, mod = values[0].get("timex", ""), values[0].get("Mod", "")
    category = _english(said, _recognizers_grain(kind, timex, mod))
    if any(v.get("value") == "not resolved" for v in values):
        impossible = kind in {"date", "datetime"} and re.match(r"[\dX]{4}-\d\d-\d\d", timex)
        return Case(
            corpus, "no date" if impossible else category, text, Nothing("dates", today) if impossible else None
        )
    periods = sorted({p for v in values if (p := _recognizers_period(v, category))})
    if not periods:
        return Case(corpus, category, text, None)
    category, periods = _fitting(category, said, periods)
    category = _convention(category, said, timex, today, periods)
    ahead = periods[-1] if periods[-1].end > today or (len(periods) == 1 and periods[0].end == today) else None
    behind = periods[0] if len(periods) > 1 or not ahead else None
    return Case(corpus, category, text, Days(today, _mention(result, text), behind, ahead, _edge(category, said)))


def _recognizers_grain(kind: str, timex: str, mod: str) -> str:
    kinds = {"set": "recurring", "timezone": "time zone", "time": "time of day alone", "timerange": "time of day alone"}
    if kind in kinds:
        return kinds[kind]
    rules: list[tuple[str, str]] = [
        (r"^[FS]Y", "fiscal or school year"),
        (r"\b(?:SU|WI|SP|FA)$", "season"),
        (r"WE$", "weekend"),
        (r"BD\)", "business days"),
    ]
    for pattern, name in rules:
        if _has(pattern, timex):
            return name
    if "ref_undef" in mod:
        return "reference to elsewhere"
    if _has("before|after|since|until|more|less", mod):
        return "open interval"
    if kind in {"datetime", "datetimerange"}:
        return "moment" if kind == "datetime" else "hours"
    if kind == "date":
        return "day"
    if timex.startswith("("):
        return "interval"
    return (
        "week" if "W" in timex or re.fullmatch(r"XXXX-(?:XX|\d\d)-\d\d", timex) else "month" if "-" in timex else "year"
    )


def _recognizers_period(value: dict[str, str], category: str) -> Period | None:
    if "value" in value:
        return (
            Period.day(date.fromisoformat(value["value"][:10]))
            if value["value"][:4].isdigit() and "-" in value["value"]
            else None
        )
    start, end = value.get("start", "")[:10], value.get("end", "")[:10]
    if "-" in end and category == "deadline":
        last = date.fromisoformat(end)
        return Period.day(last if not value.get("Mod") else last - timedelta(days=1))
    if "-" not in start or "-" not in end:
        return None
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    if category == "day with a part of the day":
        return Period.day(first)
    return Period(first, max(first, last - timedelta(days=1)))


def _fitting(category: str, said: str, periods: list[Period]) -> tuple[str, list[Period]]:
    """Without the years in which the date does not fall on the weekday said with it."""
    weekday = re.search(_WEEKDAY, said)
    if not weekday or category not in {"weekday with its date", "day with a clock time"}:
        return category, periods
    fitting = [p for p in periods if f"{p.start:%a}".lower() == weekday[0][:3]]
    return (category, fitting) if fitting else ("weekday against its date", periods)


def _convention(category: str, said: str, timex: str, today: date, periods: list[Period]) -> str:
    """The category, or a convention that the expectation contradicts."""
    first, last = periods[0], periods[-1]
    weekday_alone = timex.startswith("XXXX-WXX") and not _has(
        r"\d(?:st|nd|rd|th)?\b(?!:| ?[ap]m)", said.split(" at ")[0]
    )
    if (
        category in {"weekday", "day with a clock time", "day with a part of the day"}
        and weekday_alone
        and last.start == today
    ):
        return "other convention: weekday of today"
    if len(periods) > 1 and first == Period.day(today) and timex.startswith("XXXX-"):
        return "other convention: date of today"
    if category == "weekday" and _has(r"\b(?:last|previous)\b", said) and (today - first.start).days > 7:
        return "other convention: last weekday"
    century = first.start.year < 2000 and _has(r"[-/]\d\d$", said)
    if century or (timex.startswith("XX") and not timex.startswith("XXXX")):
        return "other convention: two-digit year"
    if category == "week" and any(p != Period.week(p.start) for p in periods):
        return "other convention: week bounds"
    return category


def _edge(category: str, said: str) -> str:
    if category == "deadline":
        return "last"
    if category != "part of a period":
        return ""
    if _has(r"\bend\b|\beo[dwmqy]\b|\blast day\b", said):
        return "end"
    return "start" if _has(r"\b(?:beginning|start|bo[my]|first day)\b", said) else "inside"


def _recognizers_duration(result: dict[str, Any], text: str, first: bool) -> Case:
    said = result["Text"].lower()
    seconds = Decimal(result["Resolution"]["values"][0]["value"])
    category = _duration_category(said, seconds)
    alone = category == "minutes and hours" and not first
    return Case("recognizers durations", category, result["Text"] if alone else text, Minutes(int(seconds // 60)))


def _duration_category(said: str, seconds: Decimal) -> str:
    if _has(r"^the hour$", said):
        return "bare period word"
    if _has("day|week|month|quarters?$|year|night|天|日|月|年", said) or _has(r"\d[dwy]$", said):
        return "days and longer"
    return "minutes and hours" if seconds % 60 == 0 else "seconds"


def _recognizers_money(text: str) -> Iterator[Case]:
    units = {"Dollar": "USD", "Pound": "GBP", "Rupee": "INR"}
    minor = {"Cent", "Pence", "Penny", "Sen", "Satoshi"}
    for item in json.loads(text):
        if not item["Results"]:
            yield Case("recognizers money", "no amount", item["Input"], Nothing("money"))
        for result in item["Results"]:
            resolution = result["Resolution"]
            currency = resolution.get("isoCurrency") or units.get(resolution["unit"])
            value = resolution.get("value")
            if value is None:
                yield Case("recognizers money", "currency without an amount", item["Input"], None)
                continue
            category = _money_category(result["Text"], Decimal(value), currency, resolution["unit"] in minor)
            yield Case(
                "recognizers money",
                category,
                item["Input"],
                Amount(_mention(result, item["Input"]), Decimal(value), currency),
            )


def _money_category(said: str, amount: Decimal, currency: str | None, minor: bool) -> str:
    said = said.lower()
    if minor:
        return "cents, pence"
    if currency not in MAJOR:
        return "other currency"
    if amount % 1 and not _has(r"\d[.,]\d", said):
        return "main and minor unit"
    if _has(r"million|billion|thousand|hundred|lakh|crore|\d\s?[kmb]\b|\bm(?:usd|eur|gbp|aud)", said):
        return "amount with a scale"
    if _has(r"[$€£¥₹₪₩]", said):
        return "amount with a currency sign"
    code = currency and _has(rf"(?<![a-z]){currency.lower()}(?![a-z])", said)
    return "amount with a currency code" if code else "amount with a currency word"


# Duckling: Haskell source read as text


def _duckling_examples(source: str) -> Iterator[tuple[str, str, list[str]]]:
    """(top-level definition, expected value, texts) of each group of examples."""
    source = re.sub(r"(?m)^\s*--.*$", "", source)
    names = [(m.start(), m[1]) for m in re.finditer(r"(?m)^(\w+) ::", source)]
    for match in re.finditer(r"examples (=|(?=\())\s*", source):
        where = [name for at, name in names if at < match.start()][-1]
        at = match.end()
        value = ""
        if not match[1]:
            depth = 0
            for end in range(at, len(source)):
                depth += {"(": 1, ")": -1}.get(source[end], 0)
                if depth == 0:
                    break
            value, at = source[at + 1 : end], end + 1
        items = re.compile(r'\s*\[((?:\s|,|"(?:\\.|[^"\\])*")*)\]').match(source, at)
        if items:
            yield where, " ".join(value.split()), [_unescaped(s) for s in re.findall(r'"((?:\\.|[^"\\])*)"', items[1])]


def _unescaped(literal: str) -> str:
    text = re.sub(r"\\x([0-9a-fA-F]+)", lambda m: chr(int(m[1], 16)), literal)
    return text.replace("\\&", "").replace('\\"', '"').replace("\\\\", "\\")


_NEXT: dict[str, Callable[[date], Period]] = {
    "Week": Period.week,
    "Month": lambda d: Period.month(d.year, d.month),
    "Quarter": lambda d: Period.months(d.year, d.month, 3),
    "Year": lambda d: Period.months(d.year, 1, 12),
}


def _duckling_dates(corpus: str, chinese: bool) -> Callable[[str], Iterator[Case]]:
    def parse(source: str) -> Iterator[Case]:
        for where, value, texts in _duckling_examples(source):
            today = date(2013, 2, 15) if where == "diffCorpus" else date(2013, 2, 12)
            for text in texts:
                if where == "negativeCorpus":
                    day = _has(_HOLIDAY, text.lower())
                    yield Case(corpus, "holiday" if day else "no date", text, Nothing("dates", today))
                else:
                    yield _duckling_date(corpus, value, text, today, chinese)

    return parse


def _duckling_date(corpus: str, value: str, text: str, today: date, chinese: bool) -> Case:
    said = text.lower()
    stamps = [[int(x) for x in m.split(",")] for m in re.findall(r"\((-?\d[-\d, ]*)\)", value)]
    unit = re.findall(r"\b(Second|Minute|Hour|Day|Week|Month|Quarter|Year)\b", value)[0]
    if value.startswith(("datetimeHoliday", "datetimeIntervalHoliday")):
        grain = "holiday"
    elif value.startswith("datetimeOpenInterval"):
        grain = "open interval"
    elif value.startswith("datetimeInterval"):
        grain = "hours" if unit in {"Second", "Minute", "Hour"} else "interval"
    else:
        grain = {"Second": "moment", "Minute": "moment", "Hour": "moment"}.get(unit, unit.lower())
    if grain == "interval" and said in {"all week", "the week"}:
        grain = "week"
    category = _chinese(text, grain) if chinese else _english(said, grain)
    if category == "era" or stamps[0][0] < 1:
        return Case(corpus, category, text, None)
    days = [date(s[0], max(s[1], 1), max(s[2], 1)) for s in stamps]
    if len(days) > 1:
        last = days[1] if any(stamps[1][3:]) else days[1] - timedelta(days=1)
        period = Period.day(days[0]) if grain == "hours" else Period(days[0], last)
        if category == "deadline":
            period = Period.day(days[1] if said.startswith("within") else last)
    else:
        period = _NEXT.get(unit, Period.day)(days[0])
    category = _duckling_convention(category, said, today, period, chinese)
    past = period.end < today
    return Case(
        corpus,
        category,
        text,
        Days(today, (0, len(text)), period if past else None, None if past else period, _edge(category, said)),
    )


def _duckling_convention(category: str, said: str, today: date, period: Period, chinese: bool) -> str:
    """The category, or a convention that the expectation contradicts."""
    if _has(r"\byears?\b", said) and category in {"in or ago", "day with a clock time"} and period.start.day == 1:
        return "other convention: years round to a month"
    if (
        category == "day with a clock time"
        and _has("this (?:morning|afternoon|evening)", said)
        and period.start != today
    ):
        return "other convention: this morning"
    if period.end.year < 2000 and _has(r"[-/]\d\d$", said):
        return "other convention: two-digit year"
    number = re.search(r"week of \D*(\d+)", said)
    if (
        category == "week"
        and number
        and int(number[1]) not in {(period.start + timedelta(days=i)).day for i in range(7)}
    ):
        return "other convention: week bounds"
    if chinese and category == "weekday of a week":
        weeks = {"这": 0, "這": 0, "上": -1, "下": 1}[said[0]]
        if Period.week(period.start) != Period.week(today + timedelta(weeks=weeks)):
            return "other convention: weeks in Chinese"
    return category


def _duckling_money(corpus: str, chinese: bool) -> Callable[[str], Iterator[Case]]:
    names = {"Dollar": "USD", "Pound": "GBP", "Cent": None, "Unnamed": None}

    def parse(source: str) -> Iterator[Case]:
        for where, value, texts in _duckling_examples(source):
            for text in texts:
                if where == "negativeCorpus":
                    yield Case(corpus, "no amount", text, Nothing("money"))
                    continue
                kind, unit, first = re.findall(r"[\w.]+", value)[:3]
                currency, amount = names.get(unit, unit), Decimal(first)
                said = text.lower()
                if kind == "between":
                    category = "amount range"
                elif _has(_ZH_CANTONESE, said):
                    category = "Cantonese"
                elif where == "latentCorpus":
                    category = "bare number"
                elif chinese and _has("[角毛分]|块[二零]", said):
                    category = "main and minor unit" if _has("[块元]", said) else "cents, pence"
                else:
                    category = _money_category(text, amount, currency or "USD", unit == "Cent")
                # duckling names 元 and 块 by its general sign for a main unit, which leaves the currency open
                yield Case(
                    corpus,
                    category,
                    text,
                    Amount((0, len(text)), amount, None if chinese and unit == "Dollar" else currency),
                )

    return parse


def _duckling_durations(corpus: str) -> Callable[[str], Iterator[Case]]:
    seconds = {"Second": 1, "Minute": 60, "Hour": 3600}

    def parse(source: str) -> Iterator[Case]:
        for where, value, texts in _duckling_examples(source):
            for text in texts:
                if where == "negativeCorpus":
                    yield Case(corpus, "no duration", text, Nothing("durations"))
                    continue
                _, number, unit = value.split()
                length = Decimal(number) * seconds.get(unit, 86400)
                category = "days and longer" if unit not in seconds else _duration_category(text.lower(), length)
                if _has(_ZH_CANTONESE, text):
                    category = "Cantonese"
                yield Case(corpus, category, text, Minutes(int(length // 60)))

    return parse


_PARSERS: dict[str, Callable[[str], Iterator[Case]]] = {
    "recognizers/English.DateTimeModel.json": _recognizers_dates,
    "recognizers/English.CurrencyModel.json": _recognizers_money,
    "duckling/Time_EN.Corpus.hs": _duckling_dates("duckling dates EN", False),
    "duckling/Time_ZH.Corpus.hs": _duckling_dates("duckling dates ZH", True),
    "duckling/AmountOfMoney_EN.Corpus.hs": _duckling_money("duckling money EN", False),
    "duckling/AmountOfMoney_ZH.Corpus.hs": _duckling_money("duckling money ZH", True),
    "duckling/Duration_EN.Corpus.hs": _duckling_durations("duckling durations EN"),
    "duckling/Duration_ZH.Corpus.hs": _duckling_durations("duckling durations ZH"),
}


# Judging


def evaluate(judged: Iterable[Case]) -> list[Row]:
    """A row for each category of each corpus, in the order of the corpora, supported ones first."""
    total: dict[tuple[str, str], int] = defaultdict(int)
    failures: dict[tuple[str, str], list[Failure]] = defaultdict(list)
    for case in judged:
        key = (case.corpus, case.category)
        total[key] += 1
        failure = _judge(case)
        if failure:
            failures[key].append(failure)
    corpora = list(dict.fromkeys(corpus for corpus, _ in total))
    categories = [*SUPPORTED, *OUT_OF_SCOPE]
    return [
        Row(
            corpus,
            category,
            category in SUPPORTED,
            total[corpus, category] - len(wrong),
            total[corpus, category],
            tuple(wrong),
        )
        for corpus, category in sorted(total, key=lambda k: (corpora.index(k[0]), categories.index(k[1])))
        for wrong in [failures[corpus, category]]
    ]


def _judge(case: Case) -> Failure | None:
    match case.expected:
        case Days() as days:
            return _judge_days(case.text, days)
        case Amount(mention, amount, currency):
            found = [m for m in find_money(case.text) if _overlap((m.start, m.end), mention)]
            right = bool(found) and all(
                m.amount == amount and (currency is None or m.currency == currency) for m in found
            )
            got = ", ".join(f"{m.amount:f} {m.currency or '?'}" for m in found)
            return (
                None
                if right
                else Failure(
                    _shown_mention(case.text, mention), f"{amount:f} {currency or ''}".strip(), got or "nothing"
                )
            )
        case Minutes(minutes):
            read = find_duration(case.text)
            return (
                None
                if read and read[0] == minutes
                else Failure(case.text, f"{minutes} min", f"{read[0]} min" if read else "nothing")
            )
        case Nothing(reader, today):
            got = _spurious(case.text, reader, today)
            return Failure(case.text, "nothing", got) if got else None
        case None:
            return Failure(case.text, "not comparable", "")


def _judge_days(text: str, days: Days) -> Failure | None:
    for ahead, expected in ((False, days.behind), (True, days.ahead)):
        if expected is None:
            continue
        found = [
            d.period for d in find_dates(text, days.today, ahead=ahead) if _overlap((d.start, d.end), days.mention)
        ]
        if not found or not all(_agrees(period, expected, days.edge) for period in found):
            heading = (
                f"{_shown_mention(text, days.mention)} (today {days.today:%a %Y-%m-%d}, "
                f"{'ahead' if ahead else 'behind'})"
            )
            return Failure(
                heading,
                _shown(expected) + (f" ({days.edge})" if days.edge else ""),
                ", ".join(map(_shown, found)) or "nothing",
            )
    return None


def _agrees(found: Period, expected: Period, edge: str) -> bool:
    """Equal; of a part of a period one day will do: the last (of a week also Friday), the first, any inside; a deadline
    may be a span.
    """
    if found == expected or not edge:
        return found == expected
    if edge == "last":
        return found.end == expected.end
    if edge == "start":
        return found == Period.day(expected.start)
    if edge == "end":
        friday = Period.day(Period.week(expected.end).start + timedelta(days=4))
        return found == Period.day(expected.end) or (found == friday and (expected.end - expected.start).days < 7)
    return expected.start <= found.start and found.end <= expected.end


def _spurious(text: str, reader: str, today: date) -> str:
    if reader == "dates":
        found = [d for ahead in (True, False) for d in find_dates(text, today, ahead=ahead)]
        return ", ".join(dict.fromkeys(f"{text[d.start : d.end]}={_shown(d.period)}" for d in found))
    if reader == "money":
        return ", ".join(f"{m.amount} {m.currency}" for m in find_money(text) if m.sure)
    read = find_duration(text)
    return f"{read[0]} min" if read else ""


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def _shown_mention(text: str, mention: tuple[int, int]) -> str:
    start, end = mention
    return (
        f"…{text[max(0, start - 12) : start]}[{text[start:end]}]{text[end : end + 8]}…"
        if end - start < len(text)
        else text
    )


def _shown(period: Period) -> str:
    return str(period.start) if period.start == period.end else f"{period.start}..{period.end}"


def totals(rows: list[Row]) -> list[str]:
    """A Markdown line for each corpus: how much of its supported subset is read right, and what is out of scope."""
    lines = []
    for corpus in dict.fromkeys(row.corpus for row in rows):
        inside = [row for row in rows if row.corpus == corpus and row.supported]
        outside = sum(row.total for row in rows if row.corpus == corpus and not row.supported)
        right, total = sum(row.passed for row in inside), sum(row.total for row in inside)
        lines.append(f"| {corpus} | {right} | {total} | {right / total:.0%} | {outside} |")
    return lines


def main() -> None:
    """Print the table in Markdown."""
    parser = argparse.ArgumentParser(description=main.__doc__)
    parser.add_argument("--failures", action="store_true", help="list the supported cases that are read otherwise")
    parser.add_argument("--category", help="list all cases of one category that are read otherwise")
    asked = parser.parse_args()
    rows = evaluate(cases())
    print("| corpus | category | supported | right | of |\n|---|---|---|---:|---:|")
    for row in rows:
        print(f"| {row.corpus} | {row.category} | {'yes' if row.supported else 'no'} | {row.passed} | {row.total} |")
    print("\n| supported subset of | right | of | share | out of scope |\n|---|---:|---:|---:|---:|")
    print("\n".join(totals(rows)))
    for row in rows:
        if row.category == asked.category or (asked.failures and row.supported and row.failures):
            print(f"\n{row.corpus}: {row.category}, {row.passed} of {row.total}")
            for failure in row.failures:
                print(f"  {failure.text} → {failure.expected}, got {failure.got}")


if __name__ == "__main__":
    main()
