"""Two processes serve Slack and are killed at random moments: every question is answered once, every card written
once.
"""

import itertools
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from sqlalchemy import func, select

from bot.crm.mirror import tables as t
from bot.playground.records import Posted
from bot.storage.inbox import Inbox
from bot.storage.outbox import Outbox
from tests.ops.test_operations import ROOT, free_port, stand_in
from tests.slack.test_slack import until

pytestmark = [pytest.mark.slow, pytest.mark.timeout(0)]
KILLS = int(os.environ.get("CADDIE_KILLS", "5"))
SECRET = "k" * 32


class App:
    """Two `python -m bot` behind a balancer that goes to the next one where one does not answer."""

    def __init__(self, environment: dict[str, str]) -> None:
        self._environment, self.ports = environment, [free_port(), free_port()]
        self.processes = [self._start(port) for port in self.ports]

    def _start(self, port: int) -> "subprocess.Popen[bytes]":
        return subprocess.Popen(
            [sys.executable, "-m", "bot"],
            cwd=ROOT,
            env={**self._environment, "PORT": str(port)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def kill(self, n: int) -> None:
        self.processes[n].kill()
        assert self.processes[n].wait() == -signal.SIGKILL
        self.processes[n] = self._start(self.ports[n])

    def ready(self, n: int) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.ports[n]}/ready", timeout=2).status_code == 200
        except httpx.HTTPError:
            return False

    def end(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


def test_kills_lose_no_answer_and_double_none(house):
    chance, tokens = random.Random(5), itertools.count(1)
    with stand_in(house, "", SECRET) as (deliverer, api):
        workspace = deliverer.workspace
        app = App(
            os.environ
            | {
                "CADDIE_DATA": str(house.settings.caddie_data),
                "SLACK_BOT_TOKEN": "xoxb-procfile",
                "SLACK_SIGNING_SECRET": SECRET,
                "SLACK_API_URL": api,
            }
        )
        turn = itertools.count()
        take = deliverer._answer

        def balanced(body: bytes, content_type: str, extra: dict[str, str]) -> httpx.Response | None:
            deliverer.request_url = f"http://127.0.0.1:{app.ports[next(turn) % 2]}/slack/events"
            return take(body, content_type, extra)

        deliverer._answer = balanced
        deliverer.retry_after = (0.0, 1.0, 3.0, 6.0, 10.0)
        rep = next(m for m in workspace.members.values() if m.name.startswith("Tamsin"))
        team = next(c.id for c in workspace.channels.values() if c.name == "#east-sales")
        asked: list[Posted] = []
        remarks: list[int] = []
        pressed: list[str] = []
        ended = threading.Event()

        def ask() -> None:
            while not ended.is_set():
                n = next(tokens)
                posted = workspace.say(
                    rep.id,
                    team,
                    f"<@U0CADDIE> note on globex inbound dock rollout: remark {n} was made"
                    if n % 2
                    else f"<@U0CADDIE> my pipeline please {n}",
                )
                asked.append(posted)
                remarks.extend([n] if n % 2 else [])
                assert deliverer.deliver(deliverer.event(posted, "app_mention"))
                time.sleep(chance.uniform(0.2, 0.6))

        def press() -> None:
            done: set[str] = set()
            while not ended.is_set() or {p.ts for p in cards()} - done:
                for card in cards():
                    if card.ts not in done:
                        draft = next(
                            e["value"]
                            for b in card.blocks
                            for e in b.get("elements", ())
                            if e.get("action_id") == "confirm"
                        )
                        if deliverer.press(rep.id, card, "confirm", draft) == 200:
                            done.add(card.ts)
                            pressed.append(draft)
                time.sleep(0.3)

        def cards() -> list[Posted]:
            return [
                p
                for p in list(workspace.posted)
                if p.blocks and any(e.get("action_id") == "confirm" for b in p.blocks for e in b.get("elements", ()))
            ]

        try:
            until(lambda: app.ready(0) and app.ready(1))
            with ThreadPoolExecutor(3) as people:
                running = [people.submit(ask), people.submit(ask), people.submit(press)]
                for n in range(KILLS):
                    time.sleep(chance.uniform(0.5, 2.5))
                    if chance.random() < 0.4:
                        workspace.fail_next(
                            chance.choice(["chat.postMessage", "chat.postEphemeral", "chat.update"]), "lost_answer"
                        )
                    app.kill(n % 2)
                    until(lambda n=n: app.ready(n % 2))
                ended.set()
                for one in running:
                    one.result(120)
            inbox, outbox = Inbox(house.engine), Outbox(house.engine)
            until(lambda: set(inbox.counts()) == {"done"} and "open" not in outbox.counts())
        finally:
            ended.set()
            app.end()

        doubted, ours = outbox.counts()["doubted"], [p for p in workspace.posted if p.user == "U0CADDIE" and p.blocks]
        assert len(asked) > KILLS
        assert len(set(pressed)) > KILLS / 2
        cards_of = {n: [p for p in ours if f"remark {n} was made" in str(p.blocks)] for n in remarks}
        assert [n for n, shown in cards_of.items() if not shown] == [], "lost"
        in_threads = Counter(p.thread_ts for p in ours if p.only_for is None)
        others = [p for p in asked if "my pipeline" in p.text]
        for_one = [p for p in ours if p.only_for and "remark" not in str(p.blocks)]
        assert sum(in_threads[p.ts] > 0 for p in others) + len(for_one) >= len(others), "lost"
        assert {root: count for root, count in in_threads.items() if count > 1} == {}, "posted twice"
        keys = Counter((p.metadata or {}).get("event_payload", {}).get("key") for p in workspace.posted if p.metadata)
        assert max(keys.values(), default=1) == 1
        assert sum(len(shown) - 1 for shown in cards_of.values()) <= doubted, "what may have come twice is known"
        with house.engine.connect() as connection:
            pushes = connection.execute(
                select(func.count()).select_from(t.pushes).where(t.pushes.c.key.in_(set(pressed)))
            ).scalar()
            activities = connection.execute(
                select(func.count())
                .select_from(t.activities)
                .where(t.activities.c.id.in_([f"{draft}-a" for draft in set(pressed)]))
            ).scalar()
        assert (pushes, activities) == (len(set(pressed)), len(set(pressed)))
