"""What is confirmed is written once: under double presses, redelivery, two processes, a CRM that is away, and kills."""

import shutil
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Timer

import pytest
from sqlalchemy import select

from bot.contract.commands.base import Command
from bot.contract.commands.writing import ConfirmDraft, DiscardDraft
from bot.contract.message import Press
from bot.contract.replies.base import Reply
from bot.contract.replies.cards import DraftCard, Receipt
from bot.contract.replies.notices import Discarded, Refusal
from bot.contract.replies.reports import DealsFound
from bot.crm.adapters.embedded import EmbeddedCrm
from bot.crm.mirror.beside import CrmBesideMirror
from bot.crm.port import Write
from bot.crm.sync import sync
from bot.domain.audience import DIRECT
from bot.errors import Conflict
from bot.handlers.digests import due
from bot.handlers.registry import carry_out
from bot.handlers.turn import Turn
from bot.storage.audit import audit_log
from bot.storage.drafts import FORGOTTEN
from bot.views import render
from tests.conftest import NOW, house_in
from tests.crm.fake import FakeCrm
from tests.handlers.test_jobs import only
from tests.soak.test_writes import written


@pytest.fixture
def crm(house) -> FakeCrm:
    """A CRM with a store of its own, beside the mirror."""
    fake = FakeCrm(list(EmbeddedCrm(house.engine).pull(None)))
    object.__setattr__(house.desk, "crm", CrmBesideMirror(fake, house.engine))
    return fake


def test_what_a_crm_took_is_what_is_shown(talk, crm):
    rep = talk()
    card = only(rep.say("globex inbound dock rollout is 190k now, move to verbal. call with Dana today"), DraftCard)
    only(rep.press("confirm", card.draft_id), Receipt)
    shown = only(rep.say("show me globex inbound dock rollout"), DealsFound)
    assert (shown.deals[0].amount, shown.deals[0].stage) == (Decimal(190000), "Verbal")
    assert (crm.deals["qd001"].amount, crm.writes) == (Decimal(190000), 1)
    assert any("call with Dana" in line for line in shown.last_activities)
    assert only(rep.press("undo"), Receipt).undone
    again = only(rep.say("show me globex inbound dock rollout"), DealsFound).deals[0]
    assert (again.amount, again.stage) == (crm.deals["qd001"].amount, crm.deals["qd001"].stage)
    assert again.stage != "Verbal"


def test_what_was_changed_in_the_crm_itself_is_seen_on_the_card_and_after(talk, house, crm):
    crm.change("qd001", amount=Decimal(77000), next_step="Wait for legal")
    rep = talk()
    card = only(rep.say("globex inbound dock rollout is 190k now"), DraftCard)
    assert [(c.field, c.old) for c in card.changes] == [("amount", "77000")]
    assert house.desk.mirror.deal("qd001").next_step == "Wait for legal"
    history = house.desk.mirror.field_changes(["qd001"], ["amount", "next_step"])["qd001"]
    assert {(change.field, change.new) for change in history[-2:]} == {
        ("amount", "77000"),
        ("next_step", "Wait for legal"),
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("globex inbound dock rollout is 190k now", "Amount"),
        ("环球科技 inbound dock rollout 改成19万", "金额"),
    ],
)
def test_what_the_crm_refuses_is_told_with_field_and_reason_and_nothing_is_lost(talk, house, crm, text, words):
    rep = talk()
    card = only(rep.say(text), DraftCard)
    crm.refusing = "amount", "Discount needs an approval."
    told = only(rep.press("confirm", card.draft_id), Refusal)
    read = render(told).text
    assert words in read
    assert "Discount needs an approval." in read
    crm.refusing = None
    only(rep.press("confirm", card.draft_id), Receipt)
    assert crm.deals["qd001"].amount == Decimal(190000)
    crm.refusing = None, "Locked by an administrator."
    assert "Locked by an administrator." in render(only(rep.press("undo"), Refusal)).text
    crm.refusing = None
    assert only(rep.press("undo"), Receipt).undone


def test_a_deal_that_is_gone_ends_every_way_in_a_sentence(talk, house, crm):
    rep = talk()
    open_card = only(rep.say("globex inbound dock rollout is 190k now"), DraftCard)
    receipt = only(rep.press("confirm", open_card.draft_id), Receipt)
    second = only(rep.say("globex inbound dock rollout is 180k now"), DraftCard)
    del crm.deals["qd001"]
    assert only(rep.press("confirm", second.draft_id), Refusal).say == "deal_gone"
    assert only(rep.press("confirm", second.draft_id), Refusal).say == "card_discarded", "the card went with its deal"
    assert only(rep.press("undo", receipt.receipt_id), Refusal).say == "deal_gone"
    assert only(rep.say("globex inbound dock rollout is 170k now"), Refusal).say == "deal_gone"


