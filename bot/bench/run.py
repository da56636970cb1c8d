"""The project's own benchmarks on the sample company, as ratios to a floor measured in the same run."""

import json
import multiprocessing
import socket
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console

from bot.bench.pipeline import pipeline
from bot.bench.retrieval import run_retrieval
from bot.bench.understanding import peak_megabytes, reading
from bot.cli.demo import LOG_A_CALL, MANAGER, REP, set_up
from bot.cli.playground import Playground
from bot.contract.message import Message
from bot.domain.audience import DIRECT
from bot.errors import WrongUsage
from bot.playground.delivery import signature
from bot.settings import Settings
from bot.wiring import House, build
from knowledge.facets import Facets

ROUNDS, INGESTS = 25, 3
EVENTS, EVENTS_A_SECOND = 2000, 200


def run(name: str | None, directories: list[Path]) -> Iterator[dict[str, Any]]:
    """The named benchmark, or all; raises BadRequest for an unknown name."""
    known: dict[str, Callable[[House], Iterator[dict[str, Any]]]] = {
        "reply": replies,
        "search": search,
        "ingest": encoding,
        "door": door,
        "understand": understanding,
        "pipeline": summaries,
    }
    if name == "retrieval":
        if not directories:
            raise WrongUsage("Name at least one folder in BEIR form: python -m bot bench retrieval DIR…")
        yield from (run_retrieval(directory) for directory in directories)
        return
    if name is not None and name not in known:
        raise WrongUsage(f"There is no benchmark {name}. Known are retrieval, {', '.join(known)}.")
    with tempfile.TemporaryDirectory() as folder:
        house = build(Settings(caddie_data=Path(folder), database_url=None, caddie_model=None))
        set_up(house, Console(quiet=True))
        for measured, bench in known.items():
            if name in {None, measured}:
                yield from bench(house)


def median_ms(work: Callable[[int], object]) -> float:
    """Median milliseconds of ROUNDS calls after one that warms up."""
    work(-1)
    spent = []
    for n in range(ROUNDS):
        started = time.perf_counter()
        work(n)
        spent.append((time.perf_counter() - started) * 1000)
    return statistics.median(spent)


def _say(house: House, email: str, text: str) -> Callable[[int], object]:
    return lambda n: house.caddie.reply(
        Message(text, email, DIRECT, f"bench-{email}-{text[:9]}-{n}", datetime.now(UTC))
    )


def replies(house: House) -> Iterator[dict[str, Any]]:
    """Job (a) and (c), offline, inside the process; 30 ms is asked for."""
    for name, email, text in (
        ("reply_capture", REP, LOG_A_CALL),
        ("reply_summary", MANAGER, "pipeline summary for my team"),
    ):
        value = median_ms(_say(house, email, text))
        yield {"name": name, "value": round(value, 1), "unit": "ms", "floor": 30, "ratio": round(value / 30, 2)}


def understanding(house: House) -> Iterator[dict[str, Any]]:
    """Reading messages in large CRMs, each in a process of its own."""
    yield from reading(house.settings.caddie_data)


def summaries(house: House) -> Iterator[dict[str, Any]]:
    """Summaries of small and large CRMs, each in a process of its own."""
    yield from pipeline(house.settings.caddie_data)


def search(house: House) -> Iterator[dict[str, Any]]:
    """Job (b) against the bare cost of embedding the question plus one Chroma query."""
    library, question = house.library, "reference story about detention charges for a CFO in manufacturing"

    def floor(_n: int) -> None:
        library.vectors.near("aids", library.embedder.encode([question])[0], 10)

    bare, value = median_ms(floor), median_ms(_say(house, REP, question))
    yield {
        "name": "reply_aid",
        "value": round(value, 1),
        "unit": "ms",
        "floor": round(bare, 1),
        "ratio": round(value / bare, 2),
    }
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        words, meaning = pool.apply(_query_memory, (house.settings.caddie_data, question))
    yield {"name": "query_memory", "value": round(meaning), "unit": "MB", "without_torch": round(words)}


