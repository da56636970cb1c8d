"""What is put on a card and what is not, and what a thread that others used shows."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import insert, update

from bot.contract.message import Action, Message
from bot.contract.replies.cards import DraftCard, Question
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


def shown(talk, text: str, who: str = "tamsin") -> dict[str, object]:
    return as_json(talk(who).say(text).replies[0])


@pytest.mark.parametrize(
    "text",
    [
        f"{DEAL}: Dana is on leave until 4 april", f"{DEAL}: they will look at it among themselves on the 20th",
        f"I have had Dana at the phone on monday for {DEAL}",
    ],
)  # fmt: skip
def test_what_is_nothing_to_be_done_is_no_next_step(talk, text):
    assert shown(talk, text)["next_step"] is None


@pytest.mark.parametrize(
    ("text", "step", "due"),
    [
        (
            f"call with Dana on {DEAL} today, I'll send her the drawings on friday",
            "send her the drawings",
            "2026-03-13",
        ),
        (f"{DEAL}: I promised the price list by monday", "the price list", "2026-03-16"),
    ],
)
def test_what_was_promised_is_the_next_step(talk, text, step, due):
    assert shown(talk, text)["next_step"] == {"text": step, "due": due}


def test_a_possible_step_changes_nothing_before_it_is_taken(talk):
    rep = talk("tamsin")
    card = as_json(rep.say(f"{DEAL}: their trial starts on the 20th").replies[0])
    offered = next(offer for offer in card["offers"] if offer["field"] == "next_step")
    assert card["next_step"] is None
    taken = as_json(rep.press(Action.TAKE, value=f"{card['draft_id']} next_step:{offered['value']}").replies[0])
    assert taken["next_step"] == {"text": offered["value"], "due": "2026-03-20"}


@pytest.mark.parametrize(
    "text",
    [
        f"{DEAL}: they pay 40k up front and the remaining 45k in may, amount unchanged",
        f"{DEAL}: deposit of 20k is paid",
        f"bump {DEAL} to 99k... actually no, leave it",
        f"lost {DEAL}, the other one was 20% cheaper",
        f"{DEAL} is somewhere between 180 and 200k",
    ],
)
def test_what_is_no_new_amount_is_not_put_on_a_card(talk, text):
    assert "amount" not in changes(talk, text)


def test_a_number_without_its_unit_is_in_the_order_of_the_deals_amount(talk):
    assert changes(talk, f"{DEAL} is at 92 now") == {"amount": "92000"}


def test_what_is_told_for_a_day_to_come_was_not_held(talk):
    card = shown(talk, f"demo at Globex for {DEAL} next tuesday at 10")
    assert card["activity"] is None or card["activity"]["kind"] == "note"


def test_several_questions_are_answered_one_by_one(talk):
    replies = [
        as_json(reply) for reply in talk("tamsin").say(f"what stage is {DEAL} in and when does it close?").replies
    ]
    assert [reply["kind"] for reply in replies] == ["answer", "answer"]
    assert "Evaluation" in replies[0]["text"]
    assert "close date" in replies[1]["text"]


def test_a_report_with_a_question_beside_gets_its_card_and_its_answer(talk):
    text = f"20 min call with Dana today on {DEAL}, all good. how many open deals do I have?"
    kinds = [as_json(reply)["kind"] for reply in talk("tamsin").say(text).replies]
    assert kinds == ["report", "draft"]


def test_two_periods_side_by_side_are_two_answers(talk):
    replies = [
        as_json(reply) for reply in talk("solomon").say("how much did we win in february compared to january").replies
    ]
    assert [reply["period"] for reply in replies] == [
        {"from": "2026-02-01", "to": "2026-02-28"}, {"from": "2026-01-01", "to": "2026-01-31"},
    ]  # fmt: skip


def test_somebody_new_is_told_by_an_address(talk):
    text = "the new plant manager at Globex is Joan Abernathy, joan.abernathy@globex.example, please enter her"
    found = [as_json(reply) for reply in talk("tamsin").say(text).replies]
    person = next(reply["contact"] for reply in found if reply.get("create") == "contact")
    assert (person["name"], person["title"], person["email"]) == (
        "Joan Abernathy", "plant manager", "joan.abernathy@globex.example",
    )  # fmt: skip


def test_a_deal_at_an_unknown_account_waits_for_the_account(talk):
    rep = talk("tamsin")
    assert only(rep.say("new deal at Tidewater Pallets 30k closing in may"), Question).about == "account"
    assert as_json(rep.say("create").replies[0])["create"] == "account"


def test_a_question_about_a_deal_goes_on_once_the_deal_is_chosen(talk):
    rep = talk("tamsin")
    asked = only(rep.say("where is globex weak, coach me"), Question)
    assert asked.about == "deal"
    assert as_json(rep.say("1").replies[0])["kind"] == "coaching"


def test_a_lost_deal_is_reopened_at_the_stage_that_is_asked_for(talk, house):
    rep = talk("tamsin")
    stages = house.desk.mirror.snapshot.stages
    own = house.desk.organization.with_email("tamsin@quayline.example").id
    lost = next(d for d in house.desk.mirror.deals(owners=[own]) if stages[d.stage].kind == "lost")
    assert only(rep.say(f"reopen {lost.name}"), Question).about == "stage"
    card = as_json(rep.say("Discovery").replies[0])
    assert ("stage", "Discovery") in [(c["field"], c["new"]) for c in card["changes"]]


def test_an_amount_out_of_all_proportion_is_offered(talk):
    card = shown(talk, f"{DEAL} is now 4k")
    assert card["changes"] == []
    assert [offer["value"] for offer in card["offers"] if offer["field"] == "amount"] == ["4000"]


def test_the_reason_of_a_loss_is_corrected_alone(talk, house):
    stages, mirror = house.desk.mirror.snapshot.stages, house.desk.mirror
    own = house.desk.organization.with_email("tamsin@quayline.example").id
    lost = next(d for d in mirror.deals(owners=[own]) if stages[d.stage].kind == "lost" and d.loss_reason != "budget")
    found = changes(talk, f"the loss reason of {lost.name} is wrong, it should be budget")
    assert found == {"loss_reason": "budget"}


def test_what_a_question_asks_beyond_its_answer_is_said(talk):
    report = as_json(talk("solomon").say("which accounts in my patch have we never won").replies[0])
    assert "never" in " ".join(report["left_out"])


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("can my boss see what I write to you", "nobody reads it but me"),
        ("do you write to the crm by yourself", "nothing is written"),
        ("can you remind me", "next step"),
        ("how can I change the close date of several deals at once", "one sentence"),
    ],
)
def test_questions_about_caddie_itself_have_answers(talk, text, part):
    assert part in as_json(talk("tamsin").say(text).replies[0])["text"]


def test_a_how_to_question_schedules_nothing(talk):
    replies = [as_json(r) for r in talk("solomon").say("how do i set up a pipeline post every monday at 9?").replies]
    assert {reply["kind"] for reply in replies} == {"chat"}
