"""The log form: a card's content to edit, or an empty one for who prefers forms, and what is made of it."""

from datetime import date
from decimal import Decimal
from typing import Any

from bot.contract.commands.base import DealChanges
from bot.contract.commands.writing import LogActivity, UpdateDeal
from bot.contract.drafts import Draft
from bot.contract.phrases import phrase
from bot.contract.replies.base import Reply
from bot.contract.replies.cards import FormValues, LogForm
from bot.contract.replies.notices import Refusal
from bot.domain.activities import ActivityKind
from bot.domain.deals import Deal
from bot.domain.money import plain
from bot.handlers.asking.buttons import fix_of
from bot.handlers.asking.sections import said
from bot.handlers.clarifying.names import meant_contacts, meant_deal
from bot.handlers.turn import Turn
from bot.handlers.writing.capture import tell
from bot.handlers.writing.confirming import CARD_LIVES, own_draft
from bot.handlers.writing.drafting import LARGEST_AMOUNT, draft_for
from bot.language.spans.durations import find_duration
from bot.language.spans.money import find_money
from bot.language.spans.numbers import money_figure

DAY_MINUTES = 24 * 60
DEAL_REF = "deal:"


def open_form(draft_id: str | None, turn: Turn) -> Reply:
    """The form on a draft of the asker, or an empty one; a refusal where the draft is not the asker's to edit."""
    stages = tuple(turn.desk.mirror.snapshot.stages)
    if not draft_id:
        return LogForm(values=FormValues(day=turn.today), stages=stages, language=turn.language)
    draft = editable(draft_id, turn)
    if isinstance(draft, Refusal):
        return draft
    deal = turn.desk.mirror.deal(draft.deal_id) if draft.deal_id else None
    return LogForm(ref=draft.id, values=_values(draft, deal), stages=stages, language=draft.language)


def fix(value: str, turn: Turn) -> Reply:
    """The form that mends a finding: the deal as it stands, with what is wrong; a call to log where nothing happened
    for long.
    """
    meant = fix_of(value)
    if meant is None:
        return turn.refuse("expired", "no_such_card")
    rule, deal_id = meant
    deal = _writable(deal_id, turn)
    if isinstance(deal, Refusal):
        return deal
    status = turn.desk.records.status(deal_id, turn.sight)
    if status is None or rule not in status.rules:
        return turn.refuse("expired", "fixed_already", deal=deal.name)
    values = FormValues(
        deal=deal.name,
        kind=ActivityKind.CALL if rule == "stalled" else None,
        day=turn.today,
        stage=deal.stage,
        amount=plain(deal.amount) if deal.amount else "",
        close_date=deal.close_date,
        next_step=deal.next_step or "",
        next_step_due=deal.next_step_due,
    )
    about = phrase(turn.language, "form_about", deal=deal.name, text=said(status, rule, turn))
    return LogForm(
        ref=f"{DEAL_REF}{deal.id}",
        about=about,
        values=values,
        stages=tuple(turn.desk.mirror.snapshot.stages),
        language=turn.language,
    )


def _writable(deal_id: str, turn: Turn) -> Deal | Refusal:
    """The deal, if the asker may change it; one that may not even be read is as if it were not there."""
    deal = turn.desk.mirror.deal(deal_id)
    if deal is None or deal.owner_id not in turn.readable:
        return turn.refuse("not_found", "deal_gone")
    return deal if deal.owner_id in turn.writable else turn.refuse("not_allowed", "not_your_deal", deal=deal.name)


def _subject(ref: str | None, turn: Turn) -> Draft | Deal | Refusal | None:
    """What a form is about: the asker's open draft, or a deal that the asker may change; None for an empty form."""
    if not ref:
        return None
    return _writable(ref.removeprefix(DEAL_REF), turn) if ref.startswith(DEAL_REF) else editable(ref, turn)


def editable(draft_id: str, turn: Turn) -> Draft | Refusal:
    """The open draft of the asker."""
    found = own_draft(draft_id, turn)
    if isinstance(found, Refusal):
        return found
    draft, status = found
    if status != "open":
        return turn.refuse(
            "expired", {"discarded": "card_discarded", "replaced": "card_replaced"}.get(status, "card_written")
        )
    if turn.now - draft.created_at > CARD_LIVES:
        return turn.refuse("expired", "card_expired")
    return draft


def _values(draft: Draft, deal: Deal | None) -> FormValues:
    """What the card would leave on the deal, field by field."""
    new = {c.field: c.new for c in draft.changes}
    amount = new.get("amount") or (plain(deal.amount) if deal and deal.amount is not None else "")
    close = new.get("close_date") or (deal.close_date.isoformat() if deal and deal.close_date else None)
    told = draft.activity
    return FormValues(
        deal=deal.name if deal else draft.account or "",
        kind=told.kind if told else None,
        day=date.fromisoformat(str(told.at)[:10]) if told else None,
        minutes=str(told.duration_minutes or "") if told else "",
        people=", ".join(told.contacts) if told else "",
        summary=told.summary if told else "",
        stage=new.get("stage") or (deal.stage if deal else None),
        amount=amount,
        close_date=date.fromisoformat(close) if close else None,
        loss_reason=new.get("loss_reason") or "",
        next_step=draft.next_step.text if draft.next_step else "",
        next_step_due=draft.next_step.due if draft.next_step else None,
    )


