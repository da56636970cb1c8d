"""Benchmark of a pipeline summary over many deals: milliseconds and memory, each size in a process of its own."""

import multiprocessing
import random
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from bot.bench.understanding import peak_megabytes
from bot.contract.commands.asking import SummarizePipeline
from bot.contract.replies.reports import PipelineReport
from bot.crm.mirror import tables as t
from bot.crm.mirror.keep import settle
from bot.domain.audience import DIRECT
from bot.drawing.charts import draw
from bot.handlers.asking.summaries import summarize_pipeline
from bot.handlers.turn import Turn
from bot.settings import Settings
from bot.storage.database import writing
from bot.wiring import build

SEED, REPS, TEAMS, CHUNK, ROUNDS = 11, 36, 6, 20_000, 9
FLOOR_MS, FLOOR_CHART_MS, GROWTH = 30, 400, 10
NOW = datetime(2026, 3, 11, 14, 0, tzinfo=UTC)
LADDER = (("Target", 0), ("Qualified", 10), ("Sponsor", 25), ("Power sponsor", 50), ("Decision due", 75))


def pipeline(
    folder: Path, sizes: tuple[int, ...] = (8_800, 880_000), url: str | None = None
) -> Iterator[dict[str, Any]]:
    """The whole company's summary for the quarter with its rows, findings and movement, and drawing its chart."""
    first = 0.0
    for size in sizes:
        home = folder / f"deals-{size}"
        home.mkdir(parents=True)
        fill(home, size, url)
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            ms, chart_ms, before, after = pool.apply(_measure, (home, url))
        first = first or ms
        floor = FLOOR_MS if size == sizes[0] else first * GROWTH
        yield {
            "name": f"summary_{size}",
            "value": round(ms, 1),
            "unit": "ms",
            "floor": round(floor, 1),
            "ratio": round(ms / floor, 2),
            "deals": size,
        }
        yield {
            "name": f"summary_memory_{size}",
            "value": round(after),
            "unit": "MB",
            "floor": round(before),
            "ratio": round(after / before, 2),
        }
        yield {
            "name": f"chart_{size}",
            "value": round(chart_ms),
            "unit": "ms",
            "floor": FLOOR_CHART_MS,
            "ratio": round(chart_ms / FLOOR_CHART_MS, 2),
        }


def _settings(home: Path, url: str | None) -> Settings:
    return Settings(caddie_data=home, database_url=url, caddie_model=None)


def _measure(home: Path, url: str | None) -> tuple[float, float, float, float]:
    """Median milliseconds of a summary and of its chart; peak megabytes before the first summary and after the last."""
    desk = build(_settings(home, url)).desk
    head = desk.organization.people["p0"]
    before = peak_megabytes()
    spent, drawn = [], []
    for n in range(-1, ROUNDS):
        turn = Turn(head, DIRECT, f"bench-{n}", NOW, desk)
        started = time.perf_counter()
        report = summarize_pipeline(SummarizePipeline(), turn)[0]
        spent.append((time.perf_counter() - started) * 1000)
        assert isinstance(report, PipelineReport)
        after = peak_megabytes()
        started = time.perf_counter()
        assert report.picture
        draw(report.picture, home / f"charts-{n}")
        drawn.append((time.perf_counter() - started) * 1000)
    return statistics.median(spent[1:]), statistics.median(drawn[1:]), before, after