def _query_memory(home: Path, question: str) -> tuple[float, float]:
    """Peak megabytes of a process that answered by words alone, and after it answered by meaning too."""
    library = build(Settings(caddie_data=home, database_url=None, caddie_model=None)).library
    library.search(question, Facets(words_only=True))
    words = peak_megabytes()
    library.search(question)
    return words, peak_megabytes()


def encoding(house: House) -> Iterator[dict[str, Any]]:
    """Passages a second of a whole ingest against the model's bare rate on the same passages; the run in the middle of
    several.
    """
    from ingest.indexing import ingest

    library = house.library
    texts = [f"{p.heading}\n{p.text}" for p in library.catalogue.passages()] * 4
    library.embedder.encode(texts[:8], threads=2)
    rates: list[tuple[float, float]] = []
    for _ in range(INGESTS):
        with tempfile.TemporaryDirectory() as folder:
            for n, text in enumerate(texts):
                (Path(folder) / f"{n}.md").write_text(text, encoding="utf-8")
            other = build(Settings(caddie_data=Path(folder) / "data", database_url=None, caddie_model=None)).library
            started = time.perf_counter()
            report = ingest(
                [Path(folder)],
                other.catalogue,
                other.vectors,
                library.embedder,
                Path(folder) / "lock",
                lambda what, done, total: None,
            )
            value = report.passages / (time.perf_counter() - started)
            same = sorted((f"{p.heading}\n{p.text}" for p in other.catalogue.passages()), key=len, reverse=True)
        started = time.perf_counter()
        library.embedder.encode(same, threads=2)
        rates.append((value, len(same) / (time.perf_counter() - started)))
    value, bare = sorted(rates, key=lambda pair: pair[0] / pair[1])[INGESTS // 2]
    yield {
        "name": "ingest",
        "value": round(value, 1),
        "unit": "passages/s",
        "floor": round(bare, 1),
        "ratio": round(value / bare, 2),
    }


def door(house: House) -> Iterator[dict[str, Any]]:
    """2,000 signed events at 200 a second while the workers answer: p99 of the acknowledgement, and what became of
    them.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with Playground(house, port) as playground, httpx.Client(limits=httpx.Limits(max_connections=20)) as client:
        rep = next(m.id for m in playground.workspace.members.values() if m.email == REP)
        place = playground.workspace.direct(rep).id
        events = [playground.deliverer.event(playground.workspace.say(rep, place, "help")) for _ in range(EVENTS)]
        spent: list[float] = []

        def send(event: dict[str, Any]) -> int:
            body, at = json.dumps(event).encode(), str(int(time.time()))
            headers = {
                "X-Slack-Request-Timestamp": at,
                "X-Slack-Signature": signature(playground.secret, at, body),
                "Content-Type": "application/json",
            }
            started = time.perf_counter()
            status = client.post(f"{playground.base}/slack/events", content=body, headers=headers).status_code
            spent.append((time.perf_counter() - started) * 1000)
            return status

        begun = time.perf_counter()
        with ThreadPoolExecutor(20) as senders:
            sent = []
            for n, event in enumerate(events):
                time.sleep(max(0.0, begun + n / EVENTS_A_SECOND - time.perf_counter()))
                sent.append(senders.submit(send, event))
            accepted = sum(done.result() == 200 for done in sent)
        seconds = time.perf_counter() - begun
        stored = sum(playground.side.inbox.counts().values())
    p99 = sorted(spent)[int(len(spent) * 0.99)]
    lost = {"accepted": accepted, "stored": stored, "sent": EVENTS, "seconds": round(seconds, 1)}
    yield {"name": "door_p99", "value": round(p99, 1), "unit": "ms", "floor": 500, "ratio": round(p99 / 500, 2), **lost}
