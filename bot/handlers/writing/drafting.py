"""From a command on a known deal to the card its author may confirm; nothing is written here."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.contract.commands.base import DealChanges, Offer
from bot.contract.commands.writing import LogActivity, UpdateDeal
from bot.contract.drafts import Draft
from bot.contract.replies.base import DealRef, Reply
from bot.contract.replies.cards import BulkItem, Change, DraftActivity, DraftCard, Matched, NextStep, Option
from bot.contract.replies.notices import NotUnderstood
from bot.domain.activities import ActivityKind
from bot.domain.deals import Account, Contact, Deal, StageKind
from bot.domain.fields import as_text, value_of
from bot.domain.money import plain
from bot.handlers.clarifying.ask import ask, contact_options
from bot.handlers.clarifying.names import meant_contacts
from bot.handlers.turn import Turn
from bot.handlers.writing.fields import values_before
from bot.language.spans.calendar import plus_months
from bot.language.spans.money import find_money

LARGEST_AMOUNT = Decimal(10) ** 13
MANY_TIMES = Decimal(10)
"""An amount so many times the present one, or so small a part of it, is offered and not taken for sure."""
LEAST_WHOLE = 1000
"""An amount below is most likely told without its `k`, where the deal's own is far above."""
_SHARING_A_SIGN = ({"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "TWD", "BRL"}, {"CNY", "JPY"})
Captured = LogActivity | UpdateDeal


def draft_for(
    command: Captured,
    deal: Deal | None,
    account: Account | None,
    turn: Turn,
    *,
    replaces: Draft | None = None,
    matched: Matched | None = None,
) -> list[Reply]:
    """The card on a known deal (or on an account alone), or the question that it takes first."""
    if deal is not None:
        if deal.owner_id not in turn.writable:
            return [turn.refuse("not_allowed", "not_your_deal", deal=deal.name)]
        fetched = turn.desk.crm.fetch(deal.id)
        deal, version = fetched.deal, fetched.version
    else:
        version = None
    account_id = deal.account_id if deal else account.id if account else None
    people = meant_contacts(command.contacts, account_id, deal, turn)
    if people.unclear and isinstance(command, LogActivity):
        words, candidates = people.unclear
        return [ask("contact", contact_options(candidates), command, turn, words)]
    changes = command.changes
    if changes.stage and changes.stage not in turn.desk.mirror.snapshot.stages:
        options = [Option(id=name, name=name) for name in turn.desk.mirror.snapshot.stages]
        return [ask("stage", options, command, turn, changes.stage)]
    if changes.reopened and deal and not changes.stage and _closed(deal, turn):
        return [ask("stage", _open_stages(turn), command, turn, "")]
    if changes.impossible_date:
        return [ask("date", [], command, turn, changes.impossible_date)]
    activity = activity_of(command, people.contacts) if isinstance(command, LogActivity) else None
    step = NextStep(text=changes.next_step, due=changes.next_step_due) if changes.next_step else None
    if "next_step" in changes.cleared and deal and deal.next_step:
        step = NextStep(text="")
    if activity and _day(activity.at) > turn.today:
        step, activity = step or NextStep(text=activity.summary, due=_day(activity.at)), None
    if step is None and changes.next_step_due and deal and deal.next_step:
        step = NextStep(text=deal.next_step, due=changes.next_step_due)
    listed, refs = changes_of(changes, deal, turn) if deal else ((), {})
    if any(c.field == "amount" and c.new is not None and (not 0 <= Decimal(c.new) < LARGEST_AMOUNT) for c in listed):
        return [ask("amount", [], command, turn, plain(changes.amount or Decimal(0)))]
    listed, doubted = _plausible(listed, turn)
    offers = (*doubted, *_offered(command, deal, listed, step))
    if activity is None and step is None and not listed and offers:
        activity = DraftActivity(kind=ActivityKind.NOTE, at=turn.today, summary=turn.text)
    if activity is None and step is None and not listed:
        return _nothing_changes(deal, turn)
    draft = Draft(
        id=turn.desk.new_id(),
        author_id=turn.person.id,
        thread=turn.thread,
        created_at=turn.now,
        source=turn.text,
        model=turn.model,
        language=turn.language,
        deal_id=deal.id if deal else None,
        deal_version=version,
        before=values_before(deal) if deal else {},
        account_id=account_id,
        account=account_name(account_id, turn),
        activity=activity,
        contact_ids=tuple(c.id for c in people.contacts) if activity else (),
        changes=listed,
        refs=refs,
        next_step=step,
        missing=_missing(deal, listed, step, turn) if deal else (),
        matched=matched,
        offers=offers,
    )
    return [show(draft, deal, turn, replaces=replaces, contact_ids=tuple(c.id for c in people.contacts))]


def _closed(deal: Deal, turn: Turn) -> bool:
    return turn.desk.mirror.snapshot.stages[deal.stage].kind is not StageKind.OPEN


def _open_stages(turn: Turn) -> list[Option]:
    stages = turn.desk.mirror.snapshot.stages
    return [Option(id=name, name=name) for name, stage in stages.items() if stage.kind is StageKind.OPEN]


def _nothing_changes(deal: Deal | None, turn: Turn) -> list[Reply]:
    from bot.handlers.asking.lists import deals_found

    if deal is None:
        return [NotUnderstood(suggestions=(), language=turn.language)]
    return [deals_found([deal], turn, say="nothing_changes")]


def _offered(
    command: Captured, deal: Deal | None, listed: tuple[Change, ...], step: NextStep | None
) -> tuple[Offer, ...]:
    """The possible values that would change the deal and that the card does not hold already."""
    if deal is None:
        return ()
    present = {
        "amount": plain(deal.amount) if deal.amount is not None else None,
        "close_date": deal.close_date.isoformat() if deal.close_date else None,
        "stage": deal.stage,
        "next_step": deal.next_step,
    }
    held = {c.field for c in listed} | ({"next_step"} if step else set())
    free = (_in_its_order(offer, deal) for offer in command.offers if offer.field not in held)
    return tuple(offer for offer in free if offer is not None and present[offer.field] != offer.value)


def _plausible(listed: tuple[Change, ...], turn: Turn) -> tuple[tuple[Change, ...], tuple[Offer, ...]]:
    """The changes without an amount many times the present one, or a small part of it: that is offered."""
    amount = next((c for c in listed if c.field == "amount" and c.old and c.new), None)
    if amount is None or not Decimal(amount.old or 0) or not Decimal(amount.new or 0):
        return listed, ()
    times = Decimal(amount.new or 0) / Decimal(amount.old or 1)
    if 1 / MANY_TIMES <= times <= MANY_TIMES:
        return listed, ()
    rest = tuple(c for c in listed if c.field not in {"amount", "currency"})
    meant = Decimal(amount.new or 0)
    words = next((turn.text[m.start : m.end] for m in find_money(turn.text) if m.amount == meant), plain(meant))
    return rest, (Offer(field="amount", value=amount.new or "", words=words),)


def _in_its_order(offer: Offer, deal: Deal) -> Offer | None:
    """An offered amount without its unit in the order of size of the deal's."""
    if offer.field != "amount" or not offer.value:
        return offer
    said = Decimal(offer.value)
    meant = new_amount(DealChanges(amount=said, bare_amount=said < LEAST_WHOLE), deal.amount)
    return offer.model_copy(update={"value": plain(meant)}) if meant is not None else None


def show(
    draft: Draft, deal: Deal | None, turn: Turn, *, replaces: Draft | None = None, contact_ids: tuple[str, ...] = ()
) -> DraftCard:
    """Keep the draft and show its card; the thread is about it from now on."""
    turn.desk.drafts.keep(draft, replaces.id if replaces else None)
    turn.conversation = turn.conversation.model_copy(
        update={
            "deal_id": draft.deal_id or turn.conversation.deal_id,
            "account_id": draft.account_id,
            "contact_ids": contact_ids or turn.conversation.contact_ids,
            "draft_id": draft.id,
            "question": None,
            "last_query": None,
            "aids": None,
        }
    )
    return card_of(draft, deal, turn)


def card_of(draft: Draft, deal: Deal | None, turn: Turn) -> DraftCard:
    return DraftCard(
        draft_id=draft.id,
        deal=DealRef(id=deal.id, name=deal.name, account=draft.account) if deal else None,
        account=draft.account,
        activity=draft.activity,
        changes=draft.changes,
        next_step=draft.next_step,
        create=draft.create,
        contact=draft.contact,
        about=tuple(draft.account_facts.values()),
        missing=draft.missing,
        matched=draft.matched,
        twins=draft.twins,
        offers=draft.offers,
        items=tuple(
            BulkItem(deal=DealRef(id=i.deal_id, name=i.name, account=i.account), changes=i.changes) for i in draft.items
        ),
        link=turn.desk.link("deal", deal.id) if deal else None,
        currency=deal.currency if deal else None,
        audience=turn.place(frozenset({deal.owner_id}) if deal else frozenset({turn.person.id})),
        language=turn.language,
        locale=turn.locale.tag,
    )


def changes_of(changes: DealChanges, deal: Deal, turn: Turn) -> tuple[tuple[Change, ...], dict[str, str]]:
    """What really changes on the deal, old → new, and the CRM ids behind new names."""
    snapshot = turn.desk.mirror.snapshot
    listed: list[Change] = []
    refs: dict[str, str] = {}

    def add(field: Any, old: str | None, new: str | None) -> None:
        if old != new:
            listed.append(Change(field=field, old=old, new=new))

    if changes.stage:
        add("stage", deal.stage, changes.stage)
        lost = snapshot.stages[changes.stage].kind is StageKind.LOST
        if lost and changes.loss_reason:
            add("loss_reason", deal.loss_reason, changes.loss_reason)
    elif changes.loss_reason and snapshot.stages[deal.stage].kind is StageKind.LOST:
        add("loss_reason", deal.loss_reason, changes.loss_reason)
    amount = new_amount(changes, deal.amount)
    if amount is not None:
        add("amount", None if deal.amount is None else plain(deal.amount), plain(amount))
    if changes.currency and not (changes.currency_by_sign and _same_sign(changes.currency, deal.currency)):
        add("currency", deal.currency, changes.currency)
    close = changes.close_date or shifted(changes, deal.close_date)
    if close:
        add("close_date", deal.close_date.isoformat() if deal.close_date else None, close.isoformat())
    if changes.name:
        add("name", deal.name, changes.name)
    for field in changes.cleared:
        if field != "next_step":
            add(field, as_text(value_of(deal, field)), None)
    if changes.forecast:
        add("forecast", deal.forecast, changes.forecast)
    if changes.owner:
        found = turn.names.find(changes.owner, {"person"})
        if found:
            add("owner", turn.organization.people[deal.owner_id].name, found[0].name)
            refs["owner"] = found[0].id
    ids = _products(changes, deal, turn)
    if ids != list(deal.product_ids):
        names = [
            ", ".join(snapshot.products[i].name for i in of if i in snapshot.products) or None
            for of in (deal.product_ids, ids)
        ]
        add("product", *names)
        refs["product"] = ";".join(ids)
    return tuple(listed), refs


def _products(changes: DealChanges, deal: Deal, turn: Turn) -> list[str]:
    """The ids of a deal's products with those added that were named, and without those taken off."""
    added = [m.id for words in changes.products for m in turn.names.find(words, {"product"})[:1]]
    gone = {m.id for words in changes.products_removed for m in turn.names.find(words, {"product"})[:1]}
    return [i for i in dict.fromkeys((*deal.product_ids, *added)) if i not in gone]


def _same_sign(said: str, present: str) -> bool:
    """Whether the deal's own currency is written with the sign that was typed."""
    return said == present or any(said in family and present in family for family in _SHARING_A_SIGN)


def new_amount(changes: DealChanges, present: Decimal | None) -> Decimal | None:
    """The amount meant: a factor of the present one or a difference to it; a bare number in the present one's order of
    size, and none where it fits no such order.
    """
    if changes.amount_factor is not None:
        return (present * changes.amount_factor).quantize(Decimal("0.01")).normalize() if present else None
    if changes.amount_delta is not None:
        return present + changes.amount_delta if present is not None else None
    amount = changes.amount
    if amount is not None and changes.bare_amount and present and present >= 1000 and amount * 20 < present:
        for scale in (1000, 10_000, 1_000_000):
            if present / 10 <= amount * scale <= present * 10:
                return amount * scale
        return None
    return amount


def shifted(changes: DealChanges, present: date | None) -> date | None:
    """The close date moved by what was said; the last day of a month stays the last day."""
    if present is None or (changes.close_shift_days is None and changes.close_shift_months is None):
        return None
    if changes.close_shift_days is not None:
        return present + timedelta(days=changes.close_shift_days)
    moved = plus_months(present, changes.close_shift_months or 0)
    last = (present + timedelta(days=1)).day == 1
    return plus_months(moved.replace(day=1), 1) - timedelta(days=1) if last else moved


def activity_of(command: LogActivity, contacts: list[Contact]) -> DraftActivity:
    return DraftActivity(
        kind=command.kind,
        at=command.at,
        duration_minutes=command.duration_minutes,
        contacts=tuple(c.name for c in contacts),
        summary=command.summary[:2000],
    )


def _missing(deal: Deal, changes: tuple[Change, ...], step: NextStep | None, turn: Turn) -> tuple[str, ...]:
    """Fields that the stage moved to asks for and that stay empty."""
    new = {c.field: c.new for c in changes}
    if "stage" not in new:
        return ()
    have: Mapping[str, object] = {
        "amount": new.get("amount") or deal.amount,
        "close_date": new.get("close_date") or deal.close_date,
        "next_step": step or deal.next_step,
        "loss_reason": new.get("loss_reason") or deal.loss_reason,
    }
    stage = turn.desk.mirror.snapshot.stages[new["stage"] or deal.stage]
    return tuple(f for f in turn.desk.process.fields_needed(stage.process_stage) if f in have and not have[f])


def account_name(account_id: str | None, turn: Turn) -> str | None:
    found = turn.desk.mirror.accounts([account_id]) if account_id else []
    return found[0].name if found else None


def _day(at: date | datetime) -> date:
    return at.date() if isinstance(at, datetime) else at
