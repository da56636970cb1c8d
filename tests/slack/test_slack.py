"""Slack over HTTP and Socket Mode against the strict stand-in: signed, deduplicated, answered in the right place."""

import json
import socket
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, AIMessageChunk
from langchain_core.outputs import ChatGeneration, ChatGenerationChunk, ChatResult

from bot.cli.playground import Playground
from bot.contract.replies.base import DealRef
from bot.contract.replies.cards import Advice, Change, DraftCard, Question, Receipt
from bot.contract.replies.notices import Refusal
from bot.language.model.prose import Prose
from bot.playground.delivery import signature
from bot.playground.limits import SlackError, block_problems
from bot.playground.workspace import BOT_USER
from bot.slack.intake.arrivals import arrival_of
from bot.slack.intake.reconciling import reconcile
from bot.views import render
from tests.conftest import house_in


def member(slack: Playground, name: str) -> str:
    return next(m.id for m in slack.workspace.members.values() if m.name.startswith(name))


def channel(slack: Playground, name: str) -> str:
    return next(c.id for c in slack.workspace.channels.values() if c.name == name)


def until(found: Callable[[], object]) -> object:
    """What is found at last; what never comes is ended by the time limit against hanging alone."""
    while not (value := found()):
        time.sleep(0.05)
    return value


def by_bot(slack: Playground, user: str, place: str) -> list:
    return [p for p in slack.workspace.visible(user, place) if p.user == BOT_USER]


def test_a_card_is_logged_and_undone_by_buttons(slack, house):
    rep = member(slack, "Tamsin")
    place = slack.workspace.direct(rep).id
    slack.deliverer.say(rep, place, "globex inbound dock rollout is 190k now")
    card = until(lambda: by_bot(slack, rep, place))[0]
    draft = next(
        e["value"] for b in card.blocks if b["type"] == "actions" for e in b["elements"] if e["action_id"] == "confirm"
    )
    assert slack.deliverer.press(rep, card, "confirm", draft) == 200
    until(lambda: card.edited)
    assert str(house.desk.mirror.deal("qd001").amount) == "190000.00"
    receipt = next(e["value"] for b in card.blocks if b["type"] == "actions" for e in b["elements"])
    slack.deliverer.press(rep, card, "undo", receipt)
    until(lambda: card.edited == 2)
    assert str(house.desk.mirror.deal("qd001").amount) != "190000.00"
    assert len(by_bot(slack, rep, place)) == 1, "the card changed in place, nothing was posted beside it"


def test_a_mention_is_answered_once_in_its_thread_and_followed(slack):
    boss, place = member(slack, "Solomon"), channel(slack, "#east-sales")
    said = slack.deliverer.say(boss, place, f"<@{BOT_USER}> pipeline summary for my team")
    answer = until(lambda: by_bot(slack, boss, place))[0]
    assert (answer.thread_ts, answer.only_for) == (said.ts, None)
    slack.deliverer.say(boss, place, "just tamsin", thread_ts=said.ts)
    until(lambda: len(by_bot(slack, boss, place)) == 2)
    slack.deliverer.say(boss, place, "lunch anyone?")
    time.sleep(0.5)
    assert len(by_bot(slack, boss, place)) == 2, "what was not said to Caddie is not answered"


def test_numbers_never_reach_people_from_outside(slack):
    boss, place = member(slack, "Solomon"), channel(slack, "#ext-globex")
    slack.deliverer.say(boss, place, f"<@{BOT_USER}> pipeline summary for my team")
    answer = until(lambda: by_bot(slack, boss, place))[0]
    assert answer.only_for == boss
    assert "outside" in answer.text


def test_redelivery_and_rate_limits_lose_and_double_nothing(slack):
    rep = member(slack, "Tamsin")
    place = slack.workspace.direct(rep).id
    slack.workspace.fail_next("chat.postMessage", "ratelimited")
    posted = slack.workspace.say(rep, place, "my pipeline")
    event = slack.deliverer.event(posted)
    for _ in range(5):
        assert slack.deliverer.deliver(event)
    until(lambda: by_bot(slack, rep, place))
    time.sleep(0.5)
    assert len(by_bot(slack, rep, place)) == 1