def problems(values: FormValues, ref: str | None, turn: Turn) -> dict[str, tuple[str, dict[str, str]]]:
    """What is wrong with a filled form: by field, the name of the sentence and what fills it. Empty where it can be
    taken.
    """
    found: dict[str, tuple[str, dict[str, str]]] = {}
    subject = _subject(ref, turn)
    if isinstance(subject, Refusal):
        return {"deal": (subject.say, subject.values)}
    deal, account_id = _deal(values, subject, turn)
    if deal is None and account_id is None:
        found["deal"] = ("form_no_deal", {"words": values.deal})
    elif deal is not None and deal.owner_id not in turn.writable:
        found["deal"] = ("not_your_deal", {"deal": deal.name})
    if values.amount.strip() and _amount(values.amount) is None:
        found["amount"] = ("form_amount", {})
    if values.minutes.strip() and _minutes(values.minutes) is None:
        found["minutes"] = ("form_minutes_wrong", {})
    if values.day and values.day > turn.today and values.kind:
        found["day"] = ("form_day_ahead", {})
    people = meant_contacts(_names(values.people), account_id, deal, turn)
    if people.unknown or people.unclear:
        words = people.unknown[0] if people.unknown else people.unclear[0] if people.unclear else ""
        found["people"] = ("form_people", {"words": words})
    if values.next_step_due and not values.next_step.strip():
        found["next_step"] = ("form_step", {})
    if not values.kind and not _changes(values, deal).next_step and deal is not None and _same(values, deal):
        found["summary"] = ("form_nothing", {})
    return found


def submit(values: FormValues, ref: str | None, turn: Turn) -> list[Reply]:
    """The card that a filled form asks for, in place of the draft it came from."""
    subject = _subject(ref, turn)
    if isinstance(subject, Refusal):
        return [subject]
    draft = subject if isinstance(subject, Draft) else None
    deal, account_id = _deal(values, subject, turn)
    changes, people = _changes(values, deal), _names(values.people)
    told: LogActivity | UpdateDeal
    if values.kind:
        told = LogActivity(
            deal=values.deal,
            kind=ActivityKind(values.kind),
            at=values.day or turn.today,
            duration_minutes=_minutes(values.minutes),
            contacts=people,
            summary=values.summary,
            changes=changes,
        )
    else:
        told = UpdateDeal(deal=values.deal, contacts=people, changes=changes)
    if deal is None and subject is None:
        return tell(told, turn)
    account = next(iter(turn.desk.mirror.accounts([account_id])), None) if account_id else None
    return draft_for(told, deal, account, turn, replaces=draft, matched=draft.matched if draft else None)


def _deal(values: FormValues, subject: Draft | Deal | None, turn: Turn) -> tuple[Deal | None, str | None]:
    """The deal (or only the account) that the form names; unchanged words keep the one that it was opened on."""
    if isinstance(subject, Deal) and values.deal.strip() == subject.name:
        return subject, subject.account_id
    if isinstance(subject, Draft):
        draft = subject
        deal = turn.desk.mirror.deal(draft.deal_id) if draft.deal_id else None
        if values.deal.strip() == (deal.name if deal else draft.account):
            return deal, deal.account_id if deal else draft.account_id
    meant = meant_deal(values.deal, (), turn)
    return meant.deal, meant.account.id if meant.account else meant.deal.account_id if meant.deal else None


def _changes(values: FormValues, deal: Deal | None) -> DealChanges:
    said: dict[str, Any] = {
        "stage": values.stage,
        "amount": _amount(values.amount),
        "close_date": values.close_date,
        "forecast": values.forecast,
        "loss_reason": values.loss_reason.strip() or None,
        "next_step": values.next_step.strip() or None,
        "next_step_due": values.next_step_due,
    }
    if deal and said["stage"] == deal.stage:
        said["stage"] = None
    if deal and (said["next_step"], said["next_step_due"]) == (deal.next_step, deal.next_step_due):
        said["next_step"] = said["next_step_due"] = None
    return DealChanges(**said)


def _same(values: FormValues, deal: Deal) -> bool:
    amount = _amount(values.amount)
    return (
        (values.stage or deal.stage) == deal.stage
        and (amount is None or amount == deal.amount)
        and values.close_date in {None, deal.close_date}
        and values.forecast in {None, deal.forecast}
    )


def _amount(text: str) -> Decimal | None:
    text = text.strip()
    if not text:
        return None
    try:
        amount = money_figure(text, scaled=False) if text[0].isdigit() and not any(c.isalpha() for c in text) else None
    except (ArithmeticError, AttributeError):
        amount = None
    found = find_money(text)
    amount = amount if amount is not None else found[0].amount if found else None
    return amount if amount is not None and 0 <= amount < LARGEST_AMOUNT else None


def _minutes(text: str) -> int | None:
    text = text.strip()
    if text.isdigit():
        return int(text) if 0 < int(text) <= DAY_MINUTES else None
    found = find_duration(text)
    return found[0] if found else None


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.replace("，", ",").replace("、", ",").split(",") if name.strip())
