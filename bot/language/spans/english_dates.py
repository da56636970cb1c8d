"""Days and periods as English says them: one pattern and its reader each."""

import re
from datetime import date, timedelta

from bot.domain.periods import Period
from bot.domain.text import worded
from bot.language.spans import calendar as c
from bot.language.spans import numbers as n
from bot.language.spans.calendar import Clock, Read, Rules

RULES: Rules = []
rule = c.rule_of(RULES)

WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
MONTHS = {
    m: i for i, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)
}
NUMBER_WORD = (
    "one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|a couple(?: of)?|a few|an?"
)
WD = (
    r"(?:mon(?:days?)?|tue(?:s|sdays?)?|wed(?:s|nesdays?)?|thu(?:r|rs|rsdays?)?|fri(?:days?)?"
    r"|(?:saturdays?|sat(?!\s+(?:in|at|down|there|around|idle|with|on (?:the|his|her|my)|and)\b))|sun(?:days?)?)"
)
MON = (
    r"(?:january|february|march|april|june|july|august|september|october|november|december|jan|feb|mar|apr|may"
    r"|jun|jul|aug|sept|sep|oct|nov|dec)"
)
NUM = rf"(?:\d{{1,3}}|{NUMBER_WORD})"
UNIT = r"(?:days?|weeks?|wks?|months?|mths?|quarters?|qtrs?|years?|yrs?|fortnights?)"
YEAR = r"(?:(?:19|20|21)\d\d|['’]\d\d)"
_ORDINALS = [
    "first",
    "second",
    "third",
    "fourth",
    "fifth",
    "sixth",
    "seventh",
    "eighth",
    "ninth",
    "tenth",
    "eleventh",
    "twelfth",
    "thirteenth",
    "fourteenth",
    "fifteenth",
    "sixteenth",
    "seventeenth",
    "eighteenth",
    "nineteenth",
    "twentieth",
]
ORDINAL_WORDS = {word: i for i, word in enumerate(_ORDINALS, 1)} | {"thirtieth": 30}
ORDINAL_WORDS |= {f"twenty{mark}{word}": 20 + i for i, word in enumerate(_ORDINALS[:9], 1) for mark in " -"}
ORDINAL_WORDS |= {f"thirty{mark}first": 31 for mark in " -"}
ORDINAL_WORD = "(?:" + "|".join(sorted(ORDINAL_WORDS, key=len, reverse=True)) + ")"
_NEXT = {"next", "nxt", "following", "coming", "upcoming"}
_LAST = {"last", "lst", "past", "previous", "prior"}
REL = (
    r"(?:this coming|this past|this|next|nxt|following|upcoming|coming|last|lst|past|previous|prior|current"
    r"|the following|the coming|the past)"
)


def step_of(said: str | None) -> int:
    word = (said or "").lower().split()[-1] if said else ""
    return 1 if word in _NEXT else -1 if word in _LAST else 0


def weekday_of(name: str) -> int:
    return WEEKDAYS[name[:3].lower()]


def month_of(name: str) -> int:
    return MONTHS[name[:3].lower()]


def count_of(text: str) -> int:
    text = text.lower()
    if text.isdigit():
        return int(text)
    if text.startswith("a couple"):
        return 2
    if text.startswith("a few"):
        return 3
    return 1 if text in {"a", "an"} else int(n.english(text))


def year_of(said: str | None) -> int | None:
    return c.full_year(said.strip("'’")) if said else None


def _ordinal(text: str) -> int:
    text = text.lower()
    return ORDINAL_WORDS[text] if text in ORDINAL_WORDS else int(re.sub(r"\D", "", text))


@rule(
    r"\b(?:today'?s?|tonight|tonite|just now|right now|now|at the (?:moment|minute)"
    r"|at (?:the )?present(?: time)?|at this time|atm|this (?:morning|afternoon|aft|evening|noon)"
    r"|earlier(?! (?:this|in|than|next|last)\b))\b"
)
def _today(match: re.Match[str], clock: Clock) -> Read:
    return c.on(clock.today)


