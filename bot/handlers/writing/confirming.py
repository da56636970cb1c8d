"""Presses on open cards: what a card shows is written once, however often it is pressed and wherever a process dies."""

import time
from datetime import timedelta

from bot.contract.commands.writing import ConfirmDraft, DiscardDraft
from bot.contract.drafts import Draft, DraftItem, DraftStatus, KeptItem, KeptReceipt
from bot.contract.replies.base import Reply
from bot.contract.replies.notices import ChatText, Discarded, Refusal
from bot.crm.port import Pushed, Write
from bot.domain.deals import Deal
from bot.errors import BadRequest, CaddieError, Conflict, CrmRefused, CrmUnavailable, NotFound
from bot.handlers.guard import refused
from bot.handlers.turn import Turn
from bot.handlers.writing.drafting import card_of
from bot.handlers.writing.fields import changed_meanwhile, fields_of, shown, values_before, write_of
from bot.handlers.writing.receipts import receipt_of, texts

CARD_LIVES = timedelta(hours=24)
TRIES = 5
OTHERS_SECONDS = 5.0


def own_draft(draft_id: str | None, turn: Turn) -> tuple[Draft, DraftStatus] | Refusal:
    """A draft of the asker with its status; a card is its author's alone."""
    found = turn.desk.drafts.of(draft_id) if draft_id else None
    if found is None:
        return turn.refuse("not_found", "no_card")
    return found if found[0].author_id == turn.person.id else turn.refuse("not_allowed", "not_your_card")


def confirm(draft_id: str | None, turn: Turn) -> list[Reply]:
    """Write what the card shows, in its author's name alone; a second press shows the same receipt."""
    found = own_draft(draft_id, turn)
    if isinstance(found, Refusal):
        return [found]
    draft, status = found
    if status in {"discarded", "replaced"}:
        return [turn.refuse("expired", f"card_{status}")]
    if status == "open" and turn.now - draft.created_at > CARD_LIVES:
        return [turn.refuse("expired", "card_expired")]
    turn.language = draft.language
    if status == "open":
        foreign = _foreign(draft, turn)
        if foreign:
            return [turn.refuse("not_allowed", "not_your_deal", deal=foreign.name)]
        turn.desk.drafts.move(draft.id, "open", "sending")
    return finish(draft, turn) or [turn.refuse("unavailable", "crm_down_queued")]


def discard(draft_id: str | None, turn: Turn) -> list[Reply]:
    """Throw the card away; its author alone may."""
    found = own_draft(draft_id, turn)
    if isinstance(found, Refusal):
        return [found]
    draft, status = found
    if status in {"sending", "queued", "written"}:
        return [turn.refuse("conflict", "card_queued" if status == "queued" else "card_written")]
    turn.desk.drafts.move(draft.id, "open", "discarded")
    turn.conversation = turn.conversation.model_copy(update={"draft_id": None})
    return [Discarded(draft_id=draft.id, language=draft.language)]


def confirm_by_word(command: ConfirmDraft, turn: Turn) -> list[Reply]:
    """The card again with its button: a word never writes, since in a channel it may be meant for somebody else."""
    found = own_draft(turn.conversation.draft_id or turn.desk.drafts.newest(turn.thread), turn)
    if isinstance(found, Refusal):
        return [found]
    if found[1] != "open":
        return [turn.refuse("not_found", "no_card")]
    deal = turn.desk.mirror.deal(found[0].deal_id) if found[0].deal_id else None
    return [
        ChatText(say="confirm_by_button", language=turn.language, audience="ephemeral"),
        card_of(found[0], deal, turn),
    ]


def discard_by_word(command: DiscardDraft, turn: Turn) -> list[Reply]:
    """Throw the thread's open card away."""
    return discard(turn.conversation.draft_id or turn.desk.drafts.newest(turn.thread), turn)


def finish(draft: Draft, turn: Turn) -> list[Reply]:
    """The receipt of a confirmed draft, written here or by another process; nothing where it has to wait for the
    CRM.
    """
    return _claimed(draft, turn) if turn.desk.drafts.take(draft.id) else _of_another(draft, turn)


def pick_up(draft: Draft, turn: Turn) -> list[Reply]:
    """What came of a confirmed draft that nobody was writing any more; nothing where somebody is, who will tell."""
    return _claimed(draft, turn) if turn.desk.drafts.take(draft.id) else []


def _claimed(draft: Draft, turn: Turn) -> list[Reply]:
    """Write a draft that is this process's to write; what the CRM refuses goes back to its author, nothing lost."""
    drafts = turn.desk.drafts
    current = drafts.of(draft.id)
    draft = current[0] if current else draft
    try:
        return _write_all(draft, turn) if draft.items else _write_one(draft, turn)
    except CrmUnavailable:
        drafts.queue(draft.id)
        return []
    except (CrmRefused, BadRequest) as error:
        drafts.reopen(draft.id)
        return [refused(error, turn)]
    except CaddieError as error:
        drafts.move(draft.id, "sending", "discarded")
        return [refused(error, turn)]


