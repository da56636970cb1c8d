"""Periods in pieces: the months, fiscal quarters and weeks by which a question groups."""

from collections.abc import Iterator
from datetime import timedelta

from bot.domain.periods import Clock, FiscalCalendar, Period
from bot.pipeline.measures import Dimension
from bot.records.question import Question


def buckets(dimension: Dimension, question: Question, clock: Clock) -> list[tuple[str, Period]]:
    """The months, quarters or weeks of a period, each with its label; of no period the last year and the next."""
    today, fiscal = clock.today, clock.fiscal
    spans = (
        question.selection.created
        or question.period
        or Period(fiscal.quarter_around(today, -4).start, fiscal.quarter_around(today, 4).end)
    )
    return list(pieces(spans, dimension, fiscal))


def pieces(period: Period, dimension: str, fiscal: FiscalCalendar) -> Iterator[tuple[str, Period]]:
    """The months, fiscal quarters or weeks that lie in a period, or begin or end it in part."""
    day = period.start
    while day <= period.end:
        if dimension == "month":
            piece, label = Period.month(day.year, day.month), f"{day.year}-{day.month:02}"
        elif dimension == "week":
            piece = Period.week(day)
            label = piece.start.isoformat()
        else:
            year, quarter = fiscal.quarter_of(day)
            piece, label = fiscal.quarter(year, quarter), f"{year} Q{quarter}"
        yield label, Period(max(piece.start, period.start), min(piece.end, period.end))
        day = piece.end + timedelta(days=1)
