"""Presses on cards: confirm, discard and undo, each done once however often it is pressed."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from bot.crm.embedded import as_text, value_of
from bot.crm.port import FieldValue, NewActivity, Pushed, Write
from bot.domain.deals import Deal, StageKind
from bot.errors import Conflict, CrmUnavailable, NotFound
from bot.handlers.drafting import card_of
from bot.handlers.guidance import advise
from bot.handlers.turn import Turn
from bot.journal import Draft, KeptReceipt
from bot.replies import Change, DealRef, Discarded, Receipt, Reply

CARD_LIVES = timedelta(hours=24)
FIELDS = {"owner": "owner_id", "product": "product_ids"}


def confirm(draft_id: str | None, turn: Turn) -> list[Reply]:
    """Write what the card shows, in its author's name alone; a second press shows the same receipt."""
    found = turn.desk.journal.draft(draft_id) if draft_id else None
    if found is None:
        return [turn.refuse("not_found", "no_card")]
    draft, status = found
    if draft.author_id != turn.person.id:
        return [turn.refuse("not_allowed", "not_your_card")]
    if status in {"discarded", "replaced"}:
        return [turn.refuse("expired", f"card_{status}")]
    if status == "open" and turn.now - draft.created_at > CARD_LIVES:
        return [turn.refuse("expired", "card_expired")]
    turn.language = draft.language
    if status == "open":
        conflict = _conflict(draft, turn)
        if conflict:
            return conflict
        turn.desk.journal.move(draft.id, "open", "sending")
    try:
        return [write(draft, turn)]
    except NotFound:
        return [turn.refuse("not_found", "deal_gone")]
    except CrmUnavailable:
        return [turn.refuse("unavailable", "crm_down")]


def _conflict(draft: Draft, turn: Turn) -> list[Reply] | None:
    """A refusal with a fresh card where a field of the card is no longer what it showed."""
    if draft.deal_id is None:
        return None
    try:
        deal = turn.desk.crm.fetch(draft.deal_id).deal
    except NotFound:
        return [turn.refuse("not_found", "deal_gone")]
    except CrmUnavailable:
        return None
    if deal.owner_id not in turn.writable:
        return [turn.refuse("not_allowed", "not_your_deal", deal=deal.name)]
    changed = [c for c in draft.changes if _shown(deal, c.field, turn) != c.old]
    if not changed:
        return None
    fresh = tuple(c.model_copy(update={"old": _shown(deal, c.field, turn)}) for c in draft.changes)
    fresh = tuple(c for c in fresh if c.old != c.new)
    renewed = draft.model_copy(
        update={"id": turn.desk.new_id(), "changes": fresh, "deal_version": str(deal.version), "created_at": turn.now}
    )
    turn.desk.journal.keep(renewed, replaces=draft.id)
    turn.conversation = turn.conversation.model_copy(update={"draft_id": renewed.id})
    names = ", ".join(c.field for c in changed)
    return [turn.refuse("conflict", "changed_meanwhile", fields=names), card_of(renewed, deal, turn)]


def write(draft: Draft, turn: Turn) -> Receipt:
    """Push a draft under its own id and keep the receipt; safe to repeat after a crash."""
    deal = turn.desk.mirror.deal(draft.deal_id) if draft.deal_id else None
    fields = fields_of(draft, turn)
    before = {name: as_text(value_of(deal, name)) for name, _ in fields} if deal else {}
    version = None
    if deal:
        version = str(deal.version)
    for attempt in (1, 2):
        try:
            pushed = turn.desk.crm.push(_write(draft, fields, turn), draft.id, version)
            break
        except Conflict:
            if attempt == 2:
                raise
            version = turn.desk.crm.fetch(draft.deal_id or "").version
    kept = KeptReceipt(
        id=f"r-{draft.id}",
        draft_id=draft.id,
        author_id=draft.author_id,
        thread=draft.thread,
        at=turn.now,
        deal_id=pushed.ref if draft.create == "deal" else draft.deal_id,
        account_id=draft.account_id,
        before=_before(draft, before),
        after={name: as_text(value) for name, value in fields},
        activity_id=pushed.activity_id,
        created_ref=pushed.ref if draft.create else None,
        draft=draft,
    )
    turn.desk.journal.written(kept)
    return _receipt(kept, turn, pushed)