def _of_another(draft: Draft, turn: Turn) -> list[Reply]:
    """What another process made of the same card, waiting for it a little while."""
    until = time.monotonic() + OTHERS_SECONDS
    while time.monotonic() < until:
        kept = turn.desk.receipts.of_draft(draft.id)
        if kept:
            return [receipt_of(kept[0], turn)]
        found = turn.desk.drafts.of(draft.id)
        if found and found[1] == "replaced":
            return [turn.refuse("expired", "card_replaced")]
        time.sleep(0.02)
    return [turn.refuse("unavailable", "being_written")]


def _write_one(draft: Draft, turn: Turn) -> list[Reply]:
    """Push a card over the version it was made on; where only other fields changed since, over the newer one."""
    write = write_of(draft, turn)
    for _ in range(TRIES):
        try:
            pushed = turn.desk.crm.push(write, draft.id, draft.deal_version)
            return [_keep(draft, (_item(draft, write, pushed),), (), turn)]
        except Conflict:
            if draft.deal_id is None:
                raise
            fetched = turn.desk.crm.fetch(draft.deal_id)
            changed = changed_meanwhile(draft.changes, fetched.deal, turn)
            if changed:
                return _renewed(draft, fetched.deal, fetched.version, changed, turn)
            draft = draft.model_copy(update={"deal_version": fetched.version, "before": values_before(fetched.deal)})
            turn.desk.drafts.restamp(draft)
    return [turn.refuse("unavailable", "being_written")]


def _renewed(draft: Draft, deal: Deal, version: str, changed: tuple[str, ...], turn: Turn) -> list[Reply]:
    """A refusal with a fresh card, which shows what the fields hold now."""
    fresh = tuple(c.model_copy(update={"old": shown(deal, c.field, turn)}) for c in draft.changes)
    renewed = draft.model_copy(
        update={
            "id": turn.desk.new_id(),
            "changes": tuple(c for c in fresh if c.old != c.new),
            "deal_version": version,
            "before": values_before(deal),
            "created_at": turn.now,
        }
    )
    turn.desk.drafts.keep(renewed, replaces=draft.id)
    turn.conversation = turn.conversation.model_copy(update={"draft_id": renewed.id})
    return [turn.refuse("conflict", "changed_meanwhile", fields=", ".join(changed)), card_of(renewed, deal, turn)]


def _write_all(draft: Draft, turn: Turn) -> list[Reply]:
    """Push each deal of a change of many; a deal whose fields changed meanwhile is left out and named."""
    kept, left_out = [], []
    for n, item in enumerate(draft.items):
        done = _write_item(draft, item, f"{draft.id}-{n}", turn)
        if done:
            kept.append(done)
        else:
            left_out.append(item.name)
    return [_keep(draft, tuple(kept), tuple(left_out), turn)]


def _write_item(draft: Draft, item: DraftItem, key: str, turn: Turn) -> KeptItem | None:
    """What was written of one deal of many; None where it was changed meanwhile or the CRM does not take it."""
    fields = fields_of(item.changes, item.refs, turn)
    write = Write(by_id=draft.author_id, at=turn.now, deal_id=item.deal_id, fields=tuple(fields.items()))
    version, before = item.version, item.before
    try:
        for _ in range(TRIES):
            try:
                turn.desk.crm.push(write, key, version)
                after = texts(write)
                return KeptItem(key=key, deal_id=item.deal_id, before={n: before.get(n) for n in after}, after=after)
            except Conflict:
                fetched = turn.desk.crm.fetch(item.deal_id)
                if changed_meanwhile(item.changes, fetched.deal, turn):
                    return None
                version, before = fetched.version, values_before(fetched.deal)
    except (NotFound, CrmRefused, BadRequest):
        return None
    return None


def _item(draft: Draft, write: Write, pushed: Pushed) -> KeptItem:
    after = texts(write)
    return KeptItem(
        key=draft.id,
        deal_id=pushed.ref if draft.create == "deal" else draft.deal_id,
        account_id=draft.account_id,
        contact_id=draft.contact_id,
        before={} if draft.create else {name: draft.before.get(name) for name in after},
        after=after,
        activity_id=pushed.activity_id,
        created_ref=pushed.ref if draft.create else None,
    )


def _keep(draft: Draft, items: tuple[KeptItem, ...], left_out: tuple[str, ...], turn: Turn) -> Reply:
    kept = KeptReceipt(
        id=f"r-{draft.id}",
        draft_id=draft.id,
        author_id=draft.author_id,
        thread=draft.thread,
        at=turn.now,
        items=items,
        left_out=left_out,
        draft=draft,
    )
    turn.desk.receipts.written(kept)
    return receipt_of(kept, turn)


def _foreign(draft: Draft, turn: Turn) -> Deal | None:
    """A deal of the card that its author may no longer change."""
    ids = [item.deal_id for item in draft.items] or ([draft.deal_id] if draft.deal_id else [])
    deals = turn.desk.mirror.deals(ids=ids) if ids else []
    return next((d for d in deals if d.owner_id not in turn.writable), None)