def test_a_lost_answer_posts_nothing_twice(slack):
    rep, boss = member(slack, "Tamsin"), member(slack, "Solomon")
    place, team = slack.workspace.direct(rep).id, channel(slack, "#east-sales")
    slack.workspace.fail_next("chat.postMessage", "lost_answer", "lost_answer")
    slack.deliverer.say(rep, place, "my pipeline")
    slack.deliverer.say(boss, team, f"<@{BOT_USER}> pipeline summary for my team")
    until(lambda: slack.side.inbox.counts() == {"done": 2})
    for person, where in ((rep, place), (boss, team)):
        told = [p for p in by_bot(slack, person, where) if p.blocks]
        assert len(told) == 1, where
        assert told[0].metadata["event_payload"]["key"] not in told[0].text
    assert slack.side.outbox.counts()["doubted"] == 0


def test_what_only_one_sees_comes_again_with_a_word_where_the_answer_was_lost(slack):
    boss, place = member(slack, "Solomon"), channel(slack, "#ext-globex")
    slack.workspace.fail_next("chat.postEphemeral", "lost_answer")
    slack.deliverer.say(boss, place, f"<@{BOT_USER}> pipeline summary for my team")
    until(lambda: slack.side.inbox.counts() == {"done": 1})
    first, second = by_bot(slack, boss, place)
    assert "may see this twice" not in str(first.blocks)
    assert "may see this twice" in str(second.blocks)
    assert slack.side.outbox.counts()["doubted"] == 1


@pytest.mark.parametrize(("change", "told"), [("external", "outside"), ("joined", "Pipeline")])
def test_a_channel_that_changes_between_question_and_answer_gets_nothing(slack, change, told):
    boss, place = member(slack, "Solomon"), channel(slack, "#east-sales")
    slack.workspace.fail_next("chat.postMessage", "internal_error", "internal_error", "internal_error")
    slack.deliverer.say(boss, place, f"<@{BOT_USER}> pipeline summary for my team")
    until(lambda: len([c for c in slack.workspace.calls if c[0] == "chat.postMessage"]) >= 1)
    if change == "external":
        slack.workspace.channels[place].kind = "external"
    else:
        slack.workspace.channels[place].members.append(
            slack.workspace.add_member("Nosy", "nosy@elsewhere.example", guest=False).id
        )
    answer = until(lambda: by_bot(slack, boss, place))[0]
    assert answer.only_for == boss
    assert told.casefold() in str(answer.blocks).casefold()


def test_what_people_say_to_each_other_is_not_even_kept(slack):
    rep, place = member(slack, "Tamsin"), channel(slack, "#east-sales")
    slack.deliverer.say(rep, place, "lunch anyone?")
    assert slack.side.inbox.counts() == {}


def test_slash_command_and_socket_mode(slack):
    rep = member(slack, "Tamsin")
    place = slack.workspace.direct(rep).id
    sockets = slack.side.socket(slack.app_token)
    sockets.start()
    until(lambda: sockets.connected() == 2)
    try:
        slack.deliverer.command(rep, place, "help")
        until(lambda: by_bot(slack, rep, place))
        assert slack.deliverer.answers == [], "it went through the socket"
    finally:
        sockets.stop()


