"""The three jobs on the sample company, through Caddie.reply and Caddie.press."""

from datetime import timedelta

import pytest

from bot.cli.demo import LOG_A_CALL, LOG_IN_CHINESE
from bot.contract.replies.aids import AidsFound
from bot.contract.replies.cards import DraftCard, Question, Receipt
from bot.contract.replies.notices import Refusal
from bot.contract.replies.reports import PipelineReport
from bot.handlers.digests import due
from bot.storage.drafts import FORGOTTEN
from bot.views import as_json
from tests.conftest import NOW


def only(answered, kind):
    assert [type(r) for r in answered.replies] == [kind], [as_json(r)["text"] for r in answered.replies]
    return answered.replies[0]


def test_a_call_becomes_one_card_with_every_field(talk):
    card = only(talk().say(LOG_A_CALL), DraftCard)
    assert card.deal.name == "Globex inbound dock rollout"
    assert (card.activity.kind, card.activity.at.isoformat(), card.activity.duration_minutes) == (
        "call",
        "2026-03-10",
        30,
    )
    assert card.activity.contacts == ("Dana Reyes",)
    assert {c.field: c.new for c in card.changes} == {
        "stage": "Negotiation",
        "amount": "180000",
        "close_date": "2026-09-30",
    }
    assert (card.next_step.text, card.next_step.due.isoformat()) == ("send proposal", "2026-03-13")


def test_nothing_is_written_before_the_press_and_undo_restores(talk, house):
    rep = talk()
    before = house.desk.mirror.deal("qd001")
    card = only(rep.say(LOG_A_CALL), DraftCard)
    assert house.desk.mirror.deal("qd001") == before
    receipt = only(rep.press("confirm", card.draft_id), Receipt)
    written = house.desk.mirror.deal("qd001")
    assert (written.stage, str(written.amount), written.next_step) == ("Negotiation", "180000.00", "send proposal")
    assert receipt.advice is not None
    assert house.desk.mirror.activities(deal_id="qd001", limit=1)[0].duration_minutes == 30
    undone = only(rep.press("undo", receipt.receipt_id), Receipt)
    restored = house.desk.mirror.deal("qd001")
    assert undone.undone
    assert (restored.stage, restored.amount, restored.close_date, restored.next_step) == (
        before.stage,
        before.amount,
        before.close_date,
        before.next_step,
    )
    assert all(a.id != f"{card.draft_id}-a" for a in house.desk.mirror.activities(deal_id="qd001"))


def test_pressing_twice_writes_once(talk, house):
    rep = talk()
    card = only(rep.say(LOG_A_CALL), DraftCard)
    first, second = rep.press("confirm", card.draft_id), rep.press("confirm", card.draft_id)
    assert only(first, Receipt).receipt_id == only(second, Receipt).receipt_id
    assert sum(a.id == f"{card.draft_id}-a" for a in house.desk.mirror.activities(deal_id="qd001")) == 1
    assert house.desk.mirror.deal("qd001").version == 2


def test_a_write_cut_off_by_a_crash_is_finished_once(talk, house):
    card = only(talk().say(LOG_A_CALL), DraftCard)
    drafts, clock = house.desk.drafts, house.desk.drafts._clock
    drafts._clock = lambda: clock() - FORGOTTEN - timedelta(seconds=1)
    drafts.move(card.draft_id, "open", "sending")
    drafts._clock = clock
    assert [r.kind for done in due.resume(house.desk, NOW) for r in done.replies] == ["receipt"]
    assert house.desk.mirror.deal("qd001").stage == "Negotiation"
    assert due.resume(house.desk, NOW) == []
    assert only(talk().press("confirm", card.draft_id), Receipt).receipt_id == f"r-{card.draft_id}"


@pytest.mark.parametrize(("who", "later", "reason"), [("bertrand", 0, "not_allowed"), ("tamsin", 25, "expired")])
def test_a_card_is_for_its_author_and_for_a_day(talk, house, who, later, reason):
    card = only(talk().say(LOG_A_CALL), DraftCard)
    refused = only(talk(who).press("confirm", card.draft_id, NOW + timedelta(hours=later)), Refusal)
    assert (refused.reason, refused.audience) == (reason, "ephemeral")
    assert house.desk.mirror.deal("qd001").version == 1


def test_a_conflict_shows_a_fresh_card_and_writes_nothing(talk, house):
    card = only(talk().say("globex inbound dock rollout is 190k now"), DraftCard)
    other = talk("solomon", thread="other")
    other.press("confirm", only(other.say("globex inbound dock rollout is 99k now"), DraftCard).draft_id)
    refusal, fresh = talk().press("confirm", card.draft_id).replies
    assert (refusal.reason, fresh.changes[0].old, fresh.changes[0].new) == ("conflict", "99000", "190000")
    assert str(house.desk.mirror.deal("qd001").amount) == "99000.00"