@rule(
    r"\b(?:the )?(?P<w>day before yesterday|day after tomorrow|yesterday'?s?|yday|yest|y(?:e"
    r"|es)?t?e?strd?a?y|yest(?:e|r)?rday|yestarday|yesturday|yestday|yesterdy|ystrday|ystd|last night"
    r"|tomorrow'?s?|tommorr?ow|tomorow|tmrw|tmr|tomo|tomoz|2morrow)\b"
)
def _near_day(match: re.Match[str], clock: Clock) -> Read:
    word = match["w"].lower()
    step = {"day before": -2, "day after ": 2}.get(word[:10], 1 if word.startswith(("t", "2")) else -1)
    return c.on(clock.today + timedelta(days=step))


@rule(rf"\b(?:on\s+)?(?:(?P<rel>{REL}|the)\s+)?(?P<wd>{WD})\b(?:\s+(?P<after>after next|before last))?")
def _weekday_said(match: re.Match[str], clock: Clock) -> Read:
    weekday, rel = weekday_of(match["wd"]), (match["rel"] or "").lower()
    if match["after"]:
        coming = Clock(clock.today, match["after"].lower() == "after next", clock.fiscal, clock.day_first)
        near = c.near_weekday(weekday, coming)
        return c.on(near + timedelta(weeks=1 if coming.ahead else -1))
    if rel in {"next", "nxt", "the following", "following"}:
        return c.on(c.in_week(weekday, clock, 1))
    if rel in {"last", "lst", "past", "previous", "prior", "this past", "the past"}:
        return c.on(clock.today - timedelta(days=(clock.today.weekday() - weekday - 1) % 7 + 1))
    if rel == "this":
        day = c.in_week(weekday, clock, 0)
        return c.on(day + timedelta(weeks=1) if clock.ahead and day < clock.today else day, "week")
    return c.on(c.near_weekday(weekday, clock), "week")


@rule(
    rf"\b(?P<wd>{WD})\s+(?:(?:morning|afternoon|evening|night)\s+)?(?:of\s+"
    rf"|from\s+)?(?:the\s+)?(?P<rel>{REL})\s+(?:week|wk)\b|\b(?:the\s+)?(?P<rel2>{REL})\s+(?:week"
    rf"|wk)(?:'s)?(?:\s+on|\s*[-,])?\s+(?P<wd2>{WD})\b"
)
def _weekday_of_week(match: re.Match[str], clock: Clock) -> Read:
    return c.on(c.in_week(weekday_of(match["wd"] or match["wd2"]), clock, step_of(match["rel"] or match["rel2"])))


@rule(rf"\b(?:a )?week (?:from|on) (?P<wd>{WD})\b|\b(?P<wd2>{WD}) (?:week|in a week)\b")
def _week_after(match: re.Match[str], clock: Clock) -> Read:
    ahead = Clock(clock.today, True, clock.fiscal, clock.day_first)
    return c.on(c.near_weekday(weekday_of(match["wd"] or match["wd2"]), ahead) + timedelta(weeks=1))


@rule(rf"\b(?P<num>{NUM})\s+(?P<wd>{WD})\s+(?P<way>from now|ago|back|from today)\b")
def _weekdays_away(match: re.Match[str], clock: Clock) -> Read:
    ahead = "from" in match["way"].lower()
    near = c.near_weekday(weekday_of(match["wd"]), Clock(clock.today, ahead, clock.fiscal, clock.day_first))
    return c.on(near + timedelta(weeks=(count_of(match["num"]) - 1) * (1 if ahead else -1)))


@rule(rf"\b(?:in|within)\s+(?P<num>{NUM})\s+(?P<unit>{UNIT})(?:'? time)?\b(?!\s+(?:of|from|after|before|ago)\b)")
def _in(match: re.Match[str], clock: Clock) -> Read:
    return c.on(
        c.moved(clock.today, match["unit"], count_of(match["num"])), _loose(match["unit"], count_of(match["num"]))
    )


def _loose(unit: str, count: int = 7) -> str:
    """A day counted in more than a few days leaves its weekday open."""
    return "" if unit.lower().startswith("d") and count < 3 else "weekday"