def test_what_was_said_while_away_is_found(slack):
    rep, boss = member(slack, "Tamsin"), member(slack, "Solomon")
    place, team = slack.workspace.direct(rep).id, channel(slack, "#east-sales")
    slack.deliverer.say(rep, place, "help")
    until(lambda: slack.side.inbox.counts() == {"done": 1})
    slack.workspace.say(rep, place, "my pipeline")
    slack.workspace.say(boss, team, f"<@{BOT_USER}> pipeline summary for my team")
    slack.workspace.say(boss, team, "lunch anyone?")
    assert (
        reconcile(slack.side.installations.client(""), slack.side.inbox, datetime.now(UTC) - timedelta(minutes=5)) == 2
    )
    until(lambda: slack.side.inbox.counts() == {"done": 3})
    assert (
        reconcile(slack.side.installations.client(""), slack.side.inbox, datetime.now(UTC) - timedelta(minutes=5)) == 0
    )
    assert len(by_bot(slack, rep, place)) == 2
    assert [p.thread_ts is not None for p in by_bot(slack, boss, team) if p.blocks] == [True]


@pytest.mark.parametrize(
    ("stamp", "body", "signed", "status"),
    [
        ("now", b'{"type":"event_callback"}', False, 401),
        ("-301", b'{"type":"event_callback"}', True, 401),
        ("abc", b'{"type":"event_callback"}', True, 401),
        ("now", b"{broken", True, 400),
        ("now", b"\xff\xfe", True, 400),
        ("now", b"x" * 1_100_000, True, 413),
        ("now", b'{"type":"url_verification","challenge":"c"}', True, 200),
        ("+302", b'{"type":"event_callback"}', True, 401),
        ("", b'{"type":"event_callback"}', True, 401),
        ("now", b'{"a":' * 50_000 + b"1" + b"}" * 50_000, True, 400),
        ("now", b'{"type":"event_callback","event":"words"}', True, 400),
        (
            "now",
            b'{"type":"event_callback","team_id":"T","event":{"type":"message","user":{"a":1},"files":7}}',
            True,
            400,
        ),
        ("now", b'{"type":"event_callback","team_id":"T","event":{"type":"never_heard_of"}}', True, 200),
        (
            "now",
            b'{"type":"event_callback","team_id":"T","event":{"type":"message","subtype":"message_changed"}}',
            True,
            200,
        ),
        ("now", b'{"type":"block_actions","actions":{"a":1}}', True, 400),
        ("now", b'{"type":"block_actions","actions":[]}', True, 400),
        ("now", b'{"type":"view_submission","view":{"callback_id":"forged","private_metadata":"["}}', True, 400),
        ("now", b"[]", True, 400),
        ("now", b"null", True, 400),
        ("now", b'"text"', True, 400),
        ("now", b"", True, 400),
    ],
)
def test_the_door_refuses_what_slack_did_not_send(slack, stamp, body, signed, status):
    at = {"now": str(int(time.time())), "-301": str(int(time.time()) - 301), "+302": str(int(time.time()) + 302)}.get(
        stamp, stamp
    )
    headers = {
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": signature(slack.secret if signed else "wrong", at, body),
        "Content-Type": "application/json",
    }
    assert httpx.post(f"{slack.base}/slack/events", content=body, headers=headers).status_code == status
    assert slack.side.inbox.counts() == {}


@pytest.mark.slow
def test_two_hundred_events_a_second_are_stored_in_time(slack, house):
    """The door alone: two seconds at 200 a second, each twice, none lost or doubled."""
    slack.side.stop()
    rep = member(slack, "Tamsin")
    place = slack.workspace.direct(rep).id
    events = [slack.deliverer.event(slack.workspace.say(rep, place, f"note {n}")) for n in range(400)]
    spent = []
    with httpx.Client() as client:
        for n, event in enumerate([e for e in events for _ in (1, 2)]):
            body, at = json.dumps(event).encode(), str(int(time.time()))
            headers = {
                "X-Slack-Request-Timestamp": at,
                "X-Slack-Signature": signature(slack.secret, at, body),
                "Content-Type": "application/json",
            }
            started = time.perf_counter()
            assert client.post(f"{slack.base}/slack/events", content=body, headers=headers).status_code == 200, n
            spent.append(time.perf_counter() - started)
    assert slack.side.inbox.counts() == {"waiting": 400}
    assert sorted(spent)[int(len(spent) * 0.99)] < 0.5


