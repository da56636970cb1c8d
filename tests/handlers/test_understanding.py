"""What is put on a card and what is not, and what a thread that others used shows."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from bot.contract.message import Message
from bot.contract.replies.cards import DraftCard
from bot.contract.replies.notices import Refusal
from bot.crm.mirror import tables as t
from bot.domain.audience import DIRECT
from bot.views import as_json
from tests.conftest import NOW
from tests.handlers.test_jobs import only

DEAL = "Globex inbound dock rollout"


def changes(talk, text: str) -> dict[str, str]:
    (shown,) = [as_json(reply) for reply in talk("tamsin").say(text).replies]
    assert shown["kind"] == "draft"
    return {change["field"]: change["new"] for change in shown["changes"]}


@pytest.mark.parametrize(
    "text",
    [
        f"{DEAL} wasn't won", f"{DEAL} hasn't moved to verbal", f"don't move {DEAL} to verbal",
        f"we never lost {DEAL}", f"{DEAL} did not move to negotiation yet",
    ],
)  # fmt: skip
def test_what_was_denied_is_not_put_on_a_card(talk, text):
    assert changes(talk, text) == {}


def test_an_amount_below_nothing_is_less_of_it_and_never_more(talk):
    assert changes(talk, f"{DEAL} amount -50k") == {"amount": "35000"}


def test_of_several_amounts_none_is_chosen_and_each_is_offered(talk):
    (shown,) = [as_json(reply) for reply in talk("tamsin").say(f"{DEAL} is $90k, $95k and $99k").replies]
    assert (shown["changes"], [offer["value"] for offer in shown["offers"]]) == ([], ["90000", "95000", "99000"])


def test_a_day_that_no_calendar_has_is_asked_about(talk):
    for text in (f"{DEAL} closes 31/11/2026", f"{DEAL} closes 2026-13-45"):
        assert not any(isinstance(reply, DraftCard) and reply.changes for reply in talk("tamsin").say(text).replies)


def test_a_weekday_of_what_is_over_is_the_last_one(talk):
    assert changes(talk, f"{DEAL} closed won on monday") == {"stage": "Won", "close_date": "2026-03-09"}


def test_how_long_others_waited_is_not_how_long_the_meeting_took(talk):
    (shown,) = [
        as_json(reply)
        for reply in talk("tamsin").say(f"met Dana on {DEAL} for 45 min, trucks wait three hours there").replies
    ]
    assert shown["activity"]["duration_minutes"] == 45


def test_a_thread_that_somebody_else_used_shows_no_account_of_theirs(talk):
    assert talk("bertrand", thread="shared").say("account plan for Hollin").replies[0].kind != "refusal"
    for text in ("account plan", "who do we know there", "who is the CFO there"):
        shown = as_json(talk("tamsin", thread="shared").say(text).replies[0])
        assert "Hollin" not in shown["text"], text
    assert only(talk("tamsin", thread="shared").say("account plan for Hollin"), Refusal).reason == "not_found"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("deals closing within 30 days", "2026-03-11", "2026-04-10"),
        ("deals closing in december", "2026-12-01", "2026-12-31"),
        ("deals won since july 1", "2025-07-01", "2026-03-11"),
    ],
)
def test_a_period_begins_and_ends_where_it_was_said(house, talk, asked, first, last):
    turn = house.caddie.understand(Message(asked, "tamsin@quayline.example", DIRECT, "p", NOW))
    assert [(c.period_from.isoformat(), c.period_to.isoformat()) for c in turn] == [(first, last)]


def test_a_call_to_come_and_a_question_make_no_card(talk):
    for text in (f"i have 20 min before a call about {DEAL}, what hurts a CFO", f"what do I need to move {DEAL}"):
        assert not any(isinstance(reply, DraftCard) for reply in talk("tamsin").say(text).replies), text


def test_more_days_than_any_record_has_are_no_error(talk):
    for text in (
        "deals not touched for 99999999999 days", "deals with more than 999999999999 days in stage",
        "accounts without activity in 99999999999 days", "who has not logged anything in 99999999999 days",
        "deals pushed 99999999999999999999 times",
    ):  # fmt: skip
        for reply in talk("tamsin", thread=text).say(text).replies:
            assert as_json(reply).get("reason") != "unavailable", text
            assert "could not be answered" not in as_json(reply)["text"], text


def test_what_was_done_on_deals_of_others_names_no_account_or_note_of_theirs(house, talk):
    hidden = next(d for d in house.desk.mirror.deals(owners=["q06"]) if d.account_id)
    account = next(iter(house.desk.mirror.accounts([hidden.account_id])))
    mine = {d.account_id for d in house.desk.mirror.deals(owners=["q05"])}
    assert account.id not in mine
    with house.engine.begin() as connection:
        connection.execute(
            insert(t.activities).values(
                id="zz1",
                kind="note",
                at=NOW - timedelta(days=1),
                author_id="q05",
                deal_id=hidden.id,
                account_id=account.id,
                contact_ids=[],
                summary="zorblax",
            )
        )
    for text in ("number of activities by account", "activities by account", f"account plan for {account.name}"):
        for reply in talk("tamsin", thread=text).say(text).replies:
            assert account.name in text or account.name not in as_json(reply)["text"], text
            assert "zorblax" not in as_json(reply)["text"], text


@pytest.mark.parametrize("only_two_sell", [False, True])
def test_coaching_compares_a_rep_with_no_single_colleague(house, talk, only_two_sell):
    if only_two_sell:
        with house.engine.begin() as connection:
            everybody = t.deals.c.owner_id != "q11"
            connection.execute(update(t.deals).where(everybody).values(owner_id="q10"))
    said = as_json(talk("zihan").say("where do I lose deals").replies[0])["text"]
    theirs = re.findall(r"others (\d[\d.,]*%?)", said)
    assert bool(theirs) is not only_two_sell, said
