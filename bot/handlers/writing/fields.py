"""A card's changes as fields of a deal, and a deal's fields as text."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from bot.contract.drafts import Draft
from bot.contract.replies.cards import Change
from bot.crm.port import NewActivity, Write
from bot.domain.deals import Deal, StageKind
from bot.domain.fields import DEAL, ON_CARD, FieldValue, as_text, value_of
from bot.handlers.turn import Turn


def values_before(deal: Deal) -> dict[str, str | None]:
    """Every field that a card may change, as it stands."""
    return {name: as_text(value_of(deal, name)) for name, field in DEAL.items() if field.writable}


def fields_of(changes: tuple[Change, ...], refs: dict[str, str], turn: Turn) -> dict[str, FieldValue]:
    """The changes as fields of a deal; winning or losing sets closed_at, reopening clears it."""
    stages = turn.desk.mirror.snapshot.stages
    fields: dict[str, FieldValue] = {}
    for change in changes:
        field = ON_CARD[change.field]
        fields[field.name] = field.parsed(refs.get(change.field, change.new))
        if change.field == "stage" and change.new:
            closing = stages[change.new].kind is not StageKind.OPEN
            fields["closed_at"] = turn.now.astimezone(UTC) if closing else None
    return fields


def write_of(draft: Draft, turn: Turn) -> Write:
    """The whole of a card about one record."""
    activity = None
    if draft.activity:
        told = draft.activity
        at = told.at if isinstance(told.at, datetime) else _moment(told.at, turn)
        activity = NewActivity(told.kind, at, told.summary, told.duration_minutes, draft.contact_ids)
    fields = fields_of(draft.changes, draft.refs, turn)
    if draft.next_step:
        fields |= {"next_step": draft.next_step.text or None, "next_step_due": draft.next_step.due}
    if draft.create == "contact" and draft.contact:
        fields = {"name": draft.contact.name, "title": draft.contact.title, "email": draft.contact.email}
    elif draft.contact_id and draft.contact:
        fields = {name: getattr(draft.contact, name) for name in draft.before}
    elif draft.create == "account":
        fields = {"name": draft.account, **draft.account_facts}
    elif draft.create == "deal":
        fields |= {"owner_id": draft.author_id, "created": turn.company_today}
    return Write(
        by_id=draft.author_id,
        at=turn.now.astimezone(UTC),
        deal_id=draft.deal_id,
        account_id=draft.account_id,
        contact_id=draft.contact_id,
        fields=tuple(fields.items()),
        activity=activity,
        create=draft.create,
    )


def _moment(day: date, turn: Turn) -> datetime:
    """A day without a time: now where it is today, else noon where the author is."""
    zone = ZoneInfo(turn.person.timezone)
    now = turn.now.astimezone(zone)
    return now if day == now.date() else datetime.combine(day, time(12), zone)


def shown(deal: Deal, field: str, turn: Turn) -> str | None:
    """A field as the card shows it."""
    snapshot = turn.desk.mirror.snapshot
    if field == "owner":
        return snapshot.organization.people[deal.owner_id].name
    if field == "product":
        return ", ".join(snapshot.products[i].name for i in deal.product_ids if i in snapshot.products) or None
    return as_text(value_of(deal, field))


def changed_meanwhile(changes: tuple[Change, ...], deal: Deal, turn: Turn) -> tuple[str, ...]:
    """The fields of a card that no longer hold what it showed."""
    return tuple(c.field for c in changes if shown(deal, c.field, turn) != c.old)