@rule(
    rf"\b(?P<num>{NUM})\s+(?P<unit>{UNIT})(?:(?:\s+and|,)?\s+(?P<num2>{NUM})\s+(?P<unit2>{UNIT}))?(?:"
    rf"(?:\s+and|,)?\s+(?P<num3>{NUM})\s+(?P<unit3>{UNIT}))?\s+(?P<way>ago|back|from (?:right )?now|out"
    rf"|from today|after today|later|hence)\b"
)
def _away(match: re.Match[str], clock: Clock) -> Read:
    sign = -1 if match["way"].lower() in {"ago", "back"} else 1
    day = clock.today
    for mark in ("", "2", "3"):
        if match["num" + mark]:
            day = c.moved(day, match["unit" + mark], sign * count_of(match["num" + mark]))
    return c.on(day, _loose(match["unit"]))


@rule(
    rf"\b(?:on\s+)?the\s+(?P<d>\d{{1,2}}(?:st|nd|rd|th)|\d{{1,2}}(?!\s+[a-z]{{4,}})|{ORDINAL_WORD}(?=\s*(?:$|[,.;)!?])))\b(?!-[a-z]"
    rf"|\s*(?:of\b|/|\.\d|%|k\b|m\b|{WD}\b|{MON}\b|deals?|day|week|month|quarter|half|year|largest|biggest"
    rf"|floor|call|meeting|time))|\b(?:on|by|until|till|due|before)\s+(?:the\s+)?(?P<e>\d{{1,2}}(?:st|nd|rd"
    rf"|th))\b(?!\s*(?:of\b|{MON}\b))"
)
def _day_said(match: re.Match[str], clock: Clock) -> Read:
    return c.day_of_month(_ordinal(match["d"] or match["e"]), clock)


@rule(
    rf"\b(?:on\s+)?(?P<wd>{WD})\.?,?\s+(?:the\s+)?(?P<d>\d{{1,2}}(?:st|nd|rd|th)?"
    rf"|{ORDINAL_WORD})\b(?!-[a-z]|[/.:-]?\d|\s*(?:am|pm|min|h\b|hrs?|hours?|k\b|m\b|%|of\b|seats?|users?"
    rf"|people|o'?clock|{MON}\b))"
)
def _weekday_the_day(match: re.Match[str], clock: Clock) -> Read | None:
    """`Thu 15th`: the nearest 15th that is a Thursday."""
    day, weekday = _ordinal(match["d"]), weekday_of(match["wd"])
    for step in range(15):
        month = Period.month(clock.today.year, clock.today.month + (step if clock.ahead else -step))
        if 1 <= day <= month.end.day:
            found = month.start.replace(day=day)
            if found.weekday() == weekday and ((found >= clock.today) if clock.ahead else (found <= clock.today)):
                return c.on(found)
    return None


@rule(
    rf"\b(?:the\s+)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?[\s/.-]*(?:day\s+)?(?:of\s+)?(?P<mon>{MON})\b\.?"
    rf"(?:[\s/,-]*(?:of\s+|in\s+)?(?P<year>{YEAR}|(?<=-)\d\d|(?<=/)\d\d|(?<=of )\d\d)\b(?!:))?(?!['’]s)"
)
def _day_month(match: re.Match[str], clock: Clock) -> Read | None:
    if re.search(r"[$€£.,]\s?$", match.string[: match.start()]):
        return None
    return c.day_near(month_of(match["mon"]), int(match["d"]), clock, year_of(match["year"]))


@rule(
    rf"(?<![\d.,$])\b(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?=\s*(?:and|&|or)\s*\d{{1,2}}(?:st|nd|rd"
    rf"|th)?\s+(?:of\s+)?(?P<mon>{MON})\b)"
)
def _first_of_two(match: re.Match[str], clock: Clock) -> Read:
    """`18 and 19 June`: the month stands with the second."""
    return c.day_near(month_of(match["mon"]), int(match["d"]), clock, None)


@rule(
    rf"(?<!\$)\b(?P<mon>{MON})\.?[\s,/-]*(?:the\s+)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:\s*[,/-]?\s*(?:of\s+"
    rf"|in\s+)?(?:\d{{1,2}}:\d\d(?::\d\d)?\s+)?(?P<year>{YEAR})\b(?!:))?(?![\d:]|[.,]\d|\s?(?:k|m|mm|grand"
    rf"|%|万|units|seats|users|am|pm|h|hrs?|o'?clock)\b)"
)
def _month_day(match: re.Match[str], clock: Clock) -> Read:
    return c.day_near(month_of(match["mon"]), int(match["d"]), clock, year_of(match["year"]))