def test_a_pull_brings_what_the_crm_has(house, crm):
    crm.change("qd001", amount=Decimal(66000))
    counted = sync(crm, house.engine)
    assert counted["deal"] == len(crm.deals)
    assert house.desk.mirror.deal("qd001").amount == Decimal(66000)


@pytest.mark.parametrize("after", [False, True])
def test_a_card_waits_for_a_crm_that_is_away(talk, house, crm, after):
    rep = talk()
    card = only(rep.say("globex inbound dock rollout is 190k now. call with Dana today"), DraftCard)
    crm.away, crm.after = True, after
    told = only(rep.press("confirm", card.draft_id), Refusal)
    assert (told.reason, told.say) == ("unavailable", "crm_down_queued")
    assert due.resume(house.desk, NOW) == [], "still away"
    assert only(rep.press("discard", card.draft_id), Refusal).reason == "conflict"
    crm.away = False
    (finished,) = due.resume(house.desk, NOW)
    assert finished.email == rep.email
    assert [r.kind for r in finished.replies] == ["receipt"]
    assert str(house.desk.mirror.deal("qd001").amount) == "190000.00"
    assert crm.writes == 1
    assert due.resume(house.desk, NOW) == []
    crm.away = True
    assert only(rep.press("undo"), Refusal).say == "undo_queued"
    crm.away = False
    assert due.resume(house.desk, NOW)[0].replies[0].undone
    assert house.desk.mirror.deal("qd001").amount is not None
    assert str(house.desk.mirror.deal("qd001").amount) != "190000.00"


def test_a_write_whose_answer_was_lost_hides_no_later_change(talk, house, crm):
    rep = talk()
    card = only(rep.say("globex inbound dock rollout is 190k now"), DraftCard)
    crm.away = crm.after = True
    assert only(rep.press("confirm", card.draft_id), Refusal).say == "crm_down_queued"
    crm.away = False
    crm.change("qd001", amount=Decimal(55000))
    assert [reply.kind for done in due.resume(house.desk, NOW) for reply in done.replies] == ["receipt"]
    assert (crm.writes, house.desk.mirror.deal("qd001").amount) == (1, Decimal(55000))


def test_a_queued_card_meets_a_change_made_meanwhile(talk, house, crm):
    rep, manager = talk(), talk("solomon", thread="other")
    card = only(rep.say("globex inbound dock rollout is 190k now"), DraftCard)
    crm.away = True
    rep.press("confirm", card.draft_id)
    crm.away = False
    manager.press("confirm", only(manager.say("globex inbound dock rollout is 99k now"), DraftCard).draft_id)
    refusal, fresh = due.resume(house.desk, NOW)[0].replies
    assert (refusal.reason, fresh.kind) == ("conflict", "draft")
    assert house.desk.drafts.of(card.draft_id)[1] == "replaced"
    assert due.resume(house.desk, NOW) == [], "the person is told once"
    assert str(house.desk.mirror.deal("qd001").amount) == "99000.00"


def test_another_fields_change_does_not_stop_a_card_and_undo_brings_back_what_was_there(talk, house):
    rep, manager = talk(), talk("solomon", thread="other")
    card = only(rep.say("globex inbound dock rollout is 190k now, next step send the contract friday"), DraftCard)
    manager.press(
        "confirm", only(manager.say("globex inbound dock rollout: next step call Dana on monday"), DraftCard).draft_id
    )
    receipt = only(rep.press("confirm", card.draft_id), Receipt)
    assert house.desk.mirror.deal("qd001").next_step == "send the contract"
    only(rep.press("undo", receipt.receipt_id), Receipt)
    assert house.desk.mirror.deal("qd001").next_step == "call Dana"


def test_many_deals_change_by_one_confirmation_and_come_back_together(talk, house):
    manager = talk("solomon")
    card = only(manager.say("push all my team's open deals by two weeks"), DraftCard)
    before = {i.deal.id: house.desk.mirror.deal(i.deal.id) for i in card.items}
    assert len(before) > 3
    first = next(iter(before))
    other = talk("tamsin", thread="other")
    receipt = only(manager.press("confirm", card.draft_id), Receipt)
    assert {i.deal.id for i in receipt.items} == set(before)
    for ref, deal in before.items():
        assert house.desk.mirror.deal(ref).close_date == deal.close_date + timedelta(days=14)
    with house.engine.connect() as connection:
        audited = connection.execute(select(audit_log.c.deal_id).where(audit_log.c.action == "write")).scalars().all()
    assert sorted(audited) == sorted(before)
    assert only(manager.press("undo", receipt.receipt_id), Receipt).undone
    assert {ref: house.desk.mirror.deal(ref).close_date for ref in before} == {
        ref: d.close_date for ref, d in before.items()
    }
    assert house.desk.mirror.deal(first).close_date == before[first].close_date
    assert other.press("undo", receipt.receipt_id).replies[0].kind == "refusal"


