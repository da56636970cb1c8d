"""Benchmark of reading messages in a large CRM: milliseconds a message and memory, in a process of its own."""

import csv
import json
import multiprocessing
import random
import resource
import statistics
import time
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.contract.message import Message
from bot.crm.csv.folder import import_folder
from bot.domain.audience import DIRECT
from bot.settings import Settings
from bot.wiring import build

SEED = 7
SIZES = (("", 10_000, 5_000, 20_000), ("_x10", 100_000, 50_000, 200_000))
REPS = 40
MESSAGES = 60
FLOOR_MS = {"": 15, "_x10": 40}
FLOOR_MB = 300
_STARTS = [
    "bra",
    "cal",
    "den",
    "el",
    "far",
    "gor",
    "hal",
    "ing",
    "jor",
    "kel",
    "lun",
    "mor",
    "nor",
    "oak",
    "pel",
    "quin",
    "ros",
    "sal",
    "tor",
    "ul",
    "ven",
    "wes",
    "yar",
    "zin",
    "ash",
    "bec",
    "col",
    "dra",
    "fen",
    "gil",
]
_MIDDLES = ["a", "e", "i", "o", "u", "an", "en", "in", "or", "ar", "el", "is", "ta", "ri", "ne", "lo"]
_ENDS = [
    "dale",
    "ford",
    "ton",
    "wick",
    "mere",
    "land",
    "gate",
    "field",
    "burn",
    "stead",
    "more",
    "ley",
    "worth",
    "by",
    "ham",
    "ster",
    "vik",
    "ran",
    "dos",
    "met",
]
_TRADES = [
    "Foods",
    "Steel",
    "Logistics",
    "Pharma",
    "Clinics",
    "Energy",
    "Textiles",
    "Motors",
    "Paper",
    "Glass",
    "Foundry",
    "Retail",
    "Shipping",
    "Plastics",
    "Dairy",
]
_GIVEN = [
    "James",
    "Robert",
    "Mary",
    "William",
    "Linda",
    "Susan",
    "Karen",
    "Thomas",
    "Daniel",
    "Nancy",
    "Laura",
    "Kevin",
    "Brian",
    "Emma",
    "Sofia",
    "Lucas",
    "Anna",
    "Peter",
    "Ivan",
    "Mei",
]
_ABOUT = ["renewal", "rollout", "pilot", "expansion", "upgrade", "migration", "site", "monitoring", "platform", "audit"]
_SAID = (
    (
        "had a 30 min call with {contact} at {account} yesterday about the {about}, about $180k, closing end "
        "of Q3. next step send proposal friday"
    ),
    "{account} {about} is now at 240k and slips to the end of next month",
    "met {contact} at {account} on tuesday for an hour, they like the plan, sending the contract by the 20th",
    "bump the {account} {about} by 10% and move the close to mid-May",
    "did i log the call with {account}?",
    "spoke to {given}, no answer on budget yet. remind me to call again in two weeks",
)


def reading(folder: Path) -> Iterator[dict[str, Any]]:
    """10,000 deals, 5,000 accounts and 20,000 contacts, then ten times that; medians over messages by reps of the
    company.
    """
    for suffix, deals, accounts, contacts in SIZES:
        home = folder / f"big{suffix}"
        said = _company(home / "csv", deals, accounts, contacts)
        house = build(Settings(caddie_data=home, database_url=None, caddie_model=None))
        import_folder(house.engine, home / "csv", house.process)
        house.engine.dispose()
        with multiprocessing.get_context("spawn").Pool(1) as pool:
            ms, reply_ms, first_ms, mb = pool.apply(_measure, (home, said))
        size = {"deals": deals, "accounts": accounts, "contacts": contacts, "first_ms": round(first_ms)}
        floor = FLOOR_MS[suffix]
        yield {
            "name": f"understand{suffix}",
            "value": round(ms, 1),
            "unit": "ms",
            "floor": floor,
            "ratio": round(ms / floor, 2),
            **size,
        }
        yield {
            "name": f"capture{suffix}",
            "value": round(reply_ms, 1),
            "unit": "ms",
            "floor": floor,
            "ratio": round(reply_ms / floor, 2),
        }
        yield {
            "name": f"memory{suffix}",
            "value": round(mb),
            "unit": "MB",
            "floor": FLOOR_MB,
            "ratio": round(mb / FLOOR_MB, 2),
        }