@rule(
    rf"\b(?:the\s+)?(?P<d>{ORDINAL_WORD})\s+(?:day\s+)?(?:of\s+)?(?P<mon>{MON})\b(?:,?\s+(?:of\s+)?"
    rf"(?P<year>{YEAR}))?|\b(?P<mon2>{MON})\s+(?:the\s+)?(?P<d2>{ORDINAL_WORD}"
    rf"|{n.ENGLISH_SMALL})(?:,?\s+(?P<year2>{YEAR}))?\b"
)
def _day_in_words(match: re.Match[str], clock: Clock) -> Read:
    said = (match["d"] or match["d2"]).lower()
    day = ORDINAL_WORDS[said] if said in ORDINAL_WORDS else int(n.english(said))
    return c.day_near(month_of(match["mon"] or match["mon2"]), day, clock, year_of(match["year"] or match["year2"]))


@rule(
    r"(?<![\w.,$€£/-])(?P<a>\d{1,2})\s?(?P<mark>[/-])\s?(?P<b>\d{1,2})(?:(?P=mark)(?P<y>\d{4}"
    r"|\d\d))?(?![\d/-]|[.,]\d|\s?(?:%|min|mins|hours?|h\b|k\b|seats?|users?|people|days?|weeks?|months?"
    r"|years?|pm|am))"
)
def _slashed(match: re.Match[str], clock: Clock) -> Read | None:
    a, b = int(match["a"]), int(match["b"])
    if (
        match["mark"] == "-"
        and not match["y"]
        and not re.search(
            r"\b(?:on|by|due|close[sd]?|until|date|mon|tue|wed|thu|fri|sat|sun|\w+day)\s+$",
            match.string[: match.start()],
            re.I,
        )
    ):
        return None
    day, month = (a, b) if (clock.day_first and b <= 12) or a > 12 else (b, a)
    return c.day_near(month, day, clock, c.full_year(match["y"]))


@rule(
    rf"(?<!\d)(?P<y>(?:19|20|21)\d\d)(?:[-/.年\s](?P<m>\d{{1,2}}|{MON})[-/.月\s](?P<d>\d{{1,2}})日?"
    rf"|(?P<m2>0[1-9]|1[0-2])(?P<d2>[0-3]\d))(?!\d|:)"
)
def _iso(match: re.Match[str], clock: Clock) -> Read:
    said = match["m"] or match["m2"]
    month = int(said) if said.isdigit() else month_of(said)
    return c.on(date(int(match["y"]), month, int(match["d"] or match["d2"])))


@rule(
    r"(?<![\d.,$€£])(?P<d>\d{1,2})\.\s?(?P<m>\d{1,2})\.(?:\s?(?P<y>20\d\d|\d\d)\b)?(?!\d)"
    r"|(?<![\d.,$€£])(?P<m2>\d{1,2})\.(?P<d2>\d{1,2})\.(?P<y2>(?:19|20)\d\d)\b|(?:\b(?:on|by|due|until|mon"
    r"|tue|wed|thu|fri|\w+day)\s+)(?P<m3>\d{1,2})\.(?P<d3>\d{1,2})(?![\d.]*\d|\s?(?:k|m|mio|h|hrs?|hours?|%"
    r"|grand)\b)"
)
def _dotted(match: re.Match[str], clock: Clock) -> Read:
    if match["d"]:
        return c.day_near(int(match["m"]), int(match["d"]), clock, c.full_year(match["y"]))
    a, b = int(match["m2"] or match["m3"]), int(match["d2"] or match["d3"])
    day, month = (a, b) if clock.day_first or a > 12 else (b, a)
    return c.day_near(month, day, clock, c.full_year(match["y2"]))


@rule(
    r"(?<![\d.,$€£/-])(?:(?P<m>0?[1-9]|1[0-2])[-/](?P<y>(?:19|20)\d\d)|(?P<y2>(?:19"
    r"|20)\d\d)[-/](?P<m2>0?[1-9]|1[0-2]))(?![\d/.-])"
)
def _month_in_figures(match: re.Match[str], clock: Clock) -> Read:
    return Read(Period.month(int(match["y"] or match["y2"]), int(match["m"] or match["m2"])), "month")