def test_a_deal_changed_meanwhile_is_left_out_of_many_and_named(talk, house):
    rep, manager = talk(), talk("solomon", thread="other")
    card = only(rep.say("push all my deals by a month"), DraftCard)
    moved = card.items[0].deal
    manager.press("confirm", only(manager.say(f"{moved.name} now closes on December 1"), DraftCard).draft_id)
    receipt = only(rep.press("confirm", card.draft_id), Receipt)
    assert receipt.left_out == (moved.name,)
    assert house.desk.mirror.deal(moved.id).close_date.isoformat() == "2026-12-01"


@pytest.mark.parametrize(
    ("text", "say"),
    [
        ("mark all my deals won", "no_bulk_closing"),
        ("move all my deals somewhere", "bulk_what"),
        ("push all my deals closing in 2031 by a week", "bulk_none"),
    ],
)
def test_what_many_deals_cannot_be(talk, text, say):
    assert only(talk().say(text), Refusal).say == say


def test_a_card_is_its_authors_alone_whoever_stands_above(talk, house):
    card = only(talk().say("globex inbound dock rollout is 190k now"), DraftCard)
    for press in ("confirm", "discard", "edit"):
        told = only(talk("solomon").press(press, card.draft_id), Refusal)
        assert (told.reason, told.say) == ("not_allowed", "not_your_card")
    assert house.desk.drafts.of(card.draft_id)[1] == "open"
    assert house.desk.mirror.deal("qd001").amount != Decimal(190000)


def test_a_deal_given_away_meanwhile_is_not_written(talk, house):
    rep, manager = talk(), talk("solomon", thread="other")
    card = only(rep.say("globex inbound dock rollout is 190k now"), DraftCard)
    many = only(manager.say("give globex inbound dock rollout to Joaquin"), DraftCard)
    only(manager.press("confirm", many.draft_id), Receipt)
    told = only(rep.press("confirm", card.draft_id), Refusal)
    assert (told.reason, told.say, told.values["deal"]) == ("not_allowed", "not_your_deal", card.deal.name)
    assert house.desk.drafts.of(card.draft_id)[1] == "open"
    assert house.desk.mirror.deal("qd001").amount != Decimal(190000)


def test_a_card_lives_a_day_and_no_longer(talk):
    rep = talk()
    card = only(rep.say("globex inbound dock rollout is 190k now"), DraftCard)
    late = only(rep.press("confirm", card.draft_id, NOW + timedelta(hours=24, seconds=1)), Refusal)
    assert (late.reason, late.say) == ("expired", "card_expired")
    only(rep.press("confirm", card.draft_id, NOW + timedelta(hours=24)), Receipt)


def test_what_ended_is_said_to_have_ended(talk):
    rep = talk()
    card = only(rep.say("globex inbound dock rollout is 190k now"), DraftCard)
    newer = only(rep.say("make it 200k"), DraftCard)
    assert only(rep.press("confirm", card.draft_id), Refusal).say == "card_replaced"
    only(rep.press("discard", newer.draft_id), Discarded)
    assert only(rep.press("confirm", newer.draft_id), Refusal).say == "card_discarded"
    assert only(rep.press("confirm", "no such card"), Refusal).say == "no_card"
    assert only(rep.press("undo"), Refusal).say == "no_receipt"
    assert only(rep.press("undo", "no such receipt"), Refusal).say == "no_receipt"


def test_discarding_says_what_a_card_became(talk, crm):
    rep = talk()
    card = only(rep.say("globex inbound dock rollout is 190k now"), DraftCard)
    crm.away = True
    only(rep.press("confirm", card.draft_id), Refusal)
    assert only(rep.press("discard", card.draft_id), Refusal).say == "card_queued"
    crm.away = False
    only(rep.press("confirm", card.draft_id), Receipt)
    told = only(rep.press("discard", card.draft_id), Refusal)
    assert (told.reason, told.say) == ("conflict", "card_written")
    other = only(rep.say("globex inbound dock rollout is 195k now"), DraftCard)
    assert only(rep.press("discard", other.draft_id), Discarded).draft_id == other.draft_id
    assert crm.writes == 1


def test_a_card_on_its_way_is_not_thrown_away(talk, house):
    rep = talk()
    card = only(rep.say("globex inbound dock rollout is 190k now"), DraftCard)
    assert house.desk.drafts.move(card.draft_id, "open", "sending"), "another process is at it"
    told = only(rep.press("discard", card.draft_id), Refusal)
    assert (told.reason, told.say) == ("conflict", "card_written")
    assert house.desk.drafts.of(card.draft_id)[1] == "sending"