def test_undo_is_refused_where_somebody_changed_it_since(talk):
    rep, manager = talk(), talk("solomon", thread="other")
    receipt = only(
        rep.press("confirm", only(rep.say("globex inbound dock rollout is 190k now"), DraftCard).draft_id), Receipt
    )
    manager.press("confirm", only(manager.say("globex inbound dock rollout is 99k now"), DraftCard).draft_id)
    assert only(rep.press("undo", receipt.receipt_id), Refusal).reason == "conflict"


def test_the_card_is_corrected_in_the_thread(talk):
    rep = talk()
    rep.say(LOG_A_CALL)
    card = only(rep.say("actually it was last friday, and make it 200k"), DraftCard)
    assert card.activity.at.isoformat() == "2026-03-06"
    assert {c.field: c.new for c in card.changes}["amount"] == "200000"


def test_chinese_is_read_and_answered_in_chinese(talk):
    card = only(talk("zihan").say(LOG_IN_CHINESE), DraftCard)
    assert card.activity.contacts == ("王建国",)
    assert {c.field: c.new for c in card.changes} == {"amount": "1500000"}
    assert card.next_step.due.isoformat() == "2026-03-18"
    assert "要记录吗" in as_json(card)["text"]


@pytest.mark.parametrize(
    "text",
    [
        "did I log the call with Globex?",
        "if we moved globex dock rollout to verbal, what happens",
        "mark all my deals won",
    ],
)
def test_questions_suppositions_and_bulk_make_no_card(talk, text):
    assert not any(isinstance(r, DraftCard | Receipt) for r in talk().say(text).replies)


def test_an_unknown_account_is_asked_about(talk):
    rep = talk()
    assert only(rep.say("call with Wexcombe Foods today 20 min, they want a demo"), Question).about == "account"
    assert only(rep.say("create it"), DraftCard).create == "account"


@pytest.mark.parametrize(
    ("who", "text", "first"),
    [
        ("tamsin", "pain chain for a CFO in manufacturing", "pc-manufacturing-cfo"),
        ("tamsin", "reference story for Globex", "rs-tarvane-hydraulics"),
        ("zihan", "制造业供应链总监的痛点链", "pc-manufacturing-zh"),
    ],
)
def test_the_right_aid_comes_first_with_its_reason_and_source(talk, who, text, first):
    found = only(talk(who).say(text), AidsFound)
    assert found.aids[0].id == first
    assert found.aids[0].why
    assert found.sources[0].id == first


def test_expired_draft_and_retired_aids_are_never_shown(talk):
    for text in (
        "any promotions on the carrier portal",
        "value prop for carrier portal in logistics",
        "where is the quarter end discount ladder",
    ):
        told = [as_json(r) for r in talk().say(text).replies]
        shown = {s["id"] for r in told for s in (r.get("aids") or []) + r["sources"] + (r.get("nearest") or [])}
        assert not shown & {
            "pr-yearend-2025-carrier-onboarding",
            "vp-carrier-portal-logistics",
            "bp-quarter-end-discounts",
        }


def test_a_managers_summary_is_shared_with_the_team_alone(talk):
    assert (
        only(talk("solomon", "#east-sales").say("pipeline summary for my team"), PipelineReport).audience == "channel"
    )
    assert (
        only(talk("solomon", "#sales-all").say("pipeline summary for my team"), PipelineReport).audience == "ephemeral"
    )
    assert (
        only(talk("solomon", "#ext-globex").say("pipeline summary for my team"), Refusal).reason == "external_audience"
    )
    assert only(talk("joaquin").say("pipeline summary for the east team"), Refusal).reason == "not_allowed"


def test_each_rep_adds_up_to_the_team(talk):
    report = only(talk("solomon").say("pipeline summary for my team"), PipelineReport)
    for metric in ("open_count", "open_amount", "weighted_amount", "won_amount", "quota"):
        assert sum(row.metrics[metric] or 0 for row in report.rows) == pytest.approx(report.metrics[metric] or 0), (
            metric
        )


@pytest.mark.parametrize("text", ["", "   ", "🎉🎉", "\u200b\u202e", "x " * 20_000, "<!channel>"])
def test_unreadable_messages_get_a_clear_sentence(talk, text):
    reply = talk().say(text).replies[0]
    assert reply.kind == "unclear"
    assert len(as_json(reply)["text"]) > 40


def test_somebody_unknown_is_told_what_to_do(house, talk):
    stranger = talk()
    stranger.email = "someone@elsewhere.example"
    refused = only(stranger.say("my pipeline"), Refusal)
    assert refused.reason == "not_allowed"
    assert "administrator" in as_json(refused)["text"]
