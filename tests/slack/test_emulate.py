"""The real Slack side against somebody else's Slack: emulate, from npm, which allows the manifest's scopes and no
more.
"""

import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
import uvicorn
import yaml
from slack_sdk import WebClient
from starlette.applications import Starlette

from bot.cli.slack_side import slack_side
from bot.contract.replies.notices import HelpText
from bot.playground.delivery import Deliverer
from bot.playground.records import Channel, Posted
from bot.playground.workspace import BOT_ID, BOT_USER, SlackWorkspace
from bot.slack.doors import slack_routes
from bot.slack.installations import OneWorkspace
from bot.views import render
from bot.wiring import DOCUMENTS
from tests.slack.test_slack import until

pytestmark = pytest.mark.slow
PACKAGES, MANIFEST = Path(__file__).parent / "emulate", DOCUMENTS.parents[1] / "slack-manifest.yaml"
TEAM, TOKEN, SECRET = "T000000001", "xoxb-emulate", "a secret"  # emulate's team has this id always


@pytest.fixture(scope="session")
def emulate() -> list[str]:
    """The command that runs emulate, installed as its lock file says; without npm this is skipped, except in CI."""
    lock, done = PACKAGES / "package-lock.json", PACKAGES / "node_modules/.package-lock.json"
    if not done.exists() or done.stat().st_mtime < lock.stat().st_mtime:
        npm = shutil.which("npm")
        made = npm and subprocess.run(
            [npm, "ci", "--no-audit", "--no-fund"], cwd=PACKAGES, capture_output=True, text=True, timeout=240
        )
        if not made or made.returncode:
            (pytest.fail if os.environ.get("CADDIE_CI") else pytest.skip)(
                f"emulate cannot be installed: {made.stderr[-500:] if made else 'npm is not on the PATH'}"
            )
    return [
        str(PACKAGES / "node_modules/node/bin/node"),
        str(PACKAGES / "node_modules/emulate/dist/index.js"),
        "start",
        "--service",
        "slack",
    ]


@dataclass
class Emulated:
    """The company's people in emulate. It delivers no events by itself, so the playground's deliverer does."""

    base: str
    bot: WebClient
    deliverer: Deliverer

    def client(self, name: str) -> WebClient:
        return WebClient(f"xoxp-{name}", base_url=f"{self.base}/api/")

    def member(self, name: str) -> str:
        return str(next(m["id"] for m in self.bot.users_list()["members"] if m["name"] == name))

    def place(self, kind: str, owner: str, other: str = "") -> str:
        """A person's direct message with Caddie, or a channel that they make for Caddie and one other."""
        mine = self.client(owner)
        private = str(kind == "private").lower()  # a True, which slack_sdk sends as 1, is not understood by emulate
        made = (
            mine.conversations_open(users=BOT_USER)
            if kind == "im"
            else mine.conversations_create(name="sales", is_private=private)
        )["channel"]["id"]
        if other:
            mine.conversations_invite(channel=made, users=[BOT_USER, self.member(other)])
        self.deliverer.workspace.channels[made] = Channel(made, made, kind, [])
        return str(made)

    def say(self, name: str, place: str, text: str) -> Posted:
        posted = Posted(
            str(self.client(name).chat_postMessage(channel=place, text=text)["ts"]), place, self.member(name), text
        )
        assert self.deliverer.deliver(self.deliverer.event(posted, "app_mention" if BOT_USER in text else "message"))
        return posted

    def by_bot(self, place: str, root: str | None = None) -> list[dict]:
        """What Caddie posted in a place, or in a thread there, the oldest first."""
        found = (
            self.bot.conversations_replies(channel=place, ts=root)
            if root
            else self.bot.conversations_history(channel=place)
        )
        return sorted((m for m in found["messages"] if m["user"] == BOT_USER), key=lambda m: m["ts"])

    def shown(self, heading: str, place: str = "") -> str:
        """A section of emulate's inspector: ephemeral messages and views, which the Web API shows to nobody."""
        return httpx.get(f"{self.base}/?channel={place}").text.partition(f"<h2>{heading}</h2>")[2].partition("<h2>")[0]