def mrkdwn(found: object) -> Iterator[str]:
    """Every text that Slack would read as markup; plain_text it shows as it is."""
    if isinstance(found, dict):
        if found.get("type") == "mrkdwn":
            yield found["text"]
        for value in found.values():
            yield from mrkdwn(value)
    elif isinstance(found, list):
        for value in found:
            yield from mrkdwn(value)


HOSTILE = "<!channel> <@U1> & *bold* " + "x" * 5000


@pytest.mark.parametrize(
    "reply",
    [
        DraftCard(
            draft_id="d",
            deal=DealRef(id="1", name=HOSTILE),
            changes=tuple(Change(field="name", old=HOSTILE, new=HOSTILE) for _ in range(40)),
        ),
        Receipt(receipt_id="r", deal=DealRef(id="1", name=HOSTILE), advice=Advice(text=HOSTILE)),
        Question(about="deal", words=HOSTILE, options=tuple({"id": str(n), "name": HOSTILE} for n in range(150))),
        Refusal(reason="not_found", say="no_such_deal", values={"words": HOSTILE}),
    ],
    ids=lambda r: r.kind,
)
def test_views_stay_within_slacks_limits_and_defuse_mentions(reply):
    view = render(reply)
    assert list(block_problems(view.blocks)) == []
    told = "".join(mrkdwn(view.blocks))
    assert "<!channel>" not in told
    assert "<@U1>" not in told


def test_the_stand_in_refuses_what_slack_refuses(slack):
    rep = member(slack, "Tamsin")
    place = slack.workspace.direct(rep).id
    for args, code in (
        ({"channel": "C404", "text": "x"}, "channel_not_found"),
        ({"channel": place}, "no_text"),
        ({"channel": place, "text": "x" * 40_001}, "msg_too_long"),
        (
            {
                "channel": place,
                "text": "x",
                "blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}}],
            },
            "invalid_blocks",
        ),
    ):
        with pytest.raises(SlackError) as refused:
            slack.workspace.call("chat.postMessage", args)
        assert refused.value.code == code


def home_of(slack: Playground, user: str) -> dict:
    slack.deliverer.home_opened(user)
    return until(lambda: slack.workspace.homes.get(user))


def test_home_shows_what_needs_a_hand_and_follows_what_is_done(slack, house):
    rep = member(slack, "Tamsin")
    place = slack.workspace.direct(rep).id
    slack.deliverer.say(rep, place, "globex inbound dock rollout is 190k now")
    until(lambda: by_bot(slack, rep, place))
    first = home_of(slack, rep)
    pressed = {
        e["action_id"].partition(":")[0]
        for b in first["blocks"]
        for e in (b.get("elements") or [b.get("accessory")])
        if e and "action_id" in e
    }
    assert {"confirm", "discard", "fix"} <= pressed
    draft = next(
        e["value"] for b in first["blocks"] for e in b.get("elements") or () if e.get("action_id") == "confirm:0"
    )
    assert slack.deliverer.press_home(rep, "confirm:0", draft) == 200
    until(lambda: slack.workspace.homes[rep]["hash"] != first["hash"])
    assert str(house.desk.mirror.deal("qd001").amount) == "190000.00"
    undo = next(
        b["accessory"]["value"]
        for b in slack.workspace.homes[rep]["blocks"]
        if (b.get("accessory") or {}).get("action_id") == "undo:0"
    )
    slack.deliverer.press_home(rep, "undo:0", undo)
    until(lambda: str(house.desk.mirror.deal("qd001").amount) != "190000.00")
    boss = home_of(slack, member(slack, "Solomon"))
    assert "Tamsin" in json.dumps(boss["blocks"]), "a manager sees the team, by rep"


