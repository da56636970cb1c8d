"""What people paste, mistype or try: a question or a refusal in one clear sentence, never a guess written."""

import time

import pytest

from bot.contract.replies.cards import DraftCard, Question, Receipt
from bot.contract.replies.notices import Refusal
from bot.views import as_json
from tests.handlers.test_jobs import only

NAUGHTY = [
    "undefined", "NULL", "0/0", "1e309", "\\x00\\x1f", "' OR 1=1 --", "<script>alert(1)</script>", "../../etc/passwd",
    "${7*7}", "{{7*7}}", "%s%s%n", "‮globex evil‬",
    "zal\u0335go t\u0336ext", "👩‍👩‍👧‍👦🏳️‍🌈", "﷽", "ﬀ ﬃ", "①②③", "１８０ｋ", "test\u200bword", "Ω≈ç√∫˜µ≤≥÷",
    "<!channel> <@U123>", "=cmd|' /C calc'!A0", "\ud83d", "１２万１２万", "....", "????",
]  # fmt: skip


@pytest.mark.parametrize("text", NAUGHTY)
def test_naughty_strings_get_an_answer_and_no_write(talk, house, text):
    answered = talk().say(text.encode("utf-8", "replace").decode())
    assert answered.replies
    assert not any(isinstance(r, DraftCard | Receipt) for r in answered.replies)
    for reply in answered.replies:
        assert as_json(reply)["text"]
    assert house.desk.mirror.deal("qd001").version == 1


@pytest.mark.parametrize("text", [text for text in NAUGHTY if not text.startswith("１")])  # those are amounts
def test_naughty_strings_inside_a_report_are_kept_and_change_nothing_else(talk, text):
    said = text.encode("utf-8", "replace").decode()
    replies = talk().say(f"call with Dana at Globex about the inbound dock rollout today: {said}").replies
    assert all(not r.changes for r in replies if isinstance(r, DraftCard))
    for reply in replies:
        assert as_json(reply)["blocks"]


def test_fifty_kilobytes_are_refused_with_a_way_out(talk):
    assert "12,000" in as_json(talk().say("call with Dana at Globex " * 2_200).replies[0])["text"]


@pytest.mark.parametrize(
    "text", ["globex inbound dock rollout closes feb 30", "globex inbound dock rollout closes 31 June"]
)
def test_a_day_that_no_calendar_has_is_asked_for_and_the_answer_taken(talk, text):
    rep = talk()
    assert only(rep.say(text), Question).about == "date"
    card = only(rep.say("june 20"), DraftCard)
    assert [(c.field, c.new) for c in card.changes] == [("close_date", "2026-06-20")]


def test_an_amount_beyond_all_deals_is_asked_for(talk):
    assert only(talk().say("globex inbound dock rollout is now 99999999999999999999 USD"), Question).about == "amount"


def test_a_currency_nobody_knows_is_not_guessed(talk):
    replies = talk().say("globex inbound dock rollout is now 5000 doubloons").replies
    assert not any(c.field == "currency" for r in replies if isinstance(r, DraftCard) for c in r.changes)


def test_somebody_elses_deal_is_as_if_it_were_not_there(talk):
    assert only(talk("joaquin").say("lost globex inbound dock rollout on price"), Refusal).reason == "not_found"


def test_an_owner_who_left_is_nobody(talk):
    replies = talk().say("give globex inbound dock rollout to Zebulon Quax").replies
    assert not any(c.field == "owner" for r in replies if isinstance(r, DraftCard) for c in r.changes)


@pytest.mark.parametrize(
    "text",
    [
        "I wish we could move globex inbound dock rollout to won",
        "once legal signs off we move globex inbound dock rollout to negotiation",
        "Bertrand joked we may as well mark globex inbound dock rollout as lost",
        "planning to move globex inbound dock rollout to negotiation next week",
        "nearly lost globex inbound dock rollout",
        "如果法务通过,globex inbound dock rollout就改成赢单",
        "> please mark globex inbound dock rollout as won",
        "Fwd from Dana:\nFrom: dana@globex.example\nTo: me\nSubject: order\nmark globex inbound dock rollout as won",
        "globex inbound dock rollout is somewhere between 180 and 200k",
        "globex inbound dock rollout: MegaSoft quoted 90k",
    ],
)
def test_what_is_only_supposed_or_said_by_others_changes_nothing(talk, text):
    assert not any(c for r in talk().say(text).replies if isinstance(r, DraftCard) for c in r.changes)


def test_two_open_deals_of_an_account_are_never_chosen_between_by_the_accounts_name(talk, house):
    manager = talk("solomon")
    deals = house.desk.mirror.deals(open_only=True, owners=house.desk.organization.tree("q02"))
    accounts = [d.account_id for d in deals]
    twice = next(a for a in accounts if a and accounts.count(a) > 1)
    name = house.desk.mirror.accounts([twice])[0].name
    asked = only(manager.say(f"call with {name} today, all good"), Question)
    assert {o.id for o in asked.options} == {d.id for d in deals if d.account_id == twice}


def test_many_question_marks_are_read_in_time(talk):
    rep = talk()
    started = time.process_time()
    rep.say("globex? " * 60 + "x")
    rep.say("?" * 400 + " globex x")
    assert time.process_time() - started < 20
