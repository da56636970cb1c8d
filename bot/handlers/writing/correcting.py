"""Corrections: the thread's open card with what was said since in it."""

from datetime import date
from decimal import Decimal
from typing import Any

from bot.contract.commands.base import DealChanges, Offer
from bot.contract.commands.writing import CorrectDraft, LogActivity, SameFor, UpdateDeal
from bot.contract.drafts import Draft
from bot.contract.replies.base import Reply
from bot.contract.replies.cards import Change
from bot.contract.replies.notices import NotUnderstood
from bot.domain.money import plain
from bot.handlers.clarifying.names import meant_deal
from bot.handlers.turn import Turn
from bot.handlers.writing.capture import tell
from bot.handlers.writing.drafting import Captured, draft_for, new_amount, shifted, show


def correct(command: CorrectDraft, turn: Turn) -> list[Reply]:
    """The thread's open card with the correction in it; the old card can no longer be pressed."""
    found = turn.desk.drafts.of(turn.conversation.draft_id or "")
    if not found or found[1] not in {"open", "written"} or found[0].author_id != turn.person.id:
        return [NotUnderstood(suggestions=(), say="nothing_to_correct", language=turn.language)]
    draft = found[0]
    if found[1] == "written":
        return _after_writing(draft, command, turn)
    if draft.create:
        return _correct_creation(draft, command, turn)
    matched = draft.matched
    deal = turn.desk.mirror.deal(draft.deal_id) if draft.deal_id else None
    if command.deal:
        meant = meant_deal(command.deal, (), turn)
        deal, matched = meant.deal or deal, meant.matched if meant.deal else matched
    account = next(iter(turn.desk.mirror.accounts([draft.account_id])), None) if draft.account_id else None
    return draft_for(_told(draft, command), deal, account, turn, replaces=draft, matched=matched)


def _after_writing(draft: Draft, command: CorrectDraft, turn: Turn) -> list[Reply]:
    """A new card for what is to be different from what was written."""
    deal = turn.desk.mirror.deal(draft.deal_id) if draft.deal_id else None
    if deal is None or command.changes.empty:
        return [NotUnderstood(suggestions=(), say="nothing_to_correct", language=turn.language)]
    account = next(iter(turn.desk.mirror.accounts([draft.account_id])), None) if draft.account_id else None
    return draft_for(UpdateDeal(changes=command.changes), deal, account, turn, matched=draft.matched)


def same_for(command: SameFor, turn: Turn) -> list[Reply]:
    """A card for another deal with what this thread's last card holds."""
    found = turn.desk.drafts.of(turn.conversation.draft_id or turn.desk.drafts.newest(turn.thread) or "")
    if not found or found[0].author_id != turn.person.id or found[0].create or found[0].items:
        return [NotUnderstood(suggestions=(), say="nothing_to_correct", language=turn.language)]
    again = _told(found[0], CorrectDraft())
    kept = again.changes.model_copy(update={"products": (), "name": None})
    people = {"contacts": ()} if isinstance(again, LogActivity) else {}
    return tell(again.model_copy(update={"deal": command.deal, "changes": kept, **people}), turn)


def take_offer(value: str, draft_id: str | None, turn: Turn) -> list[Reply]:
    """The open card with a possible value taken as certain."""
    found = turn.desk.drafts.of(draft_id or turn.conversation.draft_id or "")
    field, _, taken = value.partition(":")
    offered = found and next((o for o in found[0].offers if (o.field, o.value) == (field, taken)), None)
    if not found or not offered or found[1] != "open":
        return [turn.refuse("not_found", "no_card")]
    if found[0].author_id != turn.person.id:
        return [turn.refuse("not_allowed", "not_your_card")]
    turn.conversation = turn.conversation.model_copy(update={"draft_id": found[0].id})
    due = {"next_step_due": offered.due} if offered.due else {}
    changes = DealChanges.model_validate({offered.field: offered.value, **due})
    rest = tuple(o for o in found[0].offers if o != offered)
    return correct(CorrectDraft(changes=changes, offers=rest), turn)


def _told(draft: Draft, command: CorrectDraft) -> Captured:
    changes = merged(draft, command.changes)
    gone: dict[str, object] = {
        field: None
        for name in command.remove
        for field in (("next_step", "next_step_due") if name == "next_step" else (name,))
    }
    changes = changes.model_copy(update={k: v for k, v in gone.items() if k != "activity"})
    if not draft.activity or "activity" in command.remove:
        return UpdateDeal(changes=changes, offers=_kept_offers(draft, command))
    old = draft.activity
    contacts = (*old.contacts, *command.contacts) if command.contacts_added else command.contacts or old.contacts
    return LogActivity(
        kind=command.kind or old.kind,
        at=command.at or old.at,
        duration_minutes=command.duration_minutes or old.duration_minutes,
        contacts=contacts,
        summary=old.summary,
        changes=changes,
        offers=_kept_offers(draft, command),
    )


def _kept_offers(draft: Draft, command: CorrectDraft) -> tuple[Offer, ...]:
    return draft.offers if command.offers is None else command.offers


def merged(draft: Draft, newer: DealChanges) -> DealChanges:
    """The draft's changes as a command again, with newer ones over them."""
    old: dict[str, Any] = {}
    for change in draft.changes:
        match change.field:
            case "amount":
                old["amount"] = Decimal(change.new or 0)
            case "close_date":
                old["close_date"] = date.fromisoformat(change.new or "")
            case "product":
                old["products"] = tuple((change.new or "").split(", "))
            case _:
                old[change.field] = change.new
    if draft.next_step:
        old |= {"next_step": draft.next_step.text, "next_step_due": draft.next_step.due}
    said = {name: value for name, value in newer.model_dump().items() if value not in (None, (), False)}
    if {"amount_factor", "amount_delta"} & said.keys() and "amount" in old:
        said["amount"] = new_amount(newer, old["amount"])
        said = {name: value for name, value in said.items() if name not in {"amount_factor", "amount_delta"}}
    if {"close_shift_days", "close_shift_months"} & said.keys() and "close_date" in old:
        said["close_date"] = shifted(newer, old["close_date"])
        said = {name: value for name, value in said.items() if not name.startswith("close_shift")}
    return DealChanges.model_validate({**old, **said})


def _correct_creation(draft: Draft, command: CorrectDraft, turn: Turn) -> list[Reply]:
    new = {c.field: c for c in draft.changes}
    if command.changes.amount is not None:
        new["amount"] = Change(field="amount", old=None, new=plain(command.changes.amount))
    if command.changes.close_date:
        new["close_date"] = Change(field="close_date", old=None, new=command.changes.close_date.isoformat())
    corrected = draft.model_copy(update={"id": turn.desk.new_id(), "changes": tuple(new.values())})
    return [show(corrected, None, turn, replaces=draft)]