def test_somebody_unknown_is_told_so_in_home(slack):
    stranger = slack.workspace.add_member("Stranger", "stranger@elsewhere.example").id
    assert "as a person of the CRM" in json.dumps(home_of(slack, stranger)["blocks"]), (
        "what to do next, and nothing else"
    )
    slack.deliverer.home_opened(stranger, "messages")
    until(lambda: set(slack.side.inbox.counts()) == {"done"})
    assert slack.workspace.prompts == {}


def test_a_mark_on_ones_own_card_is_a_press(slack, house):
    rep, other = member(slack, "Tamsin"), member(slack, "Joaquin")
    place = slack.workspace.direct(rep).id
    slack.deliverer.say(rep, place, "globex inbound dock rollout is 191k now")
    card = until(lambda: by_bot(slack, rep, place))[0]
    slack.deliverer.react(other, card, "white_check_mark")
    slack.deliverer.react(rep, card, "eyes")
    time.sleep(0.5)
    assert str(house.desk.mirror.deal("qd001").amount) != "191000.00", "neither another person's mark nor another mark"
    slack.deliverer.react(rep, card, "white_check_mark")
    until(lambda: str(house.desk.mirror.deal("qd001").amount) == "191000.00")


@pytest.mark.parametrize("agent", [True, False])
def test_the_agent_surface_is_used_where_there_is_one(slack, agent):
    slack.workspace.agent = agent
    boss = member(slack, "Solomon")
    place = slack.workspace.direct(boss).id
    slack.deliverer.home_opened(boss, "messages")
    until(lambda: slack.side.inbox.counts() == {"done": 1})
    assert [p["message"] for p in slack.workspace.prompts.get(place, {}).get("prompts", [])][:1] == (
        ["pipeline summary for my team"] if agent else []
    )
    for said in [p["message"] for p in slack.workspace.prompts.get(place, {}).get("prompts", [])] or ["my pipeline"]:
        before = len(by_bot(slack, boss, place))
        slack.deliverer.say(boss, place, said)
        answer = until(lambda n=before: by_bot(slack, boss, place)[n:])[0]
        assert "I did not get" not in answer.text, said


def test_links_into_the_crm_are_shown_where_all_may_see_the_deal(tmp_path, house):
    house = house_in(tmp_path, crm_link="https://crm.example/{kind}/{id}")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = "https://crm.example/deal/qd001"
    with Playground(house, port) as slack:
        boss = member(slack, "Solomon")
        for place, seen in (("#east-sales", True), ("#ext-globex", False), ("#sales-all", False)):
            posted = slack.workspace.say(boss, channel(slack, place), f"see {url} and https://crm.example/deal/nope")
            slack.deliverer.share_links(posted, [url, "https://crm.example/deal/nope"])
            until(lambda: set(slack.side.inbox.counts()) == {"done"})
            assert (url in slack.workspace.unfurled.get((posted.channel, posted.ts), {})) is seen, place


