"""Forecasts by the day they were made, to be compared with what came."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import Column, Date, Engine, String, Table, select

from bot.storage.database import Amount, metadata, upsert, writing

forecasts = Table(
    "forecasts",
    metadata,
    Column("scope", String(255), primary_key=True),
    Column("from", Date, primary_key=True),
    Column("to", Date, primary_key=True),
    Column("currency", String(3), primary_key=True),
    Column("made_on", Date, primary_key=True),
    Column("expected", Amount, nullable=False),
    Column("low", Amount),
    Column("high", Amount),
)


@dataclass(frozen=True, slots=True)
class KeptForecast:
    """What was expected to be won in a period, on a day."""

    start: date
    end: date
    made_on: date
    expected: Decimal
    low: Decimal | None
    high: Decimal | None


class Forecasts:
    """One forecast a scope, period and day."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep(self, scope: str, currency: str, kept: KeptForecast) -> None:
        """Keep a forecast; a second one of the same day replaces the first."""
        key = {"scope": scope, "from": kept.start, "to": kept.end, "currency": currency, "made_on": kept.made_on}
        values = {"expected": kept.expected, "low": kept.low, "high": kept.high}
        with writing(self._engine) as connection:
            upsert(connection, forecasts, list(key), [{**key, **values}])

    def before(self, scope: str, currency: str, day: date) -> list[KeptForecast]:
        """The forecasts of a scope made before a day, the oldest first."""
        c = forecasts.c
        query = select(forecasts).where(c.scope == scope, c.currency == currency, c.made_on < day).order_by(c.made_on)
        with self._engine.connect() as connection:
            return [
                KeptForecast(row[1], row[2], row.made_on, row.expected, row.low, row.high)
                for row in connection.execute(query)
            ]
