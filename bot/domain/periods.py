"""Periods of whole days, both ends included, and the fiscal calendar."""

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Self
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """From the first to the last day, both included."""

    start: date
    end: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.start <= day <= self.end

    @classmethod
    def day(cls, day: date) -> Self:
        return cls(day, day)

    @classmethod
    def week(cls, day: date) -> Self:
        """Monday to Sunday around a day."""
        monday = day - timedelta(days=day.weekday())
        return cls(monday, monday + timedelta(days=6))

    @classmethod
    def month(cls, year: int, month: int) -> Self:
        """A calendar month; `month` may lie outside 1–12 and then counts into the years beside."""
        year, month = year + (month - 1) // 12, (month - 1) % 12 + 1
        return cls(date(year, month, 1), date(year, month, monthrange(year, month)[1]))

    @classmethod
    def months(cls, year: int, first: int, count: int) -> Self:
        """`count` months from month `first` of a year, which may lie outside 1–12."""
        return cls(cls.month(year, first).start, cls.month(year, first + count - 1).end)

    @classmethod
    def last_days(cls, count: int, until: date) -> Self:
        """The last `count` days, `until` included."""
        return cls(until - timedelta(days=count - 1), until)


@dataclass(frozen=True, slots=True)
class FiscalCalendar:
    """A fiscal year that begins on the first of a month and is named by the calendar year in which it ends."""

    first_month: int = 1

    def year_of(self, day: date) -> int:
        return day.year + (1 if self.first_month > 1 and day.month >= self.first_month else 0)

    def quarter_of(self, day: date) -> tuple[int, int]:
        """(fiscal year, quarter 1–4) of a day."""
        return self.year_of(day), ((day.month - self.first_month) % 12) // 3 + 1

    def quarter(self, year: int, quarter: int) -> Period:
        """A fiscal quarter; `quarter` may lie outside 1–4 and then counts into the years beside."""
        calendar_year = year if self.first_month == 1 else year - 1
        return Period.months(calendar_year, self.first_month + 3 * (quarter - 1), 3)

    def quarter_around(self, day: date, offset: int = 0) -> Period:
        year, quarter = self.quarter_of(day)
        return self.quarter(year, quarter + offset)

    def year(self, year: int) -> Period:
        return Period(self.quarter(year, 1).start, self.quarter(year, 4).end)


def day_in(moment: datetime, timezone: str) -> date:
    """The calendar day of a moment in a time zone."""
    return moment.astimezone(ZoneInfo(timezone)).date()