@pytest.fixture
def slack(emulate, house, tmp_path, monkeypatch) -> Iterator[Emulated]:
    people = {p.email.split("@")[0]: p.email for p in house.desk.mirror.snapshot.organization.people.values()}
    app = {
        "app_id": "A0CADDIE",
        "bot_id": BOT_ID,
        "bot_user_id": BOT_USER,
        "scopes": yaml.safe_load(MANIFEST.read_text())["oauth_config"]["scopes"]["bot"],
    }
    seed = {
        "users": [{"name": name, "email": email} for name, email in {**people, "stranger": ""}.items()],
        "strict_scopes": True,
        "oauth_apps": [{"client_id": "c", "client_secret": "s", "redirect_uris": [], "name": "Caddie", **app}],
        "tokens": [
            {"token": TOKEN, "user": BOT_USER, **app},
            *({"token": f"xoxp-{name}", "user": name} for name in people),
        ],
    }
    (file := tmp_path / "seed.json").write_text(json.dumps({"slack": seed}))
    door = socket.create_server(("127.0.0.1", 0))
    with socket.create_server(("127.0.0.1", 0)) as probe:
        base = f"http://127.0.0.1:{(port := probe.getsockname()[1])}"
    process = subprocess.Popen(
        [*emulate, "--port", str(port), "--base-url", base, "--seed", str(file)], stdout=subprocess.DEVNULL
    )
    side = slack_side(house, OneWorkspace(TOKEN, f"{base}/api/"), SECRET)
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=slack_routes(side)), log_level="warning"))
    threading.Thread(target=server.run, args=([door],), daemon=True).start()
    side.start()
    workspace = SlackWorkspace()
    workspace.trigger = lambda user: str(
        side.installations.client("").api_call("views.generateTriggerId", params={"user_id": user})["trigger_id"]
    )
    monkeypatch.setattr("bot.playground.delivery.TEAM", TEAM)
    try:
        httpx.Client(transport=httpx.HTTPTransport(retries=6)).get(base).raise_for_status()
        yield Emulated(
            base,
            side.installations.client(""),
            Deliverer(workspace, SECRET, f"http://127.0.0.1:{door.getsockname()[1]}/slack/events"),
        )
    finally:
        side.stop()
        server.should_exit = True
        process.terminate()
        process.wait(10)


def test_a_call_has_its_form_and_is_logged(slack, house):
    rep, place = slack.member("tamsin"), slack.place("im", "tamsin")
    slack.say(
        "tamsin",
        place,
        (
            "had a 30 min call with Dana at Globex yesterday about the inbound dock rollout, about $180k. next "
            "step send proposal friday"
        ),
    )
    card = until(lambda: slack.by_bot(place))[0]
    values = {e["action_id"]: e["value"] for b in card["blocks"] if b["type"] == "actions" for e in b["elements"]}
    for action in ("edit", "confirm"):
        assert (
            slack.deliverer.press(rep, Posted(card["ts"], place, BOT_USER, card["text"]), action, values[action]) == 200
        )
    until(lambda: "tamsin" in slack.shown("Modals") and "edited" in slack.by_bot(place)[0])
    (receipt,) = slack.by_bot(place)
    assert "undo" in json.dumps(receipt["blocks"]), "the card became the receipt, and nothing was posted beside it"
    assert str(house.desk.mirror.deal("qd001").amount) == "180000.00"


def test_a_chart_is_shared_and_a_plan_is_a_file_where_there_are_no_canvases(slack):
    place = slack.place("private", "solomon", "tamsin")
    said = slack.say("solomon", place, f"<@{BOT_USER}> pipeline summary for my team for q1 2026")
    summary, chart = until(lambda: len(found := slack.by_bot(place, said.ts)) == 2 and found)
    assert (summary["text"].startswith("Pipeline:"), chart["files"][0]["name"]) == (True, "pipeline.png")
    assert httpx.get(chart["files"][0]["url_private"], headers={"Authorization": f"Bearer {TOKEN}"}).content.startswith(
        b"\x89PNG"
    )
    slack.say("tamsin", alone := slack.place("im", "tamsin"), "territory plan for me")
    assert until(lambda: [m for m in slack.by_bot(alone) if "files" in m])[0]["files"][0]["name"].endswith(".docx")


def test_numbers_never_reach_people_from_outside(slack):
    place = slack.place("public", "solomon", "stranger")
    said = slack.say("solomon", place, f"<@{BOT_USER}> pipeline summary for my team")
    until(lambda: "outside" in (told := slack.shown("Ephemeral", place)) and "solomon" in told)
    assert slack.by_bot(place) == slack.by_bot(place, said.ts) == []


def test_a_home_is_published_and_replaced(slack):
    rep, blocks = slack.member("tamsin"), render(HelpText()).blocks
    views = [
        slack.bot.views_publish(user_id=rep, view={"type": "home", "blocks": shown})["view"]
        for shown in (blocks[:1], blocks)
    ]
    assert (views[0]["id"], views[1]["blocks"]) == (views[1]["id"], blocks)
    assert "tamsin" in slack.shown("App Home")