def test_a_word_shows_the_card_again_and_writes_nothing(talk, house):
    rep, before = talk(), house.desk.mirror.deal("qd001")
    card = only(rep.say("globex inbound dock rollout is 190k now"), DraftCard)
    told, again = rep.say("yes").replies
    assert (told.kind, told.say, told.audience) == ("chat", "confirm_by_button", "ephemeral")
    assert (again.draft_id, again.deal, again.changes) == (card.draft_id, card.deal, card.changes)
    assert house.desk.mirror.deal("qd001") == before
    only(rep.press("confirm", card.draft_id), Receipt)
    told = only(rep.say("yes"), Refusal)
    assert (told.reason, told.say) == ("not_found", "no_card")


def test_a_word_throws_the_threads_card_away(talk, house):
    rep = talk()
    card = only(rep.say("globex inbound dock rollout is 190k now"), DraftCard)
    assert only(rep.say("forget it"), Discarded).draft_id == card.draft_id
    assert house.desk.drafts.of(card.draft_id)[1] == "discarded"
    card = only(rep.say("环球科技 inbound dock rollout 改成19万"), DraftCard)
    thrown = only(rep.say("算了"), Discarded)
    assert (thrown.draft_id, thrown.language) == (card.draft_id, "zh")


def test_a_word_finds_the_threads_card_and_its_authors_alone(talk, house):
    """A model may read these words where the rules do not."""
    card = only(talk().say("globex inbound dock rollout is 190k now"), DraftCard)

    def said(command: Command, who: str = "q05", thread: str = "t") -> list[Reply]:
        return carry_out(command, Turn(house.desk.organization.people[who], DIRECT, thread, NOW, house.desk, "zh"))

    for command in (ConfirmDraft(), DiscardDraft()):
        assert [r.say for r in said(command, thread="empty")] == ["no_card"]
        assert [r.say for r in said(command, "q02")] == ["not_your_card"]
    told, again = said(ConfirmDraft())
    assert (told.language, again.draft_id) == ("zh", card.draft_id)
    assert [r.kind for r in said(DiscardDraft())] == ["discarded"]


def test_a_card_gives_up_where_others_never_stop(talk, house, crm):
    rep = talk()
    card = only(rep.say("globex inbound dock rollout is 190k now"), DraftCard)
    crm.change("qd001", next_step="Step 0")
    crm.after_fetch = [lambda n=n: crm.change("qd001", next_step=f"Step {n}") for n in range(1, 9)]
    told = only(rep.press("confirm", card.draft_id), Refusal)
    assert (told.reason, told.say) == ("unavailable", "being_written")
    assert (crm.writes, house.desk.drafts.of(card.draft_id)[1]) == (0, "sending")


def test_another_fields_change_leaves_no_deal_out_of_many(talk, house):
    rep, manager = talk(), talk("solomon", thread="other")
    card = only(rep.say("push all my deals by a month"), DraftCard)
    moved = card.items[0]
    manager.press("confirm", only(manager.say(f"{moved.deal.name}: next step call Dana on monday"), DraftCard).draft_id)
    receipt = only(rep.press("confirm", card.draft_id), Receipt)
    assert receipt.left_out == ()
    assert house.desk.mirror.deal(moved.deal.id).close_date.isoformat() == moved.changes[0].new


def test_who_presses_what_another_process_writes_gets_its_receipt(talk, house):
    rep = talk()
    card = only(rep.say("globex inbound dock rollout is 190k now"), DraftCard)
    drafts = house.desk.drafts
    assert drafts.move(card.draft_id, "open", "sending")
    assert drafts.take(card.draft_id), "another process is at it"
    assert not drafts.take(card.draft_id)
    told = only(rep.press("confirm", card.draft_id), Refusal)
    assert (told.reason, told.say) == ("unavailable", "being_written")
    fresh = drafts.of(card.draft_id)[0].model_copy(update={"id": "fresh"})
    drafts.keep(fresh, replaces=card.draft_id)
    told = only(rep.press("confirm", card.draft_id), Refusal)
    assert (told.reason, told.say) == ("expired", "card_replaced")


def test_who_waits_for_another_process_hears_that_the_card_was_replaced(talk, house):
    rep, drafts = talk(), house.desk.drafts
    card = only(rep.say("globex inbound dock rollout is 190k now"), DraftCard)
    assert drafts.move(card.draft_id, "open", "sending")
    assert drafts.take(card.draft_id), "another process is at it"
    fresh = drafts.of(card.draft_id)[0].model_copy(update={"id": "fresh"})
    other = Timer(0.3, drafts.keep, (fresh, card.draft_id))
    other.start()
    told = only(rep.press("confirm", card.draft_id), Refusal)
    other.join()
    assert (told.reason, told.say) == ("expired", "card_replaced")


