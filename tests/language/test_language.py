"""The entities of sales talk, and the language-model path over HTTP."""

import json
import threading
import time
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from bot.contract.replies.cards import DraftCard
from bot.language.model.grounding import grounded
from bot.language.model.loading import Rest
from bot.language.spans.dates import find_dates
from bot.language.spans.durations import find_duration
from bot.language.spans.money import find_factor, find_money
from tests.conftest import Talk, house_in
from tests.handlers.test_jobs import only

WEDNESDAY = date(2026, 3, 11)


@pytest.mark.parametrize(
    ("text", "ahead", "last"),
    [
        ("yesterday", False, "2026-03-10"),
        ("last thursday", False, "2026-03-05"),
        ("monday", False, "2026-03-09"),
        ("on the 4th", False, "2026-03-04"),
        ("friday", True, "2026-03-13"),
        ("next friday", True, "2026-03-20"),
        ("nxt wk tues", True, "2026-03-17"),
        ("a week from monday", True, "2026-03-23"),
        ("end of Q3", True, "2026-09-30"),
        ("EOQ", True, "2026-03-31"),
        ("mid-May", True, "2026-05-15"),
        ("in april", True, "2026-04-30"),
        ("june 26", True, "2026-06-26"),
        ("4/17", True, "2026-04-17"),
        ("in 2 weeks", True, "2026-03-25"),
        ("下周三", True, "2026-03-18"),
        ("月底", True, "2026-03-31"),
        ("六月底", True, "2026-06-30"),
        ("十月", True, "2026-10-31"),
        ("三天后", True, "2026-03-14"),
        ("下下周一", True, "2026-03-23"),
        ("上周五", False, "2026-03-06"),
    ],
)
def test_days(text, ahead, last):
    found = find_dates(text, WEDNESDAY, ahead=ahead)
    assert [d.day(last=True).isoformat() for d in found] == [last]


@pytest.mark.parametrize("text", ["Feb 30", "31 april", "13/32", "2026-02-30", "may I ask", "line 4"])
def test_no_day_where_none_is_said(text):
    assert [d for d in find_dates(text, WEDNESDAY, ahead=True) if d.grain == "day"] == []


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("$1.2m", "1200000", "USD"),
        ("180k", "180000", None),
        ("90 grand", "90000", None),
        ("half a million", "500000", None),
        ("€45,5k", "45500", "EUR"),
        ("12万", "120000", None),
        ("一百五十万", "1500000", None),
        ("预算150万元", "1500000", "CNY"),
        ("1,250,000 usd", "1250000", "USD"),
        ("two hundred thousand dollars", "200000", "USD"),
    ],
)
def test_money(text, amount, currency):
    assert [(m.amount, m.currency) for m in find_money(text) if m.sure] == [(Decimal(amount), currency)]


@pytest.mark.parametrize("text", ["30 min", "250 seats", "line 4", "30台", "4 wks", "version 4.2"])
def test_no_money_where_something_else_is_counted(text):
    assert [m for m in find_money(text) if m.sure] == []


def test_relative_changes():
    assert [find_factor(t) for t in ("bump it by 10%", "cut it by 20 percent", "half of what we quoted")] == [
        Decimal("1.1"),
        Decimal("0.8"),
        Decimal("0.5"),
    ]


@pytest.mark.parametrize(
    ("text", "minutes"),
    [("30 min", 30), ("1h", 60), ("an hour and a half", 90), ("half an hour", 30), ("一个半小时", 90), ("20分钟", 20)],
)
def test_durations(text, minutes):
    found = find_duration(text)
    assert found is not None
    assert found[0] == minutes


def test_prose_with_anything_new_is_not_grounded():
    facts = "[1] Detention fell by 40 percent at Tarvane."
    assert grounded("Detention fell by 40 percent at Tarvane [1].", facts)
    assert not grounded("Detention fell by 45 percent [1].", facts)
    assert not grounded("It fell by 40 percent at Berthworks [1].", facts)
    assert not grounded("Detention fell by 40 percent.", facts)


class OpenAi(BaseHTTPRequestHandler):
    """Speaks OpenAI's chat completions; `mode` says how well."""

    mode = "good"
    asked: list[dict] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        OpenAi.asked.append(body)
        if self.mode == "slow":
            time.sleep(4)
        if self.mode == "failing":
            self.send_error(500)
            return
        args = (
            {"deal": "Globex inbound dock rollout", "changes": {"amount": "123000"}}
            if self.mode == "good"
            else {"nonsense": 1}
        )
        call = {"id": "c1", "type": "function", "function": {"name": "UpdateDeal", "arguments": json.dumps(args)}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        answer = {
            "id": "x",
            "object": "chat.completion",
            "created": 1,
            "model": body["model"],
            "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}],
        }
        data = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def vendor(monkeypatch) -> Iterator[type[OpenAi]]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), OpenAi)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("OPENAI_API_KEY", "test")
    monkeypatch.setenv("OPENAI_BASE_URL", f"http://127.0.0.1:{server.server_port}/v1")
    OpenAi.asked = []
    yield OpenAi
    server.shutdown()


@pytest.mark.parametrize(
    ("mode", "model", "amount"),
    [
        ("good", "openai:test-model", "123000"),
        ("failing", "offline", "190000"),
        ("malformed", "offline", "190000"),
        ("slow", "offline", "190000"),
    ],
)
def test_a_language_model_reads_and_offline_takes_over(vendor, house, mode, model, amount):
    vendor.mode = mode
    with_model = house_in(house.settings.caddie_data, caddie_model="openai:test-model", caddie_model_timeout=2)
    with_model.library.vectors, with_model.library.embedder = house.library.vectors, house.library.embedder
    answered = Talk(with_model, "tamsin").say("globex inbound dock rollout is 190k now")
    assert answered.model == model
    assert only(answered, DraftCard).changes[0].new == amount
    tools = {t["function"]["name"] for t in vendor.asked[0]["tools"]}
    assert {"LogActivity", "FindAid", "SummarizePipeline"} <= tools


def test_a_model_that_hangs_is_left_alone_after_three_times():
    now = [100.0]
    rest = Rest(lambda: now[0])
    for _ in range(2):
        rest.note(good=False)
    rest.note(good=True)
    for _ in range(3):
        assert rest.over
        rest.note(good=False)
    assert not rest.over
    now[0] += 61
    assert rest.over