def _before(draft: Draft, seen: dict[str, str | None]) -> dict[str, str | None]:
    """What undo restores: for the card's fields what the card showed, which a repeated push cannot falsify."""
    shown = {FIELDS.get(c.field, c.field): c.old for c in draft.changes if c.field not in FIELDS}
    return {**seen, **{name: value for name, value in shown.items() if name in seen}}


def _receipt(kept: KeptReceipt, turn: Turn, pushed: Pushed | None = None) -> Receipt:
    draft = kept.draft
    deal = turn.desk.mirror.deal(kept.deal_id) if kept.deal_id else None
    owners = frozenset({deal.owner_id}) if deal else frozenset({turn.person.id})
    return Receipt(
        receipt_id=kept.id,
        deal=DealRef(id=deal.id, name=deal.name, account=draft.account) if deal else None,
        account=draft.account,
        activity=draft.activity,
        changes=draft.changes,
        next_step=draft.next_step,
        create=draft.create,
        advice=advise(deal, draft, turn) if deal else None,
        link=turn.desk.link("deal", deal.id) if deal else None,
        currency=deal.currency if deal else None,
        audience=turn.place(owners),
        language=turn.language,
    )


def _write(draft: Draft, fields: tuple[tuple[str, FieldValue], ...], turn: Turn) -> Write:
    activity = None
    if draft.activity:
        told = draft.activity
        at = told.at if isinstance(told.at, datetime) else _moment(told.at, turn)
        activity = NewActivity(told.kind, at, told.summary, told.duration_minutes, draft.contact_ids)
    if draft.create == "contact" and draft.contact:
        fields = (("name", draft.contact.name), ("title", draft.contact.title), ("email", draft.contact.email))
    elif draft.create == "account":
        fields = (("name", draft.account),)
    elif draft.create == "deal":
        fields = (*fields, ("owner_id", draft.author_id), ("created", turn.company_today))
    return Write(
        by_id=draft.author_id,
        at=turn.now.astimezone(UTC),
        deal_id=draft.deal_id,
        account_id=draft.account_id,
        fields=fields,
        activity=activity,
        create=draft.create,
    )


def _moment(day: date, turn: Turn) -> datetime:
    """A day without a time: now where it is today, else noon where the author is."""
    zone = ZoneInfo(turn.person.timezone)
    now = turn.now.astimezone(zone)
    return now if day == now.date() else datetime.combine(day, time(12), zone)


def fields_of(draft: Draft, turn: Turn) -> tuple[tuple[str, FieldValue], ...]:
    """The card's changes as fields of a deal; winning or losing sets closed_at, reopening clears it."""
    stages = turn.desk.mirror.snapshot.stages
    fields: dict[str, FieldValue] = {}
    for change in draft.changes:
        name = FIELDS.get(change.field, change.field)
        fields[name] = _typed(name, draft.refs.get(change.field, change.new))
        if change.field == "stage" and change.new:
            closing = stages[change.new].kind is not StageKind.OPEN
            fields["closed_at"] = turn.now.astimezone(UTC) if closing else None
    if draft.next_step:
        fields["next_step"], fields["next_step_due"] = draft.next_step.text, draft.next_step.due
    return tuple(fields.items())


def _typed(name: str, text: str | None) -> FieldValue:
    match name:
        case _ if text is None:
            return None
        case "amount":
            return Decimal(text)
        case "close_date" | "next_step_due" | "created":
            return date.fromisoformat(text)
        case "closed_at":
            return datetime.fromisoformat(text)
        case "product_ids":
            return tuple(part for part in text.split(";") if part)
        case _:
            return text