def test_a_fresh_card_can_be_pressed_where_somebody_was_quicker(talk, house, crm):
    rep = talk()
    card = only(rep.say("globex inbound dock rollout is 190k now, move to verbal"), DraftCard)
    crm.change("qd001", amount=Decimal(99000), next_step="Call legal")
    refusal, fresh = rep.press("confirm", card.draft_id, NOW + timedelta(hours=20)).replies
    assert (refusal.reason, refusal.say, refusal.values["fields"]) == ("conflict", "changed_meanwhile", "amount")
    assert {(c.field, c.old, c.new) for c in fresh.changes if c.field == "amount"} == {("amount", "99000", "190000")}
    later = NOW + timedelta(hours=43)
    receipt = only(rep.press("confirm", fresh.draft_id, later), Receipt)
    assert crm.deals["qd001"].amount == Decimal(190000)
    only(rep.press("undo", receipt.receipt_id), Receipt)
    assert (crm.deals["qd001"].amount, crm.deals["qd001"].next_step) == (Decimal(99000), "Call legal")


def test_a_fresh_card_is_what_the_thread_is_about(talk, house, crm):
    rep = talk()
    card = only(rep.say("globex inbound dock rollout is 190k now"), DraftCard)
    crm.change("qd001", amount=Decimal(99000))
    _, fresh = rep.press("confirm", card.draft_id).replies
    corrected = only(rep.say("make it 200k"), DraftCard)
    assert [(c.field, c.old, c.new) for c in corrected.changes] == [("amount", "99000", "200000")]
    assert only(rep.press("confirm", fresh.draft_id), Refusal).say == "card_replaced"


def test_a_fresh_card_leaves_out_what_was_done_meanwhile(talk, house, crm):
    rep = talk()
    card = only(rep.say("globex inbound dock rollout is 190k now, move to verbal"), DraftCard)
    crm.change("qd001", amount=Decimal(190000))
    _, fresh = rep.press("confirm", card.draft_id).replies
    assert [c.field for c in fresh.changes] == ["stage"]


def test_an_undo_brings_back_what_a_write_with_a_lost_answer_met(talk, house, crm):
    rep = talk()
    card = only(rep.say("globex inbound dock rollout is 190k now, next step send the contract friday"), DraftCard)
    crm.change("qd001", next_step="call Dana")
    crm.after_fetch = [lambda: crm.__dict__.update(away=True, after=True)]
    assert only(rep.press("confirm", card.draft_id), Refusal).say == "crm_down_queued"
    assert crm.deals["qd001"].next_step == "send the contract", "it was written, its answer was lost"
    crm.away = False
    receipt = due.resume(house.desk, NOW)[0].replies[0]
    assert only(rep.press("undo", receipt.receipt_id), Receipt).undone
    assert (crm.deals["qd001"].next_step, crm.writes) == ("call Dana", 2)


def test_what_the_crm_has_already_is_not_made_again(talk, house, crm):
    def there_already(*_: object) -> None:
        raise Conflict("used_since")

    rep = talk()
    card = only(rep.say("new account Harbourline Foods"), DraftCard)
    crm._written = there_already
    told = only(rep.press("confirm", card.draft_id), Refusal)
    assert (told.reason, told.say) == ("conflict", "used_since")
    assert house.desk.drafts.of(card.draft_id)[1] == "discarded"


def test_many_are_taken_back_together_or_not_at_all(talk, house):
    manager, other = talk("solomon"), talk("tamsin", thread="other")
    card = only(manager.say("push all my team's open deals by two weeks"), DraftCard)
    receipt = only(manager.press("confirm", card.draft_id), Receipt)
    changed = next(item.deal for item in card.items if item.deal.id == "qd001")
    later = only(other.say("globex inbound dock rollout closes 2026-12-01"), DraftCard)
    only(other.press("confirm", later.draft_id), Receipt)
    dates = {item.deal.id: house.desk.mirror.deal(item.deal.id).close_date for item in card.items}
    told = only(manager.press("undo", receipt.receipt_id), Refusal)
    assert (told.reason, told.say, told.values["fields"]) == ("conflict", "changed_since", changed.name)
    assert {ref: house.desk.mirror.deal(ref).close_date for ref in dates} == dates, "not one of them went back"


