"""Receipts: what a confirmed card became."""

from bot.contract.drafts import KeptReceipt
from bot.contract.replies.base import DealRef
from bot.contract.replies.cards import BulkItem, Change, Receipt
from bot.crm.port import Write
from bot.domain.fields import as_text
from bot.handlers.guiding.answers import advise
from bot.handlers.turn import Turn


def texts(write: Write) -> dict[str, str | None]:
    """A write's fields as the receipt keeps them."""
    return {name: as_text(value) for name, value in write.fields}


def receipt_of(kept: KeptReceipt, turn: Turn, *, undone: bool = False) -> Receipt:
    """The receipt to show; undone, its changes run back."""
    draft = kept.draft
    deal_id = kept.items[0].deal_id if kept.items and not draft.items else None
    deal = turn.desk.mirror.deal(deal_id) if deal_id else None
    written = {item.deal_id for item in kept.items}
    items = tuple(
        BulkItem(deal=DealRef(id=i.deal_id, name=i.name, account=i.account), changes=_run(i.changes, undone))
        for i in draft.items
        if i.deal_id in written
    )
    owners = (
        {d.owner_id for d in turn.desk.mirror.deals(ids=[i.deal.id for i in items])}
        if items
        else {deal.owner_id}
        if deal
        else {turn.person.id}
    )
    return Receipt(
        receipt_id=kept.id,
        deal=DealRef(id=deal.id, name=deal.name, account=draft.account) if deal else None,
        account=draft.account,
        activity=draft.activity,
        changes=_run(draft.changes, undone),
        next_step=draft.next_step,
        create=draft.create,
        items=items,
        left_out=kept.left_out,
        advice=advise(deal, draft, turn) if deal and not undone else None,
        undone=undone,
        link=turn.desk.link("deal", deal.id) if deal else None,
        currency=deal.currency if deal else None,
        audience=turn.place(frozenset(owners)),
        language=turn.language,
        locale=turn.locale.tag,
    )


def _run(changes: tuple[Change, ...], undone: bool) -> tuple[Change, ...]:
    return tuple(Change(field=c.field, old=c.new, new=c.old) for c in changes) if undone else changes