def _shown(deal: Deal, field: str, turn: Turn) -> str | None:
    """A field as the card shows it."""
    snapshot = turn.desk.mirror.snapshot
    if field == "owner":
        return snapshot.organization.people[deal.owner_id].name
    if field == "product":
        return ", ".join(snapshot.products[i].name for i in deal.product_ids if i in snapshot.products) or None
    return as_text(value_of(deal, field))


def discard(draft_id: str | None, turn: Turn) -> list[Reply]:
    """Throw the card away; its author alone may."""
    found = turn.desk.journal.draft(draft_id) if draft_id else None
    if found is None:
        return [turn.refuse("not_found", "no_card")]
    draft, status = found
    if draft.author_id != turn.person.id:
        return [turn.refuse("not_allowed", "not_your_card")]
    if status in {"sending", "written"}:
        return [turn.refuse("conflict", "card_written")]
    turn.desk.journal.move(draft.id, "open", "discarded")
    turn.conversation = turn.conversation.model_copy(update={"draft_id": None})
    return [Discarded(draft_id=draft.id, language=draft.language)]


def undo(receipt_id: str | None, turn: Turn) -> list[Reply]:
    """Restore what a write changed, unless somebody changed it since; a second press shows the same receipt."""
    found = turn.desk.journal.receipt(receipt_id) if receipt_id else None
    if found is None:
        return [turn.refuse("not_found", "no_receipt")]
    kept, undone_at = found
    if kept.author_id not in turn.writable:
        return [turn.refuse("not_allowed", "not_your_receipt")]
    turn.language = kept.draft.language
    if undone_at is None:
        try:
            refusal = _take_back(kept, turn)
        except CrmUnavailable:
            return [turn.refuse("unavailable", "crm_down")]
        if refusal:
            return [refusal]
        turn.desk.journal.undone(kept, turn.person.id, turn.now)
    return [_undone(kept, turn)]


def _take_back(kept: KeptReceipt, turn: Turn) -> Reply | None:
    key = f"{kept.id}-undo"
    if kept.created_ref:
        write = Write(by_id=turn.person.id, at=turn.now.astimezone(UTC), removes_created=kept.created_ref)
        try:
            turn.desk.crm.push(write, key, None)
        except Conflict:
            return turn.refuse("conflict", "used_since")
        return None
    version = None
    fields: tuple[tuple[str, FieldValue], ...] = ()
    if kept.deal_id:
        try:
            fetched = turn.desk.crm.fetch(kept.deal_id)
        except NotFound:
            return turn.refuse("not_found", "deal_gone")
        version = fetched.version
        since = [n for n, after in kept.after.items() if n != "closed_at" and as_text(value_of(fetched.deal, n)) != after]
        if since and not _already(kept, fetched.deal):
            return turn.refuse("conflict", "changed_since", fields=", ".join(since))
        fields = tuple((name, _typed(name, value)) for name, value in kept.before.items())
    write = Write(
        by_id=turn.person.id,
        at=turn.now.astimezone(UTC),
        deal_id=kept.deal_id,
        account_id=kept.account_id,
        fields=fields,
        removes_activity=kept.activity_id,
    )
    turn.desk.crm.push(write, key, version)
    return None


def _already(kept: KeptReceipt, deal: Deal) -> bool:
    """Whether the values are back already: an undo that was interrupted before it was noted."""
    return all(as_text(value_of(deal, name)) == value for name, value in kept.before.items() if name != "closed_at")


def _undone(kept: KeptReceipt, turn: Turn) -> Receipt:
    receipt = _receipt(kept, turn)
    back = tuple(Change(field=c.field, old=c.new, new=c.old) for c in kept.draft.changes)
    return receipt.model_copy(update={"changes": back, "advice": None, "undone": True})
