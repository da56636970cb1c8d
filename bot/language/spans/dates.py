"""Days and periods in what people type, English and Chinese.

A weekday or a day of the month without a year lies behind for what was done and ahead for what is to come: the
caller says which by `ahead`. A week begins on Monday; “friday” ahead is the coming one, “next friday” that of next
week.
Readers find what is named; what stands around it (end of, week of, two weeks after, the weekday beside a date) is
combined here, the same for all of them.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.domain.periods import FiscalCalendar, Period
from bot.domain.text import simplified, worded
from bot.language.spans import calendar as c
from bot.language.spans import chinese_dates as zh
from bot.language.spans import english_dates as en
from bot.language.spans.calendar import Clock, DateSaid, Read

__all__ = ["DateSaid", "find_dates", "impossible_date"]


_RULES = [*en.RULES, *zh.RULES]
_PARTS = {
    "end": "end", "late": "end", "last day": "end", "close": "end", "start": "start", "beginning": "start",
    "early": "start", "first day": "start",
    "mid": "middle", "middle": "middle", "底": "end", "末": "end", "下旬": "end", "初": "start", "上旬": "start",
    "中": "middle", "中旬": "middle",
}  # fmt: skip
_PART_BEFORE = worded(
    (
        r"\b(?:the\s+)?(?P<part>end|late|last day|close|start|beginning|early|first day|mid|middle)(?:\s+of\b"
        r"|(?<!end)(?<!close)(?<!start)\s+in\b)?(?:\s+(?:the|around)\b)*[\s-]*$"
    ),
    re.I,
)
_PART_AFTER = worded(r"(?P<part>底|末|下旬|初|上旬|中旬|中(?!国|心|型|的|标))|\s+(?P<end>end)\b", re.I)
_HALF_BEFORE = worded(r"\b(?:the\s+)?(?P<half>first|second|1st|2nd|back)\s+half\s+(?:of\s+)?(?:the\s+)?$", re.I)
_REST_BEFORE = worded(
    (
        r"\b(?:(?:the\s+)?(?:rest|remainder|remaining)\s+of|(?P<later>later)(?:\s+in)?"
        r"|(?P<earlier>earlier)(?:\s+in)?)\s+(?:the\s+)?$"
    ),
    re.I,
)
_WEEK_BEFORE = worded(
    r"\b(?:the\s+)?(?:week\s+(?:of|beginning|starting(?:\s+on)?|commencing)|w/c|wc|wk of)\s+(?:the\s+)?$", re.I
)
_COUNTED_BEFORE = worded(
    rf"\b(?P<num>{en.NUM})\s+(?P<unit>{en.UNIT})\s+(?P<way>from|after|before|following|prior to)\s+(?:the\s+)?$", re.I
)
_NTH_BEFORE = worded(
    (
        rf"\b(?:the\s+)?(?P<nth>first|second|third|fourth|last|1st|2nd|3rd"
        rf"|4th)\s+(?P<wd>{en.WD})(?:\s+(?:morning|afternoon|evening))?\s+(?:of|in)\s+(?:the\s+)?$"
    ),
    re.I,
)
_DAY_BEFORE = worded(
    (
        rf"(?<![\d.,$€£])\b(?:the\s+)?(?P<d>\d{{1,2}}(?:st|nd|rd|th)?|{en.ORDINAL_WORD})\s+(?:day\s+)?(?:of\s+"
        rf"|in\s+)?(?:the\s+)?$"
    ),
    re.I,
)
_WEEK_OF_BEFORE = worded(
    r"\b(?:the\s+)?(?P<nth>first|second|third|fourth|last|1st|2nd|3rd|4th)\s+(?:full\s+)?(?:week|wk)\s+"
    r"(?:(?:of|in)\s+)?(?:the\s+)?$",
    re.I,
)
_WEEK_OF_AFTER = worded(r"的?(?:第(?P<nth>[一二三四1-4])|(?P<last>最后一))个?(?:周|星期|礼拜)(?![一二三四五六日天])")
_DAY_AFTER = worded(r"\s+(?:on\s+)?(?:the\s+)?(?P<d>\d{1,2})(?:st|nd|rd|th)\b", re.I)
_BETWEEN = worded(r"[\s,()/-]*(?:(?:the|of|on|at|from|evening|morning|afternoon|night|dated?)\s+)?[\s,()/-]*", re.I)
_NTH = {"first": 1, "1st": 1, "second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "last": -1}
_NTH |= {"一": 1, "二": 2, "三": 3, "四": 4, **{str(n): n for n in range(1, 5)}}
_WHOLE_MONTH = {"month", "quarter", "half", "year", "week"}


@dataclass(frozen=True, slots=True)
class _Reading:
    start: int
    end: int
    read: Read

    @property
    def period(self) -> Period:
        return self.read.period

    @property
    def is_day(self) -> bool:
        return self.read.grain == "day"


def find_dates(
    text: str, today: date, *, ahead: bool, fiscal: FiscalCalendar | None = None, day_first: bool = False
) -> list[DateSaid]:
    """All days and periods of a text in order; of overlapping readings the longest counts.

    Impossible days such as 30 February are not found.
    """
    clock = Clock(today, ahead, fiscal or FiscalCalendar(), day_first)
    folded = simplified(text)
    kept = _longest([wide for found in _readings(folded, clock) for wide in _widened(found, folded, clock)])
    return [DateSaid(r.start, r.end, r.period, r.read.grain) for r in _joined(kept, folded, clock)]


_NAMED_DAY = worded(
    (
        rf"\b(?P<mon>{en.MON})\.?\s+(?:the\s+)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\b(?![:.,]?\d|\s?(?:k|m|%|grand"
        rf"|am|pm)\b)|(?<![\d.,$€£])\b(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?\s+(?:of\s+)?(?P<mon2>{en.MON})\b"
        rf"|(?P<mon3>\d{{1,2}})月(?P<d3>\d{{1,2}})[日号]"
    ),
    re.I,
)


def impossible_date(text: str) -> str | None:
    """The words of the first day named that no calendar has: `feb 30`, `31 June`, 2月30日."""
    for match in _NAMED_DAY.finditer(text):
        name, day = match["mon"] or match["mon2"], int(match["d"] or match["d2"] or match["d3"])
        month = en.month_of(name) if name else int(match["mon3"])
        if month > 12 or not 1 <= day <= Period.month(2024, month).end.day:
            return match.group().strip()
    for match in _NUMERIC_DAY.finditer(text):
        year, first, second = (
            int(part) for part in (match["y"] or match["y2"], match["a"] or match["c"], match["b"] or match["d"])
        )
        orders = [(first, second)] if match["y"] else [(first, second), (second, first)]
        if not any(_is_day(year, month, day) for month, day in orders):
            return match.group()
    return None


_NUMERIC_DAY = worded(
    r"(?<![\d./-])(?:(?P<y>(?:19|20)\d\d)[-/.](?P<a>\d{1,2})[-/.](?P<b>\d{1,2})"
    r"|(?P<c>\d{1,2})[/.](?P<d>\d{1,2})[/.](?P<y2>(?:19|20)\d\d))(?![\d/-])"
)


def _is_day(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True


def _longest(readings: list[_Reading]) -> list[_Reading]:
    kept: list[_Reading] = []
    for said in sorted(readings, key=lambda r: (r.start - r.end, r.start)):
        if not any(said.start < other.end and other.start < said.end for other in kept):
            kept.append(said)
    return sorted(kept, key=lambda r: r.start)


def _readings(text: str, clock: Clock) -> Iterator[_Reading]:
    for pattern, reader in _RULES:
        for match in pattern.finditer(text):
            try:
                read = reader(match, clock)
            except ValueError:
                continue
            if read:
                yield _Reading(match.start(), match.end(), read)


def _widened(found: _Reading, text: str, clock: Clock) -> Iterator[_Reading]:
    """A reading with what stands right before or after it, and itself."""
    if found.read.loose != "bare":
        yield found
    before = text[: found.start]
    try:
        if found.is_day:
            yield from _around_a_day(found, before, clock)
        else:
            yield from _around_a_period(found, before, text, clock)
    except (ValueError, OverflowError):
        return


def _around_a_day(found: _Reading, before: str, clock: Clock) -> Iterator[_Reading]:
    week = _WEEK_BEFORE.search(before)
    if week:
        yield _Reading(week.start(), found.end, Read(Period.week(found.period.start), "week"))
    counted = _COUNTED_BEFORE.search(before)
    if counted:
        sign = -1 if counted["way"].lower() in {"before", "prior to"} else 1
        day = c.moved(found.period.start, counted["unit"], sign * en.count_of(counted["num"]))
        yield _Reading(counted.start(), found.end, c.on(day, "weekday"))


def _around_a_period(found: _Reading, before: str, text: str, clock: Clock) -> Iterator[_Reading]:
    period, grain = found.period, found.read.grain
    part, after = _PART_BEFORE.search(before), _PART_AFTER.match(text, found.end)
    if part:
        yield _Reading(part.start(), found.end, c.part_of(period, grain, _PARTS[part["part"].lower()]))
    if after:
        yield _Reading(
            found.start, after.end(), c.part_of(period, grain, _PARTS[after["part"]] if after["part"] else "end")
        )
    half = _HALF_BEFORE.search(before)
    if half:
        middle = (
            c.plus_months(period.start, 6)
            if grain == "year"
            else period.start + (period.end - period.start) // 2 + timedelta(days=1)
        )
        first = half["half"].lower() in {"first", "1st"}
        yield _Reading(
            half.start(),
            found.end,
            Read(Period(period.start, middle - timedelta(days=1)) if first else Period(middle, period.end), "half"),
        )
    rest = _REST_BEFORE.search(before)
    if rest:
        yield _Reading(rest.start(), found.end, Read(_rest_of(period, grain, rest, clock), "span"))
    nth = _NTH_BEFORE.search(before)
    if nth:
        yield _Reading(
            nth.start(), found.end, c.on(zh.nth_weekday(period, _NTH[nth["nth"].lower()], en.weekday_of(nth["wd"])))
        )
    week, of_week = _WEEK_OF_BEFORE.search(before), _WEEK_OF_AFTER.match(text, found.end)
    if week:
        yield _Reading(week.start(), found.end, _nth_week(period, _NTH[week["nth"].lower()]))
    if of_week:
        yield _Reading(found.start, of_week.end(), _nth_week(period, _NTH.get(of_week["nth"], -1)))
    behind = _DAY_AFTER.match(text, found.end) if grain == "month" else None
    if behind:
        yield _Reading(found.start, behind.end(), c.on(period.start.replace(day=int(behind["d"]))))
    day = _DAY_BEFORE.search(before) if grain == "month" else None
    if day:
        said = day["d"].lower()
        number = en.ORDINAL_WORDS.get(said) or int(re.sub(r"\D", "", said))
        yield _Reading(day.start(), found.end, c.on(period.start.replace(day=number)))


def _nth_week(period: Period, nth: int) -> Read:
    """Seven days of a period, counted from its first day, or its last seven."""
    start = period.end - timedelta(days=6) if nth < 0 else period.start + timedelta(days=7 * (nth - 1))
    return Read(Period(start, start + timedelta(days=6)), "week")


def _rest_of(period: Period, grain: str, said: re.Match[str], clock: Clock) -> Period:
    """`the rest of` from today; `later` and `earlier` the half that fits them, as far as it lies ahead or behind."""
    middle, day = c.part_of(period, grain, "middle").period.start, timedelta(days=1)
    if said["earlier"]:
        return Period(period.start, max(period.start, min(middle, clock.today - day)))
    if said["later"]:
        return Period(min(period.end, max(middle, clock.today + day)), period.end)
    return Period(max(period.start, min(clock.today, period.end)), period.end)


def _joined(kept: list[_Reading], text: str, clock: Clock) -> list[_Reading]:
    """Neighbours that say the same day are one: a weekday beside its date or its week, a date in brackets."""
    joined: list[_Reading] = []
    for said in kept:
        both = _together(joined[-1], said, text, clock) if joined else None
        if both:
            joined[-1] = both
        else:
            joined.append(said)
    return joined


_END_OF_DAY = worded(r"(?:by |before )?(?:eod|cob|close of business|end of (?:the )?(?:day|business)|tonight)", re.I)


def _together(a: _Reading, b: _Reading, text: str, clock: Clock) -> _Reading | None:
    if not _BETWEEN.fullmatch(text, a.end, b.start):
        return None
    whole = _Reading(a.start, b.end, b.read)
    for evening, other in ((a, b), (b, a)):
        if other.is_day and _END_OF_DAY.fullmatch(text, evening.start, evening.end):
            return replace(whole, read=other.read)
    if a.is_day and b.is_day:
        if a.period == b.period and (
            a.read.loose or b.read.loose or clock.today == a.period.start or b.end - b.start > 5
        ):
            return whole
        for weekday, dated in ((a, b), (b, a)):
            if weekday.read.loose == "week" and dated.read.loose == "weekday":
                return replace(
                    whole,
                    read=c.on(Period.week(dated.period.start).start + timedelta(days=weekday.period.start.weekday())),
                )
            if weekday.read.loose == "week" and dated.read.loose != "week":
                day = _settled(dated.read, weekday.period.start.weekday(), clock)
                if day:
                    return replace(whole, read=c.on(day))
    for weekday, week in ((a, b), (b, a)):
        if weekday.read.loose == "week" and week.read.grain == "week":
            return replace(whole, read=c.on(week.period.start + timedelta(days=weekday.period.start.weekday())))
    return None


def _settled(dated: Read, weekday: int, clock: Clock) -> date | None:
    """The day that a date means when it must fall on a weekday: of another year or month where that was left open."""
    day = dated.period.start
    if day.weekday() == weekday:
        return day
    step = 1 if clock.ahead else -1
    for away in range(1, 12):
        try:
            other = (
                day.replace(year=day.year + step * away) if dated.loose == "year" else c.plus_months(day, step * away)
            )
        except ValueError:
            continue
        if dated.loose in {"year", "month"} and other.weekday() == weekday and other.day == day.day:
            return other
    return day if not dated.loose else None