def test_two_changed_together_stop_at_the_one_that_changed_since(talk, house):
    owners = [d.owner_id for d in house.desk.mirror.deals(open_only=True)]
    own = [d for d in house.desk.mirror.deals(open_only=True, owners=["q05"]) if d.close_date]
    later = sorted(own, key=lambda d: d.close_date)[-2].close_date
    assert owners.count("q05") > 2
    rep, other = talk(), talk(thread="other")
    card = only(rep.say(f"push all my open deals closing after {later - timedelta(days=1)} by two weeks"), DraftCard)
    first, second = (item.deal.id for item in card.items)
    receipt = only(rep.press("confirm", card.draft_id), Receipt)
    change = only(other.say(f"{house.desk.mirror.deal(first).name} closes 2027-05-05"), DraftCard)
    only(other.press("confirm", change.draft_id), Receipt)
    moved = house.desk.mirror.deal(second).close_date
    told = only(rep.press("undo", receipt.receipt_id), Refusal)
    assert (told.say, told.values["fields"]) == ("changed_since", house.desk.mirror.deal(first).name)
    assert house.desk.mirror.deal(second).close_date == moved, "the untouched one stays as well"


def test_a_win_is_taken_back_in_the_name_of_who_did_it(talk, house):
    rep = talk()
    before = house.desk.mirror.deal("qd001")
    receipt = only(
        rep.press("confirm", only(rep.say("won globex inbound dock rollout at 190k"), DraftCard).draft_id), Receipt
    )
    assert house.desk.mirror.deal("qd001").closed_at is not None
    only(talk("solomon").press("undo", receipt.receipt_id), Receipt)
    after = house.desk.mirror.deal("qd001")
    assert (after.stage, after.amount, after.closed_at) == (before.stage, before.amount, None)
    history = house.desk.mirror.stage_changes(["qd001"])["qd001"]
    assert [(change.to_stage, change.by_id) for change in history[-2:]] == [("Won", "q05"), (before.stage, "q02")]


def test_an_undo_meets_changes_of_other_fields_and_gives_up_where_they_never_end(talk, house, crm):
    rep = talk()
    before = crm.deals["qd001"].amount
    receipt = only(
        rep.press("confirm", only(rep.say("globex inbound dock rollout is 190k now"), DraftCard).draft_id), Receipt
    )
    crm.after_fetch = [lambda n=n: crm.change("qd001", next_step=f"Step {n}") for n in range(9)]
    told = only(rep.press("undo", receipt.receipt_id), Refusal)
    assert (told.reason, told.say) == ("unavailable", "being_written")
    assert crm.deals["qd001"].amount == Decimal(190000)
    crm.after_fetch = [lambda: crm.change("qd001", next_step="One more")]
    assert only(rep.press("undo", receipt.receipt_id), Receipt).undone
    assert (crm.deals["qd001"].amount, crm.deals["qd001"].next_step) == (before, "One more")


def test_what_was_logged_goes_with_the_undo(talk, house, crm):
    rep = talk()
    had = set(crm.activities)
    card = only(rep.say("call with Dana about globex inbound dock rollout today"), DraftCard)
    receipt = only(rep.press("confirm", card.draft_id), Receipt)
    assert len(crm.activities) == len(had) + 1
    assert only(rep.press("undo", receipt.receipt_id), Receipt).undone
    assert set(crm.activities) == had
    assert not [a for a in house.desk.mirror.activities(deal_id="qd001") if a.id.startswith("note-")]


def test_what_was_logged_at_an_account_goes_with_the_undo(talk, house):
    rep, mirror = talk(), house.desk.mirror
    only(rep.press("confirm", only(rep.say("new account Harbourline Foods"), DraftCard).draft_id), Receipt)
    card = only(rep.say("call with Harbourline Foods today, they like us"), DraftCard)
    assert (card.deal, card.account) == (None, "Harbourline Foods")
    receipt = only(rep.press("confirm", card.draft_id), Receipt)
    account = next(a.id for a in mirror.accounts() if a.name == "Harbourline Foods")
    assert [a.kind.value for a in mirror.activities(account_id=account)] == ["call"]
    assert only(rep.press("undo", receipt.receipt_id), Receipt).undone
    assert mirror.activities(account_id=account) == []


def test_what_is_undone_is_told_in_the_language_of_its_card(talk):
    rep = talk()
    card = only(rep.say("环球科技 inbound dock rollout 改成19万"), DraftCard)
    receipt = only(rep.press("confirm", card.draft_id), Receipt)
    undone = only(talk("solomon", thread="other").press("undo", receipt.receipt_id), Receipt)
    assert (undone.undone, undone.language) == (True, "zh")


def test_undoing_by_saying_so(talk, house):
    rep = talk()
    before = house.desk.mirror.deal("qd001").amount
    only(rep.press("confirm", only(rep.say("globex inbound dock rollout is 190k now"), DraftCard).draft_id), Receipt)
    assert only(rep.say("undo"), Receipt).undone
    assert house.desk.mirror.deal("qd001").amount == before


