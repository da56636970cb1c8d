"""Running it: processes, health, metrics, logs, what is kept and for how long."""

import json
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path

import httpx
import pytest
import uvicorn
from pydantic import BaseModel
from sqlalchemy import select

from bot.cli.playground import workspace_of
from bot.ops import logs, telemetry
from bot.playground.delivery import Deliverer
from bot.playground.server import PlaygroundServer
from bot.playground.workspace import BOT_USER
from bot.storage import retention
from bot.storage.outbox import outbox
from tests.slack.test_slack import by_bot, channel, member, until

ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def served(app: object, port: int) -> Iterator[None]:
    """An ASGI app on a port, in a thread of this process."""
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", ws="websockets-sansio")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until(lambda: server.started)
    try:
        yield
    finally:
        server.should_exit = True
        thread.join(10)


@contextmanager
def stand_in(house, request_url: str, secret: str) -> Iterator[tuple[Deliverer, str]]:
    """Slack's stand-in in this process, for an app in other processes; with the address of its Web API."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    workspace = workspace_of(house)
    workspace.upload_base = base
    deliverer = Deliverer(workspace, secret, request_url, retry_after=(0.2, 1, 3), base_url=base)
    with served(PlaygroundServer(workspace, deliverer, "xoxb-procfile", "xapp-procfile").asgi, port):
        yield deliverer, f"{base}/api/"


@pytest.mark.slow
def test_the_procfile_runs_answers_and_ends_when_asked(house):
    port, health = free_port(), free_port()
    door = f"http://127.0.0.1:{port}"
    with stand_in(house, f"{door}/slack/events", "a" * 32) as (deliverer, api):
        environment = os.environ | {
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "CADDIE_DATA": str(house.settings.caddie_data), "DATABASE_URL": house.settings.database,
            "SLACK_BOT_TOKEN": "xoxb-procfile", "SLACK_SIGNING_SECRET": "a" * 32, "SLACK_API_URL": api,
            "PORT": str(port), "HEALTH_PORT": str(health), "LOG_FORMAT": "json", "LOG_LEVEL": "INFO",
        }  # fmt: skip
        procfile = house.settings.caddie_data / "Procfile"
        lines = (ROOT / "Procfile").read_text(encoding="utf-8").splitlines()
        procfile.write_text(
            "\n".join(line.replace("worker: ", "worker: HEALTH_PORT= ") for line in lines), encoding="utf-8"
        )
        released = subprocess.run(
            [sys.executable, "-m", "honcho", "-f", str(procfile), "start", "release"],
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert "Schema up to date" in released.stdout, released.stdout + released.stderr
        running = subprocess.Popen(
            [sys.executable, "-m", "honcho", "-f", str(procfile), "start", "web", "worker"],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            until(lambda: _answers(f"{door}/ready"))
            user = member_of(deliverer, "Tamsin")
            place = deliverer.workspace.direct(user).id
            deliverer.say(user, place, "globex inbound dock rollout is 190k now")
            until(lambda: [p for p in deliverer.workspace.visible(user, place) if p.user != user])
            assert b"caddie_inbox_items" in httpx.get(f"http://127.0.0.1:{health}/metrics").content
        finally:
            running.send_signal(signal.SIGTERM)
            told, _ = running.communicate(timeout=40)
        assert running.returncode in {0, -signal.SIGTERM, 143}, told
        assert "Traceback" not in told
        assert "190k" not in told, "what people say is in no log"


def member_of(deliverer: Deliverer, name: str) -> str:
    return next(m.id for m in deliverer.workspace.members.values() if m.name.startswith(name))


def _answers(url: str) -> bool:
    try:
        return httpx.get(url, timeout=2).status_code == 200
    except httpx.HTTPError:
        return False


def test_health_and_metrics(slack):
    user = member(slack, "Tamsin")
    slack.deliverer.say(user, slack.workspace.direct(user).id, "my pipeline")
    until(lambda: slack.side.inbox.counts() == {"done": 1})
    assert httpx.get(f"{slack.base}/health").text == "ok"
    assert httpx.get(f"{slack.base}/ready").text.startswith("ready")
    told = httpx.get(f"{slack.base}/metrics").text
    for line in (
        'caddie_arrivals_total{kind="message"}',
        'caddie_door_seconds_count{status="200"}',
        'caddie_work_seconds_count{kind="message",outcome="done"}',
        'caddie_sent_total{outcome="sent",way="post"}',
    ):
        assert re.search(re.escape(line) + r" [1-9]", told), line
    assert 'caddie_inbox_items{state="done"} 1.0' in told


class Checked(BaseModel):
    secret: int


@pytest.mark.parametrize("form", ["text", "json"])
def test_logs_hold_neither_tokens_nor_what_was_said(form):
    out = StringIO()
    handler = logging.StreamHandler(out)
    handler.setFormatter(logs.JsonLines() if form == "json" else logs.Lines("%(levelname)s %(message)s"))
    log = logging.Logger("test")
    log.addHandler(handler)
    log.warning("token %s at postgresql://caddie:hunter2@db/caddie", "xoxb-123-abc")
    try:
        Checked.model_validate({"secret": "we talked about the merger"})
    except ValueError:
        log.exception("a check failed")
    told = out.getvalue()
    assert not re.search("xoxb-1|hunter2|merger", told), told
    assert "ValidationError" in told
    assert "test_operations.py" in told
    if form == "json":
        assert [json.loads(line)["level"] for line in told.splitlines()] == ["WARNING", "ERROR"]


def test_what_is_old_goes_and_what_a_person_said_can_be_deleted(tmp_path, made, slack):
    house = slack.side._caddie.desk
    engine = house.drafts._engine
    user, other = member(slack, "Tamsin"), member(slack, "Joaquin")
    for who, said in (
        (user, "my pipeline, I am worried about globex"),
        (user, "globex inbound dock rollout is 190k now"),
        (other, "how do we handle too expensive"),
    ):
        slack.deliverer.say(who, slack.workspace.direct(who).id, said)
    until(lambda: slack.side.inbox.counts() == {"done": 3})
    card = by_bot(slack, user, slack.workspace.direct(user).id)[-1]
    draft = next(
        e["value"] for b in card.blocks if b["type"] == "actions" for e in b["elements"] if e["action_id"] == "confirm"
    )
    slack.deliverer.press(user, card, "confirm", draft)
    until(lambda: slack.side.inbox.counts() == {"done": 4})
    assert set(retention.purge(engine, datetime.now(UTC), timedelta(days=90)).values()) == {0}
    slack.deliverer.say(
        member(slack, "Solomon"), channel(slack, "#east-sales"), f"<@{BOT_USER}> pipeline summary for my team"
    )
    until(lambda: slack.side.inbox.counts() == {"done": 5})
    person = house.organization.with_email("tamsin@quayline.example")
    gone = retention.forget(engine, person.id, person.email, user)
    assert gone == {
        "outbox": 3,
        "inbox": 3,
        "conversations": 1,
        "receipts": 1,
        "drafts": 1,
        "feedback": 0,
        "audit_log": 1,
    }
    entry = list(house.audit.entries(None, None))[-1]
    assert (entry["person_id"], entry["action"], entry["source"], entry["after"]["amount"]) == (
        person.id,
        "write",
        retention.GONE,
        "190000",
    )
    assert list(house.audit.entries(datetime.now(UTC).date() + timedelta(days=2), None)) == []
    assert slack.side.inbox.counts() == {"done": 2}, "what the other person said stays, also where both read along"
    with engine.connect() as connection:
        kept = [body for (body,) in connection.execute(select(outbox.c.body))]
    assert any("tamsin@quayline.example" in str(body.get("seen_by")) for body in kept), (
        "she reads along in the manager's channel"
    )
    later = retention.purge(engine, datetime.now(UTC) + timedelta(days=100), timedelta(days=90))
    assert (later["inbox"], later["outbox"], later["conversations"], later["feedback"]) == (2, len(kept), 2, 1)


def test_steps_are_traced_where_a_collector_is_named(slack):
    from opentelemetry import trace
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SimpleSpanProcessor
    from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    trace.set_tracer_provider(provider)
    user = member(slack, "Tamsin")
    slack.deliverer.say(user, slack.workspace.direct(user).id, "my pipeline")
    until(lambda: slack.side.inbox.counts() == {"done": 1})
    spans = {span.name: span for span in kept.get_finished_spans()}
    assert spans["send"].parent.span_id == spans["work"].context.span_id
    assert dict(spans["work"].attributes) == {"kind": "message", "attempt": 1}
    with pytest.raises(ValueError, match="merger"), telemetry.span("work"):
        raise ValueError("we talked about the merger")
    assert "merger" not in str(kept.get_finished_spans()[-1].to_json())
