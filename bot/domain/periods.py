"""Periods of whole days, both ends included, and the fiscal calendar."""

from calendar import monthrange
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
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


@dataclass(frozen=True, slots=True)
class Clock:
    """The moment for which something is counted, and the company's days: its time zone and fiscal calendar."""

    now: datetime
    timezone: str
    fiscal: FiscalCalendar = field(default_factory=FiscalCalendar)

    @property
    def today(self) -> date:
        return self.day(self.now)

    @property
    def quarter(self) -> Period:
        """The fiscal quarter of today."""
        return self.fiscal.quarter_around(self.today)

    def day(self, moment: datetime) -> date:
        return day_in(moment, self.timezone)

    def midnight(self, day: date) -> datetime:
        """The moment at which a day begins."""
        return datetime.combine(day, time(), ZoneInfo(self.timezone)).astimezone(UTC)

    def bounds(self, period: Period) -> tuple[datetime, datetime]:
        """The moment at which a period begins, and the one at which the day after it does."""
        return self.midnight(period.start), self.midnight(period.end + timedelta(days=1))

    def last_days(self, count: int) -> tuple[datetime, datetime]:
        """The last `count` times 24 hours, this moment included."""
        return self.now - timedelta(days=count), self.now + timedelta(microseconds=1)

    def offsets(self, period: Period) -> list[tuple[datetime, timedelta]]:
        """The zone's distances from UTC in a period, each with the moment until which it holds, oldest first."""
        return _offsets(self.timezone, *self.bounds(period))


@lru_cache(maxsize=256)
def _offsets(timezone: str, start: datetime, end: datetime) -> list[tuple[datetime, timedelta]]:
    zone = ZoneInfo(timezone)
    found: list[tuple[datetime, timedelta]] = []
    hour, held = start, start.astimezone(zone).utcoffset() or timedelta()
    while hour < end:
        offset = hour.astimezone(zone).utcoffset() or timedelta()
        if offset != held:
            found.append((hour, held))
            held = offset
        hour += timedelta(hours=1)
    return [*found, (end, held)]


def day_in(moment: datetime, timezone: str) -> date:
    """The calendar day of a moment in a time zone."""
    return moment.astimezone(ZoneInfo(timezone)).date()
