"""Taking back what a card wrote, unless somebody changed it since."""

from datetime import UTC

from bot.contract.commands.writing import Undo
from bot.contract.drafts import KeptItem, KeptReceipt
from bot.contract.replies.base import Reply
from bot.contract.replies.notices import Refusal
from bot.crm.port import Write
from bot.domain.deals import Deal
from bot.domain.fields import CONTACT, DEAL, FieldValue, as_text, value_of
from bot.errors import CaddieError, Conflict, CrmUnavailable
from bot.handlers.guard import refused
from bot.handlers.turn import Turn
from bot.handlers.writing.receipts import receipt_of

TRIES = 5


def undo_last(command: Undo, turn: Turn) -> list[Reply]:
    """Take back the last write of this thread."""
    return undo(turn.desk.receipts.newest(turn.thread), turn)


def undo(receipt_id: str | None, turn: Turn) -> list[Reply]:
    """Restore what a confirmation changed; a second press shows the same receipt."""
    found = turn.desk.receipts.of(receipt_id) if receipt_id else None
    if found is None:
        return [turn.refuse("not_found", "no_receipt")]
    kept, undone_at = found
    if kept.author_id not in turn.writable:
        return [turn.refuse("not_allowed", "not_your_receipt")]
    turn.language = kept.draft.language
    if undone_at is None:
        turn.desk.receipts.ask_undo(kept.id, turn.person.id)
        return take_back(kept, turn) or [turn.refuse("unavailable", "undo_queued")]
    return [receipt_of(kept, turn, undone=True)]


def take_back(kept: KeptReceipt, turn: Turn) -> list[Reply]:
    """The undone receipt, or why it cannot be; nothing where it has to wait for the CRM."""
    try:
        refusal = _blocked(kept, turn) or next(
            (r for item in reversed(kept.items) if (r := _take_back(item, turn))), None
        )
    except CrmUnavailable:
        turn.desk.receipts.queue_undo(kept.id)
        return []
    except CaddieError as error:
        refusal = refused(error, turn)
    if refusal:
        turn.desk.receipts.not_undone(kept.id)
        return [refusal]
    turn.desk.receipts.undone(kept, turn.person.id, turn.now)
    return [receipt_of(kept, turn, undone=True)]


def _blocked(kept: KeptReceipt, turn: Turn) -> Refusal | None:
    """Why a change of many cannot be undone as a whole: looked at before the first of it is taken back."""
    if len(kept.items) < 2:
        return None
    deals = {d.id: d for d in turn.desk.mirror.deals(ids=[i.deal_id for i in kept.items if i.deal_id])}
    names = [deals[i.deal_id].name for i in kept.items if i.deal_id in deals and _changed_since(i, deals[i.deal_id])]
    return turn.refuse("conflict", "changed_since", fields=", ".join(names)) if names else None


def _take_back(item: KeptItem, turn: Turn) -> Refusal | None:
    key, at = f"r-{item.key}-undo", turn.now.astimezone(UTC)
    if item.created_ref:
        turn.desk.crm.push(Write(by_id=turn.person.id, at=at, removes_created=item.created_ref), key, None)
        return None
    if item.contact_id:
        return _contact_back(item, key, turn)
    for _ in range(TRIES):
        version = None
        fields: tuple[tuple[str, FieldValue], ...] = ()
        if item.deal_id:
            fetched = turn.desk.crm.fetch(item.deal_id)
            version = fetched.version
            since = _changed_since(item, fetched.deal)
            if since:
                return turn.refuse("conflict", "changed_since", fields=", ".join(since))
            fields = tuple((name, DEAL[name].parsed(value)) for name, value in item.before.items())
        write = Write(
            by_id=turn.person.id,
            at=at,
            deal_id=item.deal_id,
            account_id=item.account_id,
            fields=fields,
            removes_activity=item.activity_id,
        )
        try:
            turn.desk.crm.push(write, key, version)
            return None
        except Conflict:
            continue
    return turn.refuse("unavailable", "being_written")


def _contact_back(item: KeptItem, key: str, turn: Turn) -> Refusal | None:
    """A contact as it was, unless somebody changed it since."""
    here = next(iter(turn.desk.mirror.contacts([item.contact_id or ""])), None)
    if here is None:
        return turn.refuse("not_found", "contact_gone")
    since = [name for name, after in item.after.items() if as_text(value_of(here, name)) != after]
    if since:
        return turn.refuse("conflict", "changed_since", fields=", ".join(since))
    fields = tuple((name, CONTACT[name].parsed(value)) for name, value in item.before.items())
    turn.desk.crm.push(
        Write(by_id=turn.person.id, at=turn.now.astimezone(UTC), contact_id=item.contact_id, fields=fields), key, None
    )
    return None


def _changed_since(item: KeptItem, deal: Deal) -> list[str]:
    """The fields that hold neither what was written nor, from an undo that was cut off, what was there before."""
    if all(as_text(value_of(deal, name)) == value for name, value in item.before.items() if name != "closed_at"):
        return []
    return [n for n, after in item.after.items() if n != "closed_at" and as_text(value_of(deal, n)) != after]
