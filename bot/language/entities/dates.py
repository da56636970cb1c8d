"""Days and periods in what people type: weekdays, days of a month, months, quarters, ends of them, English and Chinese.

A weekday or a day of the month without a year lies behind for what was done and ahead for what is to come: the
caller says which by `ahead`. A week begins on Monday; “friday” ahead is the coming one, “next friday” that of next week.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from bot.domain.periods import FiscalCalendar, Period
from bot.language.entities import numbers as n

WEEKDAYS = {"mon": 0, "tue": 1, "wed": 2, "thu": 3, "fri": 4, "sat": 5, "sun": 6}
MONTHS = {m: i for i, m in enumerate(["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"], 1)}
ZH_DAYS = {"一": 0, "二": 1, "三": 2, "四": 3, "五": 4, "六": 5, "日": 6, "天": 6}

_WD = r"(?P<wd>mon|monday|tues?|tuesday|wed|weds|wednesday|thur?s?|thursday|fri|friday|sat|saturday|sun|sunday)"
_WD2 = _WD.replace("<wd>", "<wd2>")
_MON = (
    r"(?P<mon>january|february|march|april|june|july|august|september|october|november|december|jan|feb|mar|apr|may|jun|jul|aug|sept|sep|oct|nov|dec)"
)
_REL = r"(?P<rel>this coming|this|next|nxt|last|lst|past|previous|coming|current|the)"
_NUM = r"(?P<num>\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|a couple(?: of)?|a few)"
_UNIT = r"(?P<unit>days?|weeks?|wks?|months?|quarters?|years?|fortnights?)"
_YEAR = r"(?P<year>(?:20)\d\d)"


@dataclass(frozen=True, slots=True)
class DateSaid:
    """A day or period in a text; `grain` is what was said: day, week, month, quarter, half or year."""

    start: int
    end: int
    period: Period
    grain: str

    def day(self, *, last: bool) -> date:
        """The last day for deadlines and closings, the first for what was done."""
        return self.period.end if last else self.period.start


@dataclass(frozen=True, slots=True)
class _Clock:
    today: date
    ahead: bool
    fiscal: FiscalCalendar
    day_first: bool


Reader = Callable[[re.Match[str], _Clock], tuple[Period, str] | None]
_RULES: list[tuple[re.Pattern[str], Reader]] = []


def _rule(pattern: str) -> Callable[[Reader], Reader]:
    def keep(reader: Reader) -> Reader:
        _RULES.append((re.compile(pattern, re.I), reader))
        return reader

    return keep


def find_dates(
    text: str, today: date, *, ahead: bool, fiscal: FiscalCalendar | None = None, day_first: bool = False
) -> list[DateSaid]:
    """All days and periods of a text in order; of overlapping readings the longest counts.

    Impossible days such as 30 February are not found.
    """
    clock = _Clock(today, ahead, fiscal or FiscalCalendar(), day_first)
    found = sorted(_readings(text, clock), key=lambda d: (d.start - d.end, d.start))
    kept: list[DateSaid] = []
    for said in found:
        if not any(said.start < other.end and other.start < said.end for other in kept):
            kept.append(said)
    return sorted(kept, key=lambda d: d.start)


def _readings(text: str, clock: _Clock) -> Iterator[DateSaid]:
    for pattern, reader in _RULES:
        for match in pattern.finditer(text):
            try:
                read = reader(match, clock)
            except ValueError:
                continue
            if read:
                yield DateSaid(match.start(), match.end(), *read)


def _on(day: date) -> tuple[Period, str]:
    return Period.day(day), "day"


def _weekday(name: str) -> int:
    return WEEKDAYS[name[:3].lower()]


def _near_weekday(weekday: int, clock: _Clock) -> date:
    """The coming one ahead (a week from today on that same weekday), the last one behind (today included)."""
    if clock.ahead:
        return clock.today + timedelta(days=(weekday - clock.today.weekday() - 1) % 7 + 1)
    return clock.today - timedelta(days=(clock.today.weekday() - weekday) % 7)


def _in_week(weekday: int, clock: _Clock, weeks: int) -> date:
    return Period.week(clock.today).start + timedelta(weeks=weeks, days=weekday)


def _count(text: str) -> int:
    text = text.lower()
    if text.isdigit():
        return int(text)
    if text.startswith("a couple"):
        return 2
    if text.startswith("a few"):
        return 3
    return 1 if text in {"a", "an"} else int(n.english(text))


def _plus_months(day: date, months: int) -> date:
    month = Period.month(day.year, day.month + months)
    return date(month.start.year, month.start.month, min(day.day, month.end.day))


def _moved(day: date, unit: str, count: int) -> date:
    unit = unit.lower()
    if unit.startswith("d"):
        return day + timedelta(days=count)
    if unit.startswith("w"):
        return day + timedelta(weeks=count)
    if unit.startswith("f"):
        return day + timedelta(weeks=2 * count)
    return _plus_months(day, count * {"m": 1, "q": 3, "y": 12}[unit[0]])


def _month_near(month: int, clock: _Clock, year: int | None) -> Period:
    if year:
        return Period.month(year, month)
    this = Period.month(clock.today.year, month)
    if clock.ahead and this.end < clock.today:
        return Period.month(clock.today.year + 1, month)
    if not clock.ahead and this.start > clock.today:
        return Period.month(clock.today.year - 1, month)
    return this


def _day_near(month: int, day: int, clock: _Clock, year: int | None) -> date:
    if year:
        return date(year + 2000 if year < 100 else year, month, day)
    this = date(clock.today.year, month, day)
    if clock.ahead and this < clock.today:
        return date(clock.today.year + 1, month, day)
    if not clock.ahead and this > clock.today:
        return date(clock.today.year - 1, month, day)
    return this


def _day_of_month(day: int, clock: _Clock) -> date:
    """The nearest such day ahead or behind; months too short for it are passed over."""
    for step in range(4):
        month = Period.month(clock.today.year, clock.today.month + (step if clock.ahead else -step))
        if day <= month.end.day:
            found = month.start.replace(day=day)
            if (found >= clock.today) if clock.ahead else (found <= clock.today):
                return found
    raise ValueError(f"no day {day}")


@_rule(r"\b(?P<w>today|tonight|just now|right now|now|this (?:morning|afternoon|aft|evening|noon)|earlier)\b")
def _today(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    return _on(clock.today)


@_rule(r"\b(?P<w>day before yesterday|day after tomorrow|yesterday|yday|yest|ystrday|last night|tomorrow|tmrw|tmr|tomo)\b")
def _near_day(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    word = match["w"].lower()
    step = {"day before": -2, "day after ": 2}.get(word[:10], 1 if word.startswith("t") else -1)
    return _on(clock.today + timedelta(days=step))


@_rule(rf"\b(?:on\s+)?(?:{_REL}\s+)?{_WD}\b")
def _weekday_said(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    weekday, rel = _weekday(match["wd"]), (match["rel"] or "").lower()
    if rel in {"next", "nxt"}:
        return _on(_in_week(weekday, clock, 1))
    if rel in {"last", "lst", "past", "previous"}:
        day = clock.today - timedelta(days=(clock.today.weekday() - weekday - 1) % 7 + 1)
        return _on(day)
    if rel == "this":
        return _on(_in_week(weekday, clock, 0))
    return _on(_near_weekday(weekday, clock))


@_rule(rf"\b(?:{_WD}\s+(?:of\s+)?(?:the\s+)?(?P<rel>next|nxt|last|lst|this)\s+(?:week|wk)|(?P<rel2>next|nxt|last|lst|this)\s+(?:week|wk)\s+(?:on\s+)?{_WD2})\b")
def _weekday_of_week(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    rel = (match["rel"] or match["rel2"]).lower()
    return _on(_in_week(_weekday(match["wd"] or match["wd2"]), clock, {"n": 1, "l": -1, "t": 0}[rel[0]]))


@_rule(rf"\b(?:a )?week (?:from|on) {_WD}\b|\b{_WD2} week\b")
def _week_after(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    day = _near_weekday(_weekday(match["wd"] or match["wd2"]), _Clock(clock.today, True, clock.fiscal, clock.day_first))
    return _on(day + timedelta(weeks=1))


@_rule(rf"\b(?:in|within)\s+{_NUM}\s+{_UNIT}(?:'? time)?\b")
def _in(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    return _on(_moved(clock.today, match["unit"], _count(match["num"])))


@_rule(rf"\b{_NUM}\s+{_UNIT}\s+(?P<way>ago|back|from now|out|from today|later|hence)\b")
def _away(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    sign = -1 if match["way"].lower() in {"ago", "back"} else 1
    return _on(_moved(clock.today, match["unit"], sign * _count(match["num"])))


@_rule(r"\b(?:on\s+)?the\s+(?P<d>\d{1,2})(?:st|nd|rd|th)?\b(?!\s*(?:of\b|/|\.\d|%|k\b|m\b|deals?|day|week|month|year|largest|biggest))|\b(?:on|by|until|till)\s+(?P<e>\d{1,2})(?:st|nd|rd|th)\b")
def _ordinal(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    return _on(_day_of_month(int(match["d"] or match["e"]), clock))


@_rule(rf"\b(?:the\s+)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?\s*(?:of\s+)?{_MON}\.?(?:,?\s+{_YEAR})?\b")
def _day_month(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    year = int(match["year"]) if match["year"] else None
    return _on(_day_near(MONTHS[match["mon"][:3].lower()], int(match["d"]), clock, year))


@_rule(rf"\b{_MON}\.?\s+(?:the\s+)?(?P<d>\d{{1,2}})(?:st|nd|rd|th)?(?:,?\s+{_YEAR})?\b(?![\d.]*\s?(?:k|m|grand|%|万)\b)")
def _month_day(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    year = int(match["year"]) if match["year"] else None
    return _on(_day_near(MONTHS[match["mon"][:3].lower()], int(match["d"]), clock, year))


@_rule(r"(?<![\d.,$€£/-])(?P<a>\d{1,2})/(?P<b>\d{1,2})(?:/(?P<y>\d{4}|\d\d))?(?![\d/])")
def _slashed(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    a, b = int(match["a"]), int(match["b"])
    day, month = (a, b) if (clock.day_first and b <= 12) or a > 12 else (b, a)
    return _on(_day_near(month, day, clock, int(match["y"]) if match["y"] else None))


@_rule(r"\b(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?(?!\d)")
def _iso(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    return _on(date(int(match["y"]), int(match["m"]), int(match["d"])))


@_rule(r"(?<![\d.])(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4}|\d\d)?(?!\d)")
def _dotted(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    return _on(_day_near(int(match["m"]), int(match["d"]), clock, int(match["y"]) if match["y"] else None))


@_rule(rf"\b(?:(?P<part>mid|early|late|end of|beginning of|start of|middle of)[\s-]+)?(?:in\s+)?(?:(?P<rel>next|last|this)\s+)?{_MON}(?:\s+(?P<tail>end))?(?:,?\s+{_YEAR})?\b(?!\s+(?:i|we|you|be|have|not)\b)(?!['’])")
def _month_said(match: re.Match[str], clock: _Clock) -> tuple[Period, str] | None:
    name = match["mon"].lower()
    if name in {"may", "mar"} and not (match["part"] or match["rel"] or match["year"]) and not re.search(
        r"(?:\b(?:in|by|until|till|to|of|for|is|on|around|early|late|since|from|during|an?|this|closing|close|closes)\s+)$", match.string[: match.start("mon")], re.I
    ):
        return None
    year = int(match["year"]) if match["year"] else None
    period = _month_near(MONTHS[name[:3]], clock, year)
    if match["rel"] and match["rel"].lower() == "last" and period.start > clock.today:
        period = Period.month(period.start.year - 1, period.start.month)
    return _part_of(period, (match["part"] or match["tail"] or "").lower())


def _part_of(period: Period, part: str) -> tuple[Period, str]:
    """Early is the first ten days of a month, mid its 15th, late and end its last day; of longer periods the thirds."""
    if part.startswith(("end", "late")):
        return _on(period.end)
    if part.startswith(("early", "beginning", "start")):
        return _on(period.start)
    if part.startswith("mid"):
        return _on(period.start + (period.end - period.start) // 2)
    return period, "month"


@_rule(r"\b(?:the\s+)?(?:(?P<part>mid|early|late|end of|beginning of|start of|middle of|by end of|last day of)[\s-]+)?(?:the\s+)?(?:(?P<rel>this|next|nxt|last|current|previous|coming)\s+)?(?P<unit>week|wk|month|quarter|qtr|q|year|yr)(?:\s+(?P<tail>end))?\b(?![\d'])")
def _relative_period(match: re.Match[str], clock: _Clock) -> tuple[Period, str] | None:
    part, rel = (match["part"] or match["tail"] or "").lower(), (match["rel"] or "").lower()
    if not part and not rel:
        return None
    step = {"n": 1, "l": -1, "p": -1}.get(rel[:1], 0)
    unit = match["unit"].lower()
    if unit[0] == "w":
        period = Period.week(clock.today + timedelta(weeks=step))
        return _on(period.start + timedelta(days=4)) if part.startswith(("end", "late", "by end")) else (period, "week")
    if unit[0] == "m":
        period, grain = Period.month(clock.today.year, clock.today.month + step), "month"
    elif unit[0] == "q":
        period, grain = clock.fiscal.quarter_around(clock.today, step), "quarter"
    else:
        period, grain = clock.fiscal.year(clock.fiscal.year_of(clock.today) + step), "year"
    part = part.removeprefix("by ").replace("last day of", "end")
    return _part_of(period, part) if part else (period, grain)


@_rule(r"\bEO(?P<u>[DWMQY])\b")
def _end_of(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    match match["u"].upper():
        case "D":
            return _on(clock.today)
        case "W":
            return _on(Period.week(clock.today).start + timedelta(days=4))
        case "M":
            return _on(Period.month(clock.today.year, clock.today.month).end)
        case "Q":
            return _on(clock.fiscal.quarter_around(clock.today).end)
    return _on(clock.fiscal.year(clock.fiscal.year_of(clock.today)).end)


@_rule(r"\b(?:(?P<part>mid|early|late|end of|beginning of|start of)[\s-]+)?(?:Q(?P<q>[1-4])|(?P<q2>[1-4])Q|(?P<w>first|second|third|fourth) quarter)(?:[\s/-]*(?:of\s+)?(?:FY)?['’]?(?P<y>20\d\d|\d\d)\b)?(?:\s+(?P<tail>end))?")
def _quarter(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    words = {"first": 1, "second": 2, "third": 3, "fourth": 4}
    quarter = int(match["q"] or match["q2"] or words[match["w"].lower()])
    period = _quarter_near(quarter, clock, match["y"])
    part = (match["part"] or match["tail"] or "").lower()
    return _part_of(period, part) if part else (period, "quarter")


def _quarter_near(quarter: int, clock: _Clock, year: str | None) -> Period:
    if year:
        return clock.fiscal.quarter(int(year) + (2000 if int(year) < 100 else 0), quarter)
    this = clock.fiscal.quarter(clock.fiscal.year_of(clock.today), quarter)
    if clock.ahead and this.end < clock.today:
        return clock.fiscal.quarter(clock.fiscal.year_of(clock.today) + 1, quarter)
    if not clock.ahead and this.start > clock.today:
        return clock.fiscal.quarter(clock.fiscal.year_of(clock.today) - 1, quarter)
    return this


@_rule(r"\b(?:(?P<part>end of|early|late)\s+)?(?:FY\s?(?P<fy>20\d\d|\d\d)|(?P<y>20[2-4]\d)|H(?P<h>[12])(?:\s+(?P<hy>20\d\d))?)\b(?![-/.]\d)")
def _year(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    if match["h"]:
        year = int(match["hy"]) if match["hy"] else clock.fiscal.year_of(clock.today)
        first = 1 if match["h"] == "1" else 3
        period = Period(clock.fiscal.quarter(year, first).start, clock.fiscal.quarter(year, first + 1).end)
    else:
        said = int(match["fy"] or match["y"])
        period = clock.fiscal.year(said + 2000 if said < 100 else said)
    return _part_of(period, match["part"].lower()) if match["part"] else (period, "year")


@_rule(r"\b(?:the\s+)?(?:last|past|previous)\s+(?P<num>\d+|two|three|four|six|twelve)\s+(?P<unit>days|weeks|months|quarters|years)\b")
def _last_span(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    first = _moved(clock.today, match["unit"], -_count(match["num"])) + timedelta(days=1)
    return Period(first, clock.today), "span"


@_rule(r"\b(?:the\s+)?next\s+(?P<num>\d+|two|three|four|six|twelve)\s+(?P<unit>days|weeks|months|quarters)\b")
def _next_span(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    return Period(clock.today, _moved(clock.today, match["unit"], _count(match["num"]))), "span"


@_rule(r"大前天|前天|昨天|昨日|昨晚|今天|今日|今早|今晚|今晨|刚刚|刚才|刚|现在|明天|明日|明早|大后天|后天")
def _zh_day(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    word = match.group()
    step = {"大前": -3, "前天": -2, "昨天": -1, "昨日": -1, "昨晚": -1, "明天": 1, "明日": 1, "明早": 1, "大后": 3, "后天": 2}
    return _on(clock.today + timedelta(days=step.get(word[:2], 0)))


@_rule(r"(?P<rel>(?:上|下)+|本|这)?(?:个)?(?:周|星期|礼拜)(?P<d>[一二三四五六日天])")
def _zh_weekday(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    rel, weekday = match["rel"] or "", ZH_DAYS[match["d"]]
    if not rel:
        return _on(_near_weekday(weekday, clock))
    return _on(_in_week(weekday, clock, rel.count("下") - rel.count("上")))


@_rule(rf"(?P<num>\d+|{n.CHINESE}|半)(?P<unit>天|个?星期|周|个月|年)(?P<way>后|以后|之后|前|以前|之前)")
def _zh_away(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    sign = -1 if "前" in match["way"] else 1
    count = int(match["num"]) if match["num"].isdigit() else 0 if match["num"] == "半" else int(n.chinese(match["num"]))
    unit = {"天": "d", "周": "w", "年": "y"}.get(match["unit"], "m" if "月" in match["unit"] else "w")
    if match["num"] == "半":
        return _on(clock.today + timedelta(days=sign * (182 if unit == "y" else 15)))
    return _on(_moved(clock.today, unit, sign * count))


@_rule(rf"(?:(?P<y>明年|今年|去年|\d{{4}}年))?(?P<m>\d{{1,2}}|{n.CHINESE})月(?:份)?(?:(?P<d>\d{{1,2}}|[一二三四五六七八九十]+)(?:号|日)|(?P<part>底|末|初|中旬?|上旬|下旬))?")
def _zh_month(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    month = int(match["m"]) if match["m"].isdigit() else int(n.chinese(match["m"]))
    said = match["y"]
    year = None if not said else int(said[:4]) if said[0].isdigit() else clock.today.year + {"明": 1, "今": 0, "去": -1}[said[0]]
    if match["d"]:
        day = int(match["d"]) if match["d"].isdigit() else int(n.chinese(match["d"]))
        return _on(_day_near(month, day, clock, year))
    return _zh_part(_month_near(month, clock, year), match["part"])


def _zh_part(period: Period, part: str | None) -> tuple[Period, str]:
    if part in {"底", "末", "下旬"}:
        return _on(period.end)
    if part in {"初", "上旬"}:
        return _on(period.start)
    if part:
        return _on(period.start + (period.end - period.start) // 2)
    return period, "month"


@_rule(r"(?<![\d月])(?P<d>\d{1,2})(?:号|日)")
def _zh_ordinal(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    return _on(_day_of_month(int(match["d"]), clock))


@_rule(r"(?P<rel>上|下|本|这|当)?个?(?P<unit>月|季度|季|年|周)(?P<part>底|末|初|中)|(?P<rel2>上|下|本|这|当|去|明|今)个?(?P<unit2>月|季度|季|周|年)(?P<part2>底|末|初|中)?")
def _zh_period(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    rel, unit, part = match["rel"] or match["rel2"] or "", match["unit"] or match["unit2"], match["part"] or match["part2"]
    step = {"上": -1, "去": -1, "下": 1, "明": 1}.get(rel, 0)
    if unit == "月":
        return _zh_part(Period.month(clock.today.year, clock.today.month + step), part)
    if unit.startswith("季"):
        period, grain = clock.fiscal.quarter_around(clock.today, step), "quarter"
    elif unit == "周":
        period, grain = Period.week(clock.today + timedelta(weeks=step)), "week"
        return _on(period.start + timedelta(days=4)) if part in {"末", "底"} else (period, grain)
    else:
        period, grain = clock.fiscal.year(clock.fiscal.year_of(clock.today) + step), "year"
    return _zh_part(period, part) if part else (period, grain)


@_rule(r"第?(?P<q>[一二三四1-4])季度?(?P<part>底|末|初)?")
def _zh_quarter(match: re.Match[str], clock: _Clock) -> tuple[Period, str]:
    quarter = int(match["q"]) if match["q"].isdigit() else int(n.chinese(match["q"]))
    period = _quarter_near(quarter, clock, None)
    return _zh_part(period, match["part"]) if match["part"] else (period, "quarter")