def fill(home: Path, deals: int, url: str | None) -> None:
    """A generated company with histories and activities, written straight into the tables."""
    house = build(_settings(home, url))
    chance = random.Random(SEED)
    people = [
        {
            "id": "p0",
            "name": "Head",
            "email": "head@big.example",
            "manager_id": None,
            "timezone": "Europe/Berlin",
            "region": None,
        }
    ]
    people += [
        {
            **people[0],
            "id": f"m{n}",
            "name": f"Manager {n}",
            "email": f"m{n}@big.example",
            "manager_id": "p0",
            "region": f"R{n}",
        }
        for n in range(TEAMS)
    ]
    people += [
        {
            **people[0],
            "id": f"p{n}",
            "name": f"Rep {n}",
            "email": f"p{n}@big.example",
            "manager_id": f"m{n % TEAMS}",
            "region": f"R{n % TEAMS}",
        }
        for n in range(1, REPS + 1)
    ]
    stages = [
        {"name": name, "order": n, "probability": Decimal(share), "kind": "open", "process_stage": name}
        for n, (name, share) in enumerate(LADDER)
    ]
    stages += [
        {"name": "Won", "order": 8, "probability": Decimal(100), "kind": "won", "process_stage": "Won"},
        {"name": "Lost", "order": 9, "probability": Decimal(0), "kind": "lost", "process_stage": "Lost"},
    ]
    quotas = [
        {
            "person_id": p["id"],
            "from": date(2026, 1, 1),
            "to": date(2026, 3, 31),
            "amount": Decimal(500_000),
            "currency": "USD",
        }
        for p in people[1 + TEAMS :]
    ]
    with writing(house.engine) as connection:
        connection.execute(t.people.insert(), people)
        connection.execute(t.stages.insert(), stages)
        connection.execute(t.quotas.insert(), quotas)
        connection.execute(
            t.accounts.insert(), [{"id": f"a{n}", "name": f"Account {n}", "aliases": []} for n in range(500)]
        )
    for start in range(0, deals, CHUNK):
        rows = [_deal(n, chance) for n in range(start, min(start + CHUNK, deals))]
        with writing(house.engine) as connection:
            connection.execute(t.deals.insert(), [row[0] for row in rows])
            for table, place in ((t.stage_changes, 1), (t.field_changes, 2), (t.activities, 3)):
                found = [entry for row in rows for entry in row[place]]
                if found:
                    connection.execute(table.insert(), found)
    with writing(house.engine) as connection:
        settle(connection)
    house.engine.dispose()


def _deal(
    n: int, chance: random.Random
) -> tuple[dict[str, Any], list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]]]:
    """A deal with its way through the stages: three of four are closed, over two years, as in a company's own
    history.
    """
    ident, age = f"d{n}", chance.randrange(3, 730)
    born = NOW - timedelta(days=age)
    steps = chance.randrange(1, len(LADDER) + 1)
    closed = age > 90 or chance.random() < 0.2
    moments = sorted(born + timedelta(days=chance.random() * min(age, 120)) for _ in range(steps - 1))
    names = [name for name, _ in LADDER[:steps]]
    history = [
        {"deal_id": ident, "from_stage": a, "to_stage": b, "at": at}
        for a, b, at in zip([None, *names], names, [born, *moments], strict=False)
    ]
    stage, closed_at = names[-1], None
    if closed:
        ended = (moments or [born])[-1] + timedelta(days=chance.randrange(1, 60))
        stage, closed_at = ("Won" if chance.random() < 0.45 else "Lost"), min(NOW, ended)
        history.append({"deal_id": ident, "from_stage": names[-1], "to_stage": stage, "at": closed_at})
    close = closed_at.date() if closed_at else NOW.date() + timedelta(days=chance.randrange(-10, 120))
    pushed = (
        [
            {
                "deal_id": ident,
                "field": "close_date",
                "old": (close - timedelta(days=30)).isoformat(),
                "new": close.isoformat(),
                "at": born + timedelta(days=chance.random() * age),
            }
        ]
        if chance.random() < 0.3
        else []
    )
    row = {
        "id": ident, "name": f"Deal {n}", "account_id": f"a{n % 500}", "owner_id": f"p{n % REPS + 1}", "stage": stage,
        "amount": Decimal(chance.randrange(5, 300) * 1000), "currency": "USD",
        "created": born.date(), "close_date": close, "closed_at": closed_at, "open": not closed, "version": 1,
        "forecast": chance.choice((None, "commit", "best case", "pipeline")),
        "next_step": "Call" if chance.random() < 0.7 else None,
        "next_step_due": close if chance.random() < 0.7 else None,
    }  # fmt: skip
    done = [
        {
            "id": f"x{n}-{k}",
            "kind": "call",
            "at": born + timedelta(days=chance.random() * age),
            "deal_id": ident,
            "contact_ids": [],
            "summary": "Talked",
        }
        for k in range(chance.randrange(0, 3))
    ]
    return row, history, pushed, done
