"""What every reader of dates shares: the day it is read on, what a reading is, and arithmetic over weeks and months."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import NamedTuple

from bot.domain.periods import FiscalCalendar, Period


@dataclass(frozen=True, slots=True)
class DateSaid:
    """A day or period in a text; `grain` is what was said: day, week, month, quarter, half, year or span."""

    start: int
    end: int
    period: Period
    grain: str

    def day(self, *, last: bool) -> date:
        """The last day for deadlines and closings, the first for what was done."""
        return self.period.end if last else self.period.start


@dataclass(frozen=True, slots=True)
class Clock:
    """The day it is, whether what is read lies ahead, and the conventions of the company and the person."""

    today: date
    ahead: bool
    fiscal: FiscalCalendar
    day_first: bool


class Read(NamedTuple):
    """What one place in a text says. `loose` names what was left open (year, month, week), which a weekday beside it
    settles.
    """

    period: Period
    grain: str
    loose: str = ""


Reader = Callable[[re.Match[str], Clock], Read | None]
Rules = list[tuple[re.Pattern[str], Reader]]


def rule_of(rules: Rules) -> Callable[[str], Callable[[Reader], Reader]]:
    """A decorator that adds a reader under its pattern."""

    def rule(pattern: str) -> Callable[[Reader], Reader]:
        def keep(reader: Reader) -> Reader:
            rules.append((re.compile(pattern, re.I | re.A), reader))  # ASCII: a word ends where Chinese begins
            return reader

        return keep

    return rule


def on(day: date, loose: str = "") -> Read:
    return Read(Period.day(day), "day", loose)


def near_weekday(weekday: int, clock: Clock) -> date:
    """The coming one ahead (a week from today on that same weekday), the last one behind (today included)."""
    if clock.ahead:
        return clock.today + timedelta(days=(weekday - clock.today.weekday() - 1) % 7 + 1)
    return clock.today - timedelta(days=(clock.today.weekday() - weekday) % 7)


def in_week(weekday: int, clock: Clock, weeks: int) -> date:
    return Period.week(clock.today).start + timedelta(weeks=weeks, days=weekday)


def plus_months(day: date, months: int) -> date:
    month = Period.month(day.year, day.month + months)
    return date(month.start.year, month.start.month, min(day.day, month.end.day))


def moved(day: date, unit: str, count: int) -> date:
    """A day moved by days, weeks, fortnights, months, quarters or years; `unit` may be cut short to its first
    letter.
    """
    unit = unit.lower()
    if unit.startswith("d"):
        return day + timedelta(days=count)
    if unit.startswith("w"):
        return day + timedelta(weeks=count)
    if unit.startswith("f"):
        return day + timedelta(weeks=2 * count)
    return plus_months(day, count * {"m": 1, "q": 3, "y": 12}[unit[0]])


def full_year(said: str | None) -> int | None:
    """`26` and `2026` alike; two digits from 70 on are of the last century."""
    if not said:
        return None
    return int(said) + (0 if len(said) > 2 else 1900 if int(said) >= 70 else 2000)


def month_near(month: int, clock: Clock, year: int | None) -> Period:
    if year:
        return Period.month(year, month)
    this = Period.month(clock.today.year, month)
    if clock.ahead and this.end < clock.today:
        return Period.month(clock.today.year + 1, month)
    if not clock.ahead and this.start > clock.today:
        return Period.month(clock.today.year - 1, month)
    return this


def day_near(month: int, day: int, clock: Clock, year: int | None) -> Read:
    """A day of a month; without a year the nearest in the direction read. Raises ValueError where no year has it."""
    if year:
        return on(date(year, month, day))
    step = 1 if clock.ahead else -1
    for away in range(5):
        try:
            found = date(clock.today.year + step * away, month, day)
        except ValueError:
            if (month, day) != (2, 29):
                raise
            continue
        if (found >= clock.today) if clock.ahead else (found <= clock.today):
            return on(found, "year")
    raise ValueError(f"no {month}/{day}")


def day_of_month(day: int, clock: Clock) -> Read:
    """The nearest such day ahead or behind; months too short for it are passed over."""
    for step in range(4):
        month = Period.month(clock.today.year, clock.today.month + (step if clock.ahead else -step))
        if day <= month.end.day:
            found = month.start.replace(day=day)
            if (found >= clock.today) if clock.ahead else (found <= clock.today):
                return on(found, "month")
    raise ValueError(f"no day {day}")


def quarter_near(quarter: int, clock: Clock, year: int | None) -> Period:
    if year:
        return clock.fiscal.quarter(year, quarter)
    now = clock.fiscal.year_of(clock.today)
    this = clock.fiscal.quarter(now, quarter)
    if clock.ahead and this.end < clock.today:
        return clock.fiscal.quarter(now + 1, quarter)
    if not clock.ahead and this.start > clock.today:
        return clock.fiscal.quarter(now - 1, quarter)
    return this


def relative(unit: str, step: int, clock: Clock) -> Read:
    """The week, month, quarter or year `step` away from the present one."""
    match unit[0].lower():
        case "w":
            return Read(Period.week(clock.today + timedelta(weeks=step)), "week")
        case "m":
            return Read(Period.month(clock.today.year, clock.today.month + step), "month")
        case "q":
            return Read(clock.fiscal.quarter_around(clock.today, step), "quarter")
        case _:
            return Read(clock.fiscal.year(clock.fiscal.year_of(clock.today) + step), "year")


def part_of(period: Period, grain: str, part: str) -> Read:
    """Start, middle or end of a period as one day; the end of a week is its Friday, the middle of a month its 15th."""
    if part == "end":
        return on(period.start + timedelta(days=4) if grain == "week" else period.end)
    if part == "start":
        return on(period.start)
    return on(period.start.replace(day=15) if grain == "month" else period.start + (period.end - period.start) // 2)