def test_undoing_twice_takes_back_two_writes_and_is_audited(talk, house):
    rep, before = talk(), house.desk.mirror.deal("qd001")
    for said in ("globex inbound dock rollout is 190k now", "globex inbound dock rollout moves to verbal"):
        only(rep.press("confirm", only(rep.say(said), DraftCard).draft_id), Receipt)
    assert only(rep.press("undo"), Receipt).changes[0].field == "stage"
    assert only(rep.press("undo"), Receipt).changes[0].field == "amount"
    after = house.desk.mirror.deal("qd001")
    assert (after.stage, after.amount) == (before.stage, before.amount)
    with house.engine.connect() as connection:
        audited = connection.execute(select(audit_log.c.person_id).where(audit_log.c.action == "undo")).scalars().all()
    assert audited == ["q05", "q05"]


def test_a_closing_time_of_the_crms_own_stops_no_undo(talk, house, crm):
    rep, before, own = talk(), crm.deals["qd001"], NOW + timedelta(hours=1)
    card = only(rep.say("won globex inbound dock rollout at 190k"), DraftCard)
    receipt = only(rep.press("confirm", card.draft_id), Receipt)
    crm.change("qd001", closed_at=own)
    crm.after_fetch = [lambda: crm.__dict__.update(away=True, after=True)]
    assert only(rep.press("undo", receipt.receipt_id), Refusal).say == "undo_queued"
    assert crm.deals["qd001"].stage == before.stage, "it was written, its answer was lost"
    crm.change("qd001", closed_at=own)
    crm.away = False
    assert due.resume(house.desk, NOW)[0].replies[0].undone
    assert (crm.deals["qd001"].stage, crm.deals["qd001"].amount) == (before.stage, before.amount)


def test_an_undo_stops_where_one_of_two_fields_was_put_back(talk, house, crm):
    rep, before = talk(), crm.deals["qd001"].amount
    card = only(rep.say("globex inbound dock rollout is 190k now, move to verbal"), DraftCard)
    receipt = only(rep.press("confirm", card.draft_id), Receipt)
    crm.change("qd001", amount=before)
    assert only(rep.press("undo", receipt.receipt_id), Refusal).values["fields"] == "amount"
    assert crm.deals["qd001"].stage == "Verbal"


def test_an_undo_is_for_the_tree_and_stops_at_what_changed_since(talk, house):
    rep, manager = talk(), talk("solomon", thread="other")
    receipt = only(
        rep.press("confirm", only(rep.say("globex inbound dock rollout is 190k now"), DraftCard).draft_id), Receipt
    )
    told = only(talk("joaquin").press("undo", receipt.receipt_id), Refusal)
    assert (told.reason, told.say) == ("not_allowed", "not_your_receipt")
    change = only(manager.say("globex inbound dock rollout is 170k now"), DraftCard)
    only(manager.press("confirm", change.draft_id), Receipt)
    told = only(rep.press("undo", receipt.receipt_id), Refusal)
    assert (told.reason, told.say, told.values["fields"]) == ("conflict", "changed_since", "amount")
    assert house.desk.mirror.deal("qd001").amount == Decimal(170000)
    only(manager.press("undo"), Receipt)
    done = only(manager.press("undo", receipt.receipt_id), Receipt)
    assert (done.undone, done.changes[0].old) == (True, "190000")
    assert only(manager.press("undo", receipt.receipt_id), Receipt).undone, "a second press shows the same"
    assert house.desk.mirror.deal("qd001").amount not in {Decimal(190000), Decimal(170000)}


def test_what_a_card_made_goes_with_its_undo_and_stays_once_it_is_used(talk, house):
    rep = talk()
    made = only(rep.press("confirm", only(rep.say("new account Harbourline Foods"), DraftCard).draft_id), Receipt)
    deal = only(talk(thread="u").say("new deal at Harbourline Foods 50k closing in June"), DraftCard)
    kept = only(talk(thread="u").press("confirm", deal.draft_id), Receipt)
    assert only(rep.press("undo", made.receipt_id), Refusal).say == "used_since"
    only(talk(thread="u").press("undo", kept.receipt_id), Receipt)
    assert house.desk.mirror.deal(kept.deal.id) is None
    assert only(rep.press("undo", made.receipt_id), Receipt).undone
    assert not [a for a in house.desk.mirror.accounts() if a.name == "Harbourline Foods"]