@pytest.mark.parametrize("agent", [True, False])
def test_an_aid_is_rated_with_slacks_thumbs_or_with_ordinary_buttons(slack, house, agent):
    slack.workspace.agent = agent
    rep = member(slack, "Tamsin")
    slack.deliverer.say(rep, slack.workspace.direct(rep).id, "pain chain for a CFO in manufacturing")
    shown = until(lambda: by_bot(slack, rep, slack.workspace.direct(rep).id))[0]
    elements = [e for b in shown.blocks for e in b.get("elements", ())]
    if agent:
        value = next(e["negative_button"]["value"] for e in elements if e.get("type") == "feedback_buttons")
        slack.deliverer.press(rep, shown, "rate", value)
    else:
        slack.deliverer.press(rep, shown, "down", next(e["value"] for e in elements if e.get("action_id") == "down"))
    until(lambda: slack.side.inbox.counts() == {"done": 2})
    uses = house.desk.library_use.between(datetime(2020, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    assert [use.sources for use in uses if use.kind == "down"] == [("pc-manufacturing-cfo",)]


class Writer(BaseChatModel):
    """A model that writes an answer word by word, `said` at that."""

    said: str

    @property
    def _llm_type(self) -> str:
        return "writer"

    def _generate(self, messages, stop=None, run_manager=None, **options):
        return ChatResult(generations=[ChatGeneration(message=AIMessage(self.said))])

    def _stream(self, messages, stop=None, run_manager=None, **options):
        for word in self.said.split(" "):
            yield ChatGenerationChunk(message=AIMessageChunk(word + " "))


@pytest.mark.parametrize("agent", [True, False])
@pytest.mark.parametrize("grounded", [True, False])
def test_a_models_answer_grows_sentence_by_sentence_and_only_by_what_is_grounded(slack, house, agent, grounded):
    said = "Ask what it is compared with [1]. " + (
        "Then say nothing for a while [1]." if grounded else "Offer 45 percent off [1]."
    )
    object.__setattr__(house.desk, "prose", Prose(Writer(said=said), 12))
    slack.workspace.agent = agent
    rep, place = member(slack, "Tamsin"), channel(slack, "#east-sales")
    slack.deliverer.say(rep, place, f'<@{BOT_USER}> how do we handle "too expensive"')
    until(lambda: slack.side.inbox.counts() == {"done": 1})
    (answer,) = by_bot(slack, rep, place)
    assert not answer.streaming
    assert "45" not in str(answer.blocks)
    assert ("Ask what it is compared with" in str(answer.blocks)) is grounded
    assert any(b["type"] == "context_actions" for b in answer.blocks) is agent
    streamed = [
        args.get("markdown_text")
        for method, args in slack.workspace.calls
        if method in {"chat.startStream", "chat.appendStream"}
    ]
    told = ["Ask what it is compared with [1].", *(["Then say nothing for a while [1]."] if grounded else [])]
    assert [text.strip() for text in streamed] == (told if agent else told[:1]), (
        "where there are no streams it is tried once"
    )


def test_an_answer_that_had_begun_to_grow_is_finished_after_a_crash(slack, house):
    from bot.slack.intake.arrivals import arrival_of
    from bot.storage.inbox import Item

    slack.side.stop()
    object.__setattr__(house.desk, "prose", Prose(Writer(said="Ask what it is compared with [1]. Then wait [1]."), 12))
    rep, place = member(slack, "Tamsin"), channel(slack, "#east-sales")
    posted = slack.workspace.say(rep, place, f'<@{BOT_USER}> how do we handle "too expensive"')
    arrival = arrival_of(slack.deliverer.event(posted, "app_mention"))
    item = Item(arrival.key, arrival.model_dump(mode="json"), 1)
    answerer = slack.side.dispatch._of(arrival.team)
    kept = slack.side.outbox.put
    slack.side.outbox.put = lambda *_: (_ for _ in ()).throw(RuntimeError("killed here"))
    with pytest.raises(RuntimeError):
        answerer.work(item, arrival)
    slack.side.outbox.put = kept
    assert by_bot(slack, rep, place)[0].streaming
    answerer.work(item, arrival)
    (answer,) = by_bot(slack, rep, place)
    assert not answer.streaming
    assert answer.blocks


def test_forged_values_and_others_presses_do_nothing(slack, house):
    rep, other = member(slack, "Tamsin"), member(slack, "Joaquin")
    place = slack.workspace.direct(rep).id
    slack.deliverer.say(rep, place, "globex inbound dock rollout is 190k now")
    card = until(lambda: by_bot(slack, rep, place))[0]
    draft = next(
        e["value"] for b in card.blocks if b["type"] == "actions" for e in b["elements"] if e["action_id"] == "confirm"
    )
    before = str(house.desk.mirror.deal("qd001").amount)
    for who, action, value in (
        (other, "confirm", draft), (other, "edit", draft), (rep, "confirm", "made-up"), (rep, "undo", "made-up"), (rep,
        "deals", '{"whose": 7}'), (rep, "fix", "no_amount:qd999"),
        (rep, "post", "{"), (rep, "drop_tables", draft), (rep, "rate", "sideways:x"), (rep, "more", "x" * 2000), (other,
        "undo", draft),
    ):  # fmt: skip
        assert slack.deliverer.press(who, card, action, value) == 200, action
    until(lambda: set(slack.side.inbox.counts()) == {"done"})
    assert str(house.desk.mirror.deal("qd001").amount) == before
    late = slack.deliverer.press(rep, card, "edit", draft)
    slack.workspace._triggers.clear()
    assert late == 200
    until(lambda: set(slack.side.inbox.counts()) == {"done"})
    assert set(slack.side.outbox.counts()) == {"sent", "doubted"}


@pytest.mark.slow
def test_a_store_that_is_locked_lets_slack_deliver_again(slack, house):
    import sqlite3

    rep = member(slack, "Tamsin")
    event = slack.deliverer.event(slack.workspace.say(rep, slack.workspace.direct(rep).id, "my pipeline"))
    slack.deliverer.retry_after = ()
    holding = sqlite3.connect(house.settings.caddie_data / "caddie.db", isolation_level=None)
    holding.execute("BEGIN IMMEDIATE")
    began = time.monotonic()
    assert not slack.deliverer.deliver(event)
    assert (slack.deliverer.answers[-1], time.monotonic() - began < 2.5) == (503, True)
    holding.execute("ROLLBACK")
    assert slack.deliverer.deliver(event)
    until(lambda: slack.side.inbox.counts() == {"done": 1})


def test_a_revoked_token_loses_nothing(slack):
    rep = member(slack, "Tamsin")
    place = slack.workspace.direct(rep).id
    client = slack.side.installations.client("")
    good, client.token = client.token, "xoxb-revoked"
    slack.deliverer.say(rep, place, "my pipeline")
    until(lambda: slack.side.inbox.counts().get("waiting"))
    client.token = good
    until(lambda: slack.side.inbox.counts() == {"done": 1})
    assert len(by_bot(slack, rep, place)) == 1


def test_an_answer_whose_response_url_has_run_out_comes_all_the_same(slack):
    rep, place = member(slack, "Tamsin"), channel(slack, "#east-sales")
    slack.workspace.response_url = lambda *_: "run-out"
    slack.deliverer.command(rep, place, "help")
    assert until(lambda: by_bot(slack, rep, place))[0].only_for == rep
    until(lambda: slack.side.inbox.counts() == {"done": 1})


def test_somebody_of_another_company_is_nobody_whatever_their_address(slack):
    rep = member(slack, "Tamsin")
    known = slack.workspace.api_users_info
    slack.workspace.api_users_info = lambda args: {"user": {**known(args)["user"], "team_id": "T_OTHER"}}
    slack.deliverer.say(rep, slack.workspace.direct(rep).id, "my pipeline")
    assert "do not know" in until(lambda: by_bot(slack, rep, slack.workspace.direct(rep).id))[0].text


def test_what_is_given_up_leaves_nothing_behind(slack):
    rep = member(slack, "Tamsin")
    slack.workspace.fail_next("chat.postMessage", *["odd_error"] * 4)
    slack.deliverer.say(rep, slack.workspace.direct(rep).id, "my pipeline")
    until(lambda: slack.side.inbox.counts() == {"failed": 1})
    until(lambda: slack.side.outbox.counts().get("dropped"))
    assert "open" not in slack.side.outbox.counts()
    told = until(lambda: by_bot(slack, rep, slack.workspace.direct(rep).id))
    assert "went wrong" in told[0].text


def test_many_homes_keep_no_form_waiting(slack):
    lanes = {
        arrival_of(
            {"type": "shortcut", "callback_id": "log", "team": {"id": "T1"}, "user": {"id": user}, "trigger_id": "1"}
        ).lane
        for user in ("U1", "U2")
    }
    assert len(lanes) == 2