def _measure(home: Path, said: list[tuple[str, str]]) -> tuple[float, float, float, float]:
    """Median milliseconds of understanding and of the whole reply, those of the first message, and peak megabytes."""
    caddie = build(Settings(caddie_data=home, database_url=None, caddie_model=None)).caddie
    started = time.perf_counter()
    caddie.reply(Message(said[0][1], said[0][0], DIRECT, "first", datetime.now(UTC)))
    first = (time.perf_counter() - started) * 1000
    understood, replied = [], []
    for n, (email, text) in enumerate(said):
        message = Message(text, email, DIRECT, f"bench-{n}", datetime.now(UTC))
        started = time.perf_counter()
        caddie.understand(message)
        understood.append((time.perf_counter() - started) * 1000)
        started = time.perf_counter()
        caddie.reply(message)
        replied.append((time.perf_counter() - started) * 1000)
    return statistics.median(understood), statistics.median(replied), first, peak_megabytes()


def peak_megabytes() -> float:
    """Of this process alone: where /proc is missing, the system's figure may include what the parent had."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _company(folder: Path, deals: int, accounts: int, contacts: int) -> list[tuple[str, str]]:
    """A generated company as CSV; returns (e-mail, message) pairs about its deals."""
    chance = random.Random(SEED)
    folder.mkdir(parents=True, exist_ok=True)

    def word() -> str:
        return (chance.choice(_STARTS) + chance.choice(_MIDDLES) + chance.choice(_ENDS)).capitalize()

    people = [{"id": "p0", "name": "Greta Holm", "email": "greta@big.example", "manager_id": ""}]
    people += [
        {"id": f"p{n}", "name": f"{word()} {word()}", "email": f"p{n}@big.example", "manager_id": "p0"}
        for n in range(1, REPS + 1)
    ]
    firms = [
        {
            "id": f"a{n}",
            "name": f"{word()} {word() if chance.random() < 0.5 else ''} {chance.choice(_TRADES)}".replace("  ", " "),
        }
        for n in range(accounts)
    ]
    known = [
        {
            "id": f"c{n}",
            "name": f"{chance.choice(_GIVEN)} {word()}",
            "account_id": firms[n % accounts]["id"],
            "email": f"c{n}@firm.example",
        }
        for n in range(contacts)
    ]
    sold, day = [], date(2026, 1, 5)
    for n in range(deals):
        about, owner = chance.choice(_ABOUT), n % REPS + 1
        sold.append(
            {
                "id": f"d{n}", "name": f"{firms[n % accounts]['name']} {about}",
                "account_id": firms[n % accounts]["id"], "owner_id": f"p{owner}",
                "stage": "Qualified" if n % 3 else "Won", "amount": chance.randrange(10, 900) * 1000, "currency": "USD",
                "created": day,
                "close_date": day + timedelta(days=chance.randrange(30, 300)),
                "closed_at": "" if n % 3 else "2026-02-01T10:00:00+00:00",
                "contact_ids": known[n % contacts]["id"],
            }
        )  # fmt: skip
    for name, rows in (("people", people), ("accounts", firms), ("contacts", known), ("deals", sold)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
    (folder / "channels.json").write_text(json.dumps({}), encoding="utf-8")
    said = []
    for _ in range(MESSAGES):
        n = chance.randrange(deals)
        contact = known[n % contacts]["name"]
        told = {
            "account": firms[n % accounts]["name"].split()[0].lower(),
            "contact": contact,
            "given": contact.split()[0],
            "about": str(sold[n]["name"]).split()[-1],
        }
        said.append((f"{sold[n]['owner_id']}@big.example", chance.choice(_SAID).format(**told)))
    return said