def test_a_contacts_change_is_taken_back_unless_somebody_changed_it_since(talk, house, crm):
    rep, other = talk(), talk(thread="other")
    before = next(c for c in house.desk.mirror.contacts() if c.name == "Dana Reyes")
    first = only(rep.say("Dana Reyes at Globex is now VP Operations"), DraftCard)
    receipt = only(rep.press("confirm", first.draft_id), Receipt)
    assert house.desk.mirror.contacts([before.id]) == [replace(before, title="VP Operations")]
    second = only(other.say("Dana Reyes at Globex is now Chief Buyer"), DraftCard)
    newer = only(other.press("confirm", second.draft_id), Receipt)
    told = only(rep.press("undo", receipt.receipt_id), Refusal)
    assert (told.reason, told.say, told.values["fields"]) == ("conflict", "changed_since", "title")
    assert crm.contacts[before.id].title == "Chief Buyer"
    only(other.press("undo", newer.receipt_id), Receipt)
    assert only(rep.press("undo", receipt.receipt_id), Receipt).undone
    assert house.desk.mirror.contacts([before.id]) == [before]
    assert crm.contacts[before.id] == before
    assert crm.writes == 4


def test_a_contact_that_is_gone_is_not_taken_back(talk, house):
    rep = talk()
    contact = next(c for c in house.desk.mirror.contacts() if c.name == "Dana Reyes")
    card = only(rep.say("Dana Reyes at Globex is now VP Operations"), DraftCard)
    receipt = only(rep.press("confirm", card.draft_id), Receipt)
    house.desk.crm.push(Write(by_id="q05", at=NOW, removes_created=contact.id), "gone", None)
    told = only(rep.press("undo", receipt.receipt_id), Refusal)
    assert (told.reason, told.say) == ("not_found", "contact_gone")


def test_an_undo_of_many_that_was_cut_off_is_finished_later_by_who_asked(talk, house, crm):
    rep, manager = talk(), talk("solomon", thread="other")
    card = only(rep.say("push all my deals by a month"), DraftCard)
    before = {item.deal.id: crm.deals[item.deal.id].close_date for item in card.items}
    receipt = only(rep.press("confirm", card.draft_id), Receipt)
    crm.after_fetch = [lambda: None, lambda: setattr(crm, "away", True)]
    told = only(manager.press("undo", receipt.receipt_id), Refusal)
    assert (told.reason, told.say) == ("unavailable", "undo_queued")
    back = [ref for ref in before if crm.deals[ref].close_date == before[ref]]
    assert len(back) == 1
    assert due.resume(house.desk, NOW) == [], "still away"
    crm.away = False
    (finished,) = due.resume(house.desk, NOW)
    assert (finished.email, finished.replies[0].undone) == (manager.email, True)
    assert {ref: crm.deals[ref].close_date for ref in before} == before
    assert due.resume(house.desk, NOW) == []


def test_an_undo_that_was_refused_is_not_tried_again_unasked(talk, house, crm):
    rep = talk()
    card = only(rep.say("globex inbound dock rollout is 190k now"), DraftCard)
    receipt = only(rep.press("confirm", card.draft_id), Receipt)
    crm.change("qd001", amount=Decimal(99000))
    only(rep.press("undo", receipt.receipt_id), Refusal)
    crm.change("qd001", amount=Decimal(190000))
    clock = house.desk.receipts._clock
    house.desk.receipts._clock = lambda: clock() + FORGOTTEN + timedelta(seconds=1)
    assert due.resume(house.desk, NOW) == []
    assert crm.deals["qd001"].amount == Decimal(190000)


def test_on_postgresql_two_processes_write_a_card_once(postgres, tmp_path, made):
    """The same claims and keys hold there; the world is imported anew."""
    from bot.crm.csv.folder import import_folder
    from bot.playground.sample import SampleCompany
    from tests.conftest import DAY, Talk

    house = house_in(tmp_path, database_url=postgres.rsplit("/", 1)[0] + "/" + _fresh_database(postgres))
    SampleCompany(DAY).write(tmp_path / "sample")
    import_folder(house.engine, tmp_path / "sample", house.process)
    other = house_in(tmp_path, database_url=house.settings.database_url)
    talk = Talk(house, "tamsin")
    card = talk.say("note on Globex inbound dock rollout: all well. next step call Dana").replies[0]
    assert isinstance(card, DraftCard)
    first = house.caddie.press(Press("confirm", talk.email, DIRECT, "t", NOW, card.draft_id))
    second = other.caddie.press(Press("confirm", talk.email, DIRECT, "t", NOW, card.draft_id))
    assert [r.kind for a in (first, second) for r in a.replies] == ["receipt", "receipt"]
    assert written(house, [card.draft_id]) == (1, 1, 1)


def _fresh_database(url: str) -> str:
    import psycopg

    name = f"writes_{datetime.now(UTC):%H%M%S%f}"
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return name


def test_the_state_folder_is_all_there_is(house, tmp_path):
    """Another folder is another world: a copy of it answers the same."""
    copy = tmp_path / "copy"
    copy.mkdir()
    shutil.copy(house.settings.caddie_data / "caddie.db", copy / "caddie.db")
    assert house_in(copy).desk.mirror.deal("qd001") == house.desk.mirror.deal("qd001")