_DAY_BEFORE = worded(r"(?<![\d.,$€£])\b(?P<d>3\d)(?:st|nd|rd|th)?\s+(?:of\s+)?$", re.I)
_BEFORE_MAY = worded(
    (
        r"(?:\b(?:in|by|until|till|to|of|for|is|on|around|early|late|mid|since|from|during|an?|closing|close"
        r"|closes|end|next|last)[\s-]+)$"
    ),
    re.I,
)


@rule(
    rf"(?<![\w$])(?:(?P<rel>{REL})\s+)?(?P<mon>{MON})\b\.?(?:\s+(?P<after>after next))?(?:[\s/,-]*(?:of\s+"
    rf"|in\s+)?(?P<year>{YEAR}|(?<=of )\d\d)\b)?|\b(?P<year2>(?:19|20)\d\d)[\s/-]+(?P<mon2>{MON})\b"
    rf"(?![\s.]*\d)"
)
def _month_said(match: re.Match[str], clock: Clock) -> Read | None:
    name, year = (match["mon"] or match["mon2"]).lower(), year_of(match["year"] or match["year2"])
    start = match.start("mon") if match["mon"] else match.start("mon2")
    after = match.string[match.end() :]
    verb = name in {"may", "march", "mar"} and re.match(r"\s+(?:i|we|you|be|have|not|or)\b|['’](?!s\b)", after, re.I)
    if verb or re.match(r"[\s,/-]*\d{1,2}(?:st|nd|rd|th)?\b(?![:.,]?\d|\s?(?:k|m|%|am|pm|grand))", after):
        return None  # the second: a month with a day that no calendar has
    day = _DAY_BEFORE.search(match.string[:start])
    if day and int(day["d"]) > Period.month(2024, MONTHS[name[:3]]).end.day:
        return None
    if (
        name in {"may", "mar"}
        and not year
        and not _BEFORE_MAY.search(match.string[:start])
        and not (match["rel"] and match.string[start].isupper())
    ):
        return None
    period = c.month_near(MONTHS[name[:3]], clock, year)
    if step_of(match["rel"]) < 0 and period.start > clock.today:
        period = Period.month(period.start.year - 1, period.start.month)
    if match["after"]:
        period = Period.month(period.start.year + 1, period.start.month)
    return Read(period, "month")


@rule(
    rf"\b(?:the\s+)?(?P<rel>{REL})\s+(?:calendar\s+|fiscal\s+)?(?P<unit>week|wk|month|mth|quarter|qtr|q"
    rf"|year|yr)\b(?![\d'])|\bthe\s+(?P<unit2>week|month|quarter|year)\s+after next\b"
)
def _relative_period(match: re.Match[str], clock: Clock) -> Read:
    return (
        c.relative(match["unit2"], 2, clock)
        if match["unit2"]
        else c.relative(match["unit"], step_of(match["rel"]), clock)
    )


@rule(
    r"\b(?:(?:end|eo)[\s-]of[\s-](?:the\s+)?(?P<unit>day|week|month|quarter|qtr|year)\b|(?P<unit2>month"
    r"|quarter|qtr|year|week)[\s-]?end\b(?!\s+deals?)|(?P<edge>[EB])O(?P<u>[DWMQY])\b)"
)
def _end_of(match: re.Match[str], clock: Clock) -> Read | None:
    unit = (match["unit"] or match["unit2"] or match["u"]).lower()
    if match["unit2"] and unit == "week":
        return None
    if unit[0] == "d":
        return c.on(clock.today)
    found = c.relative(unit, 0, clock)
    return c.part_of(found.period, found.grain, "start" if (match["edge"] or "").upper() == "B" else "end")


@rule(
    r"\b(?:(?P<y0>(?:20)?\d\d)[\s-]?)?Q(?P<q>[1-4])(?:[\s/-]*(?:of\s+)?(?:FY)?['’]?(?P<y>20\d\d"
    r"|\d\d)\b(?!%)|\s+(?:of\s+)?(?P<rel>next|this|last) (?:fiscal )?year)?(?!\d)"
    r"|\b(?P<q2>[1-4])Q['’]?(?P<y2>(?:20)?\d\d)?\b|\b(?:the\s+)?(?P<w>first|second|third|fourth|1st|2nd|3rd"
    r"|4th|last)\s+(?:quarter|qtr)\b(?:\s+(?:of\s+|in\s+)?(?P<y3>20\d\d|19\d\d))?"
)
def _quarter(match: re.Match[str], clock: Clock) -> Read | None:
    words = {"first": 1, "second": 2, "third": 3, "fourth": 4}
    said = match["q"] or match["q2"] or match["w"]
    if said.lower() == "last" and not match["y3"]:
        return None
    quarter = 4 if said.lower() == "last" else words.get(said.lower()) or int(said[0])
    year = c.full_year(match["y0"] or match["y"] or match["y2"] or match["y3"])
    if match["rel"]:
        year = clock.fiscal.year_of(clock.today) + step_of(match["rel"])
    return Read(c.quarter_near(quarter, clock, year), "quarter")


