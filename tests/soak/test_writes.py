"""Confirmed cards under kills and redelivery: each is written once."""

import multiprocessing
import random
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.contract.message import Press
from bot.contract.replies.cards import DraftCard
from bot.crm.mirror import tables as t
from bot.domain.audience import DIRECT
from bot.settings import Settings
from bot.storage.drafts import drafts
from bot.storage.inbox import Inbox, Item
from bot.storage.lease import Lease
from bot.wiring import build
from tests.conftest import NOW

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]
KILLS = 200
DELIVERIES = 10_000
CARDS = 250
IDLE_LOOKS = 600
"""So many looks without progress mean that something hangs; how long the work takes is the machine's business."""
PROCESSES = multiprocessing.get_context("forkserver")


def _cards(house, talk, count: int) -> list[str]:
    """That many open cards, each with an activity of its own and a small change."""
    deals = [d for d in house.desk.mirror.deals(owners=["q05"], open_only=True) if d.account_id]
    made = []
    for n in range(count):
        deal = deals[n % len(deals)]
        rep = talk(thread=f"card-{n}")
        card = next(
            r
            for r in rep.say(f"note on {deal.name}: remark number {n}. next step check item {n}").replies
            if isinstance(r, DraftCard)
        )
        made.append(card.draft_id)
    return made


def _work(folder: Path) -> None:
    """A process that works presses off an inbox until it is killed."""
    house = build(Settings(_env_file=None, caddie_data=folder, database_url=None, caddie_model=None))
    house.desk.drafts._lease = Lease(drafts.c.leased_until, timedelta(seconds=0.3))
    inbox = Inbox(house.engine, lease=timedelta(seconds=0.3))

    def press(item: Item) -> None:
        house.caddie.press(
            Press("confirm", "tamsin@quayline.example", DIRECT, item.payload["thread"], NOW, item.payload["card"])
        )

    while True:
        item = inbox.take()
        if item is None:
            time.sleep(0.02)
            continue
        press(item)
        inbox.done(item.key)


def written(house, cards: list[str]) -> tuple[int, int, int]:
    """Cards with a receipt, pushes, and activities that these cards made."""
    with house.engine.connect() as connection:
        pushes = connection.execute(
            select(func.count()).select_from(t.pushes).where(t.pushes.c.key.in_(cards))
        ).scalar()
        activities = connection.execute(
            select(func.count()).select_from(t.activities).where(t.activities.c.id.in_([f"{c}-a" for c in cards]))
        ).scalar()
    receipts = sum(house.desk.receipts.of_draft(card) is not None for card in cards)
    return receipts, pushes, activities


def test_two_hundred_kills_lose_nothing_and_write_nothing_twice(house, talk):
    """Two processes work off confirmations while one of them at a time is killed with SIGKILL at a random moment."""
    chance = random.Random(11)
    folder = house.settings.caddie_data
    cards = _cards(house, talk, KILLS)
    inbox = Inbox(house.engine)
    house.engine.dispose()

    def start() -> multiprocessing.Process:
        worker = PROCESSES.Process(target=_work, args=(folder,))
        worker.start()
        return worker

    workers = [start(), start()]
    for n, card in enumerate(cards):
        inbox.store(f"press-{card}", f"lane-{n % 7}", {"card": card, "thread": f"card-{n}"})
        time.sleep(chance.uniform(0, 0.12))
        victim = chance.randrange(2)
        workers[victim].kill()
        workers[victim].join()
        workers[victim] = start()
    done, idle = -1, 0
    while inbox.counts().get("done", 0) < KILLS:
        idle = 0 if inbox.counts().get("done", 0) > done else idle + 1
        done = inbox.counts().get("done", 0)
        assert idle < IDLE_LOOKS, f"nothing goes on any more: {inbox.counts()}"
        time.sleep(0.2)
    for worker in workers:
        worker.kill()
        worker.join()
    assert inbox.counts() == {"done": KILLS}
    assert written(house, cards) == (KILLS, KILLS, KILLS)


def _deliver(folder: Path, seed: int, cards: list[str], failed) -> None:
    """Half of the redeliveries, shuffled, stored and worked off in a process of its own."""
    house = build(Settings(_env_file=None, caddie_data=folder, database_url=None, caddie_model=None))
    inbox = Inbox(house.engine)
    chance = random.Random(seed)
    deliveries = [n % len(cards) for n in range(DELIVERIES // 2)]
    chance.shuffle(deliveries)
    for count, n in enumerate(deliveries):
        inbox.store(
            f"press-{cards[n]}-{chance.randrange(3)}", f"lane-{n % 11}", {"card": cards[n], "thread": f"card-{n}"}
        )
        if count % 6 == 0 or count == len(deliveries) - 1:
            item = inbox.take()
            if item:
                answered = house.caddie.press(
                    Press(
                        "confirm", "tamsin@quayline.example", DIRECT, item.payload["thread"], NOW, item.payload["card"]
                    )
                )
                if answered.replies[0].kind != "receipt":
                    failed.value += 1
                inbox.done(item.key)


def test_ten_thousand_shuffled_redeliveries_and_double_presses_write_each_card_once(house, talk):
    cards = _cards(house, talk, CARDS)
    folder = house.settings.caddie_data
    house.engine.dispose()
    failed = PROCESSES.Value("i", 0)
    processes = [PROCESSES.Process(target=_deliver, args=(folder, seed, cards, failed)) for seed in (1, 2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    inbox = Inbox(house.engine)
    while item := inbox.take():
        house.caddie.press(
            Press("confirm", "tamsin@quayline.example", DIRECT, item.payload["thread"], NOW, item.payload["card"])
        )
        inbox.done(item.key)
    assert failed.value == 0
    assert sum(inbox.counts().values()) == 3 * CARDS, "three presses a card, however often each was delivered"
    assert written(house, cards) == (CARDS, CARDS, CARDS)
