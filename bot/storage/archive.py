"""What is kept to be compared with later: plans and forecasts."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Column, Date, Engine, String, Table, Text, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.storage.database import Amount, Moment, metadata, writing

CHANGES_MOST = 12

papers = Table(
    "papers",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("markdown", Text, nullable=False),
    Column("at", Moment, nullable=False),
)

canvases = Table(
    "canvases",
    metadata,
    Column("key", String(255), primary_key=True),
    Column("place", String(128), primary_key=True),
    Column("canvas_id", String(64), nullable=False),
)

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


class Archive:
    """Earlier plans and forecasts; one plan a key, one forecast a day."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def keep_document(self, key: str, markdown: str, at: datetime) -> tuple[str, ...]:
        """Keep a document in place of the one before; the lines that came (+) and went (−) since, none for the
        first.
        """
        dialect = sqlite if self._engine.dialect.name == "sqlite" else postgresql
        with writing(self._engine) as connection:
            before = connection.execute(select(papers.c.markdown).where(papers.c.key == key)).scalar()
            query = dialect.insert(papers).values(key=key, markdown=markdown, at=at)
            connection.execute(
                query.on_conflict_do_update(index_elements=["key"], set_={"markdown": markdown, "at": at})
            )
        return _difference(before, markdown) if before is not None else ()

    def canvas(self, key: str, place: str) -> str | None:
        """The canvas on which a document is continued in a place."""
        query = select(canvases.c.canvas_id).where(canvases.c.key == key, canvases.c.place == place)
        with self._engine.connect() as connection:
            return connection.execute(query).scalar()

    def keep_canvas(self, key: str, place: str, canvas_id: str) -> None:
        """Remember the canvas of a document in a place, in place of an earlier one."""
        dialect = sqlite if self._engine.dialect.name == "sqlite" else postgresql
        query = dialect.insert(canvases).values(key=key, place=place, canvas_id=canvas_id)
        with writing(self._engine) as connection:
            connection.execute(
                query.on_conflict_do_update(index_elements=["key", "place"], set_={"canvas_id": canvas_id})
            )

    def keep_forecast(self, scope: str, currency: str, kept: KeptForecast) -> None:
        """Keep a forecast; a second one of the same day replaces the first."""
        dialect = sqlite if self._engine.dialect.name == "sqlite" else postgresql
        key = {"scope": scope, "from": kept.start, "to": kept.end, "currency": currency, "made_on": kept.made_on}
        values = {"expected": kept.expected, "low": kept.low, "high": kept.high}
        with writing(self._engine) as connection:
            connection.execute(
                dialect.insert(forecasts)
                .values(**key, **values)
                .on_conflict_do_update(index_elements=list(key), set_=values)
            )

    def forecasts(self, scope: str, currency: str, before: date) -> list[KeptForecast]:
        """The forecasts of a scope made before a day, the oldest first."""
        c = forecasts.c
        query = (
            select(forecasts).where(c.scope == scope, c.currency == currency, c.made_on < before).order_by(c.made_on)
        )
        with self._engine.connect() as connection:
            return [
                KeptForecast(row[1], row[2], row.made_on, row.expected, row.low, row.high)
                for row in connection.execute(query)
            ]


def _difference(before: str, after: str) -> tuple[str, ...]:
    old, new = ([line for line in text.splitlines() if line.startswith("- ")] for text in (before, after))
    came = [f"+ {line[2:]}" for line in new if line not in old]
    went = [f"− {line[2:]}" for line in old if line not in new]
    return tuple((came + went)[:CHANGES_MOST])