_BEFORE_A_YEAR = worded(
    r"\b(?:in|of|to|not|from|year|since|for|by|until|till|through|mid|early|late|end|during)[\s-]+$", re.I
)
_AFTER_A_DAY = worded(rf"\b{MON}\.?\s+\d{{1,2}}(?:st|nd|rd|th)?,?\s*$", re.I)


@rule(
    r"\bFY\s?['’]?(?P<fy>20\d\d|\d\d)\b|\bH(?P<h>[12])(?:[\s/]+(?P<hy>20\d\d))?\b"
    r"|\bCY\s?(?P<cy>(?:20)?\d\d)\b|(?<![\w.,$€£/-])(?P<y>(?:19|20|21)\d\d)\b(?:[\s-]H(?P<yh>[12])\b)?"
    r"(?![-/.,]\d|\s-\s\d|\s*(?:%|usd|eur|seats|users|units|deals|people|k\b|m\b|万))"
)
def _year(match: re.Match[str], clock: Clock) -> Read | None:
    half = match["h"] or match["yh"]
    if half:
        said = match["hy"] or match["y"]
        year = int(said) if said else clock.fiscal.year_of(clock.today)
        first = 1 if half == "1" else 3
        return Read(Period(clock.fiscal.quarter(year, first).start, clock.fiscal.quarter(year, first + 1).end), "half")
    if match["fy"]:
        return Read(clock.fiscal.year(c.full_year(match["fy"]) or 0), "year")
    before = match.string[: match.start()]
    if (
        _AFTER_A_DAY.search(before)
        or re.search(r"\d\s?-\s?$", before)
        or (match["y"] and not (2000 < int(match["y"]) < 2050) and not _BEFORE_A_YEAR.search(before))
    ):
        return None
    return Read(clock.fiscal.year(c.full_year(match["cy"] or match["y"]) or 0), "year")


@rule(rf"\b(?:the\s+)?(?:last|past|previous)\s+(?P<num>\d{{1,3}}|two|three|four|six|twelve)\s+(?P<unit>{UNIT})\b")
def _last_span(match: re.Match[str], clock: Clock) -> Read:
    first = c.moved(clock.today, match["unit"], -count_of(match["num"])) + timedelta(days=1)
    return Read(Period(first, clock.today), "span")


@rule(r"\b(?:(?:this )?(?P<unit>year|quarter|month) to date|(?P<short>[yqm])td)\b")
def _to_date(match: re.Match[str], clock: Clock) -> Read:
    """From the first day of the fiscal year or quarter, or of the month, until today."""
    unit = {"y": "year", "q": "quarter", "m": "month"}[(match["unit"] or match["short"])[0].lower()]
    return Read(Period(c.relative(unit, 0, clock).period.start, clock.today), "span")


@rule(r"\b(?P<num>two weeks|a week|a fortnight|fortnight) (?:from|after) (?:today|now)\b")
def _weeks_from_now(match: re.Match[str], clock: Clock) -> Read:
    return c.on(clock.today + timedelta(days=7 if "a week" in match["num"].lower() else 14))


@rule(rf"\b(?:the\s+)?next\s+(?P<num>{NUM})\s+(?P<unit>{UNIT})\b")
def _next_span(match: re.Match[str], clock: Clock) -> Read:
    return Read(Period(clock.today, c.moved(clock.today, match["unit"], count_of(match["num"]))), "span")


@rule(r"\b(?P<unit>week|month|quarter|qtr|year)\b(?!\s+(?:ago|from|end|of|after)\b|['’])")
def _bare_period(match: re.Match[str], clock: Clock) -> Read:
    """Counts only where something before it says which part of it is meant."""
    return c.relative(match["unit"], 0, clock)._replace(loose="bare")
