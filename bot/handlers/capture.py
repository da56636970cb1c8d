"""Capture: from what a rep told to a card; nothing is written here."""

from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from bot.commands import AnswerQuestion, ChangeMany, CorrectDraft, CreateContact, CreateDeal, DealChanges, LogActivity, UpdateDeal
from bot.domain.deals import Account, Contact, Deal, StageKind
from bot.domain.money import plain
from bot.domain.text import normal
from bot.handlers.resolving import Meant, meant_contacts, meant_deal
from bot.handlers.turn import Turn
from bot.journal import Draft, PendingQuestion
from bot.replies import (
    Change,
    DealRef,
    DraftActivity,
    DraftCard,
    NewContact,
    NextStep,
    NotUnderstood,
    Option,
    Question,
    Reply,
)

LARGEST_AMOUNT = Decimal(10) ** 13
Told = LogActivity | UpdateDeal


def tell(command: Told, turn: Turn) -> list[Reply]:
    """A card for what was told, or the question that it takes first."""
    stage = turn.desk.mirror.snapshot.stages.get(command.changes.stage or "")
    reopening = stage is not None and stage.kind is StageKind.OPEN
    meant = meant_deal(command.deal, command.contacts, turn)
    if meant.account_options:
        options = [Option(id=a.id, name=a.name) for a in meant.account_options]
        return [_ask("account", options, command, turn, command.deal)]
    if meant.options:
        return [_ask("deal", _deal_options(meant.options, turn), command, turn, command.deal)]
    if meant.deal is None and not isinstance(command, LogActivity):
        closed = meant_deal(command.deal, command.contacts, turn, closed_too=True)
        if closed.deal and (reopening or closed.account is None or closed.deal.id == turn.conversation.deal_id):
            meant = closed
    if meant.deal is None:
        return _without_deal(command, meant, turn)
    return draft_for(command, meant.deal, meant.account, turn)


def _without_deal(command: Told, meant: Meant, turn: Turn) -> list[Reply]:
    if isinstance(command, LogActivity) and meant.account and command.changes.empty:
        return draft_for(command, None, meant.account, turn)
    if meant.account:
        return [turn.refuse("not_found", "no_open_deal", account=meant.account.name)]
    if not command.deal and not command.contacts:
        own = turn.desk.mirror.deals(owners=[turn.person.id], open_only=True)
        return [_ask("deal", _deal_options(own[:10], turn), command, turn, "")]
    if isinstance(command, LogActivity):
        words = command.deal or ", ".join(command.contacts)
        near = _near_accounts(words, turn)
        return [_ask("account", [*near, Option(id="create", name=words)], command, turn, words)]
    return [turn.refuse("not_found", "no_such_deal", words=command.deal or ", ".join(command.contacts))]


def _near_accounts(words: str, turn: Turn) -> list[Option]:
    found = turn.names.find(words, {"account"})
    return [Option(id=m.id, name=m.name) for m in found[:5]]


def _deal_options(deals: Iterable[Deal], turn: Turn) -> list[Option]:
    return [Option(id=d.id, name=f"{d.name} · {d.stage}") for d in deals]


def _ask(about: Any, options: list[Option], command: Any, turn: Turn, words: str) -> Question:
    """A question, remembered with its command so that the answer completes it."""
    asked = {"name": type(command).__name__, **command.model_dump(mode="json")}
    question = PendingQuestion(about=about, options=tuple(options), command=asked, author_id=turn.person.id, words=words)
    turn.conversation = turn.conversation.model_copy(update={"question": question})
    return Question(about=about, options=tuple(options), words=words, audience=turn.place(turn.readable), language=turn.language)


def draft_for(command: Told, deal: Deal | None, account: Account | None, turn: Turn, *, replaces: Draft | None = None) -> list[Reply]:
    """The card on a known deal (or on an account alone)."""
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
        return [_ask("contact", [Option(id=c.id, name=_with_title(c)) for c in candidates], command, turn, words)]
    changes = command.changes
    if changes.stage and changes.stage not in turn.desk.mirror.snapshot.stages:
        options = [Option(id=name, name=name) for name in turn.desk.mirror.snapshot.stages]
        return [_ask("stage", options, command, turn, changes.stage)]
    activity = _activity(command, people.contacts, turn) if isinstance(command, LogActivity) else None
    step = NextStep(text=changes.next_step, due=changes.next_step_due) if changes.next_step else None
    if activity and _day(activity.at) > turn.today:
        step, activity = step or NextStep(text=activity.summary, due=_day(activity.at)), None
    if step is None and changes.next_step_due and deal and deal.next_step:
        step = NextStep(text=deal.next_step, due=changes.next_step_due)
    listed, refs = changes_of(changes, deal, turn) if deal else ((), {})
    if any(c.field == "amount" and (c.new is None or not 0 <= Decimal(c.new) < LARGEST_AMOUNT) for c in listed):
        return [_ask("amount", [], command, turn, plain(changes.amount or Decimal(0)))]
    if activity is None and step is None and not listed:
        from bot.handlers.questions import deals_found

        return [deals_found([deal], turn, say="nothing_changes")] if deal else [NotUnderstood(suggestions=(), language=turn.language)]
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
        account_id=account_id,
        account=_account_name(account_id, turn),
        activity=activity,
        contact_ids=tuple(c.id for c in people.contacts) if activity else (),
        changes=listed,
        refs=refs,
        next_step=step,
        missing=_missing(deal, listed, step, turn) if deal else (),
    )
    return [show(draft, deal, turn, replaces=replaces, contact_ids=tuple(c.id for c in people.contacts))]


def show(draft: Draft, deal: Deal | None, turn: Turn, *, replaces: Draft | None = None, contact_ids: tuple[str, ...] = ()) -> DraftCard:
    """Keep the draft and show its card; the thread is about it from now on."""
    turn.desk.journal.keep(draft, replaces.id if replaces else None)
    turn.conversation = turn.conversation.model_copy(
        update={
            "deal_id": draft.deal_id or turn.conversation.deal_id,
            "account_id": draft.account_id,
            "contact_ids": contact_ids or turn.conversation.contact_ids,
            "draft_id": draft.id,
            "question": None,
            "last_query": None,
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
        missing=draft.missing,
        currency=deal.currency if deal else None,
        audience=turn.place(frozenset({deal.owner_id}) if deal else frozenset({turn.person.id})),
        language=turn.language,
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
    amount = new_amount(changes, deal.amount)
    if amount is not None:
        add("amount", None if deal.amount is None else plain(deal.amount), plain(amount))
    if changes.currency and changes.currency != deal.currency:
        add("currency", deal.currency, changes.currency)
    if changes.close_date:
        add("close_date", deal.close_date.isoformat() if deal.close_date else None, changes.close_date.isoformat())
    if changes.forecast:
        add("forecast", deal.forecast, changes.forecast)
    if changes.owner:
        found = turn.names.find(changes.owner, {"person"})
        if found:
            add("owner", turn.organization.people[deal.owner_id].name, found[0].name)
            refs["owner"] = found[0].id
    added = [m for words in changes.products for m in turn.names.find(words, {"product"})[:1]]
    new_products = [m for m in added if m.id not in deal.product_ids]
    if new_products:
        ids = [*deal.product_ids, *(m.id for m in new_products)]
        old_names = ", ".join(snapshot.products[i].name for i in deal.product_ids if i in snapshot.products)
        add("product", old_names or None, ", ".join(snapshot.products[i].name for i in ids if i in snapshot.products))
        refs["product"] = ";".join(ids)
    return tuple(listed), refs


def new_amount(changes: DealChanges, present: Decimal | None) -> Decimal | None:
    """The amount meant: a factor of the present one, and a bare number in the present one's order of size."""
    if changes.amount_factor is not None:
        return (present * changes.amount_factor).quantize(Decimal("0.01")).normalize() if present else None
    amount = changes.amount
    if amount is not None and changes.bare_amount and present and present >= 1000 and amount * 20 < present:
        for scale in (1000, 10_000, 1_000_000):
            if present / 10 <= amount * scale <= present * 10:
                return amount * scale
    return amount


def _activity(command: LogActivity, contacts: list[Contact], turn: Turn) -> DraftActivity:
    return DraftActivity(
        kind=command.kind,
        at=command.at,
        duration_minutes=command.duration_minutes,
        contacts=tuple(c.name for c in contacts),
        summary=command.summary[:2000],
    )


def _missing(deal: Deal, changes: tuple[Change, ...], step: NextStep | None, turn: Turn) -> tuple[str, ...]:
    """Fields that the deal's stage after the change asks for and that stay empty."""
    stages = turn.desk.mirror.snapshot.stages
    new = {c.field: c.new for c in changes}
    stage = stages[new.get("stage") or deal.stage]
    have = {
        "amount": new.get("amount") or deal.amount,
        "close_date": new.get("close_date") or deal.close_date,
        "next_step": step or deal.next_step,
        "loss_reason": new.get("loss_reason") or deal.loss_reason,
    }
    if "stage" not in new:
        return ()
    return tuple(f for f in turn.desk.process.fields_needed(stage.process_stage) if f in have and not have[f])


def _account_name(account_id: str | None, turn: Turn) -> str | None:
    found = turn.desk.mirror.accounts([account_id]) if account_id else []
    return found[0].name if found else None


def _with_title(contact: Contact) -> str:
    return f"{contact.name}, {contact.title}" if contact.title else contact.name


def _day(at: date | datetime) -> date:
    return at.date() if isinstance(at, datetime) else at


def correct(command: CorrectDraft, turn: Turn) -> list[Reply]:
    """The thread's open card with the correction in it; the old card can no longer be pressed."""
    found = turn.desk.journal.draft(turn.conversation.draft_id or "")
    if not found or found[1] != "open" or found[0].author_id != turn.person.id:
        return [NotUnderstood(suggestions=(), say="nothing_to_correct", language=turn.language)]
    draft = found[0]
    if draft.create:
        return _correct_creation(draft, command, turn)
    if command.deal:
        meant = meant_deal(command.deal, (), turn)
        deal = meant.deal or (turn.desk.mirror.deal(draft.deal_id) if draft.deal_id else None)
    else:
        deal = turn.desk.mirror.deal(draft.deal_id) if draft.deal_id else None
    changes = merged(draft, command.changes)
    if draft.activity:
        old = draft.activity
        told: Told = LogActivity(
            kind=command.kind or old.kind,
            at=command.at or old.at,
            duration_minutes=command.duration_minutes or old.duration_minutes,
            contacts=command.contacts or old.contacts,
            summary=old.summary,
            changes=changes,
        )
    else:
        told = UpdateDeal(changes=changes)
    account = next(iter(turn.desk.mirror.accounts([draft.account_id])), None) if draft.account_id else None
    return draft_for(told, deal, account, turn, replaces=draft)


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
            case "name":
                continue
            case _:
                old[change.field] = change.new
    if draft.next_step:
        old |= {"next_step": draft.next_step.text, "next_step_due": draft.next_step.due}
    said = {name: value for name, value in newer.model_dump().items() if value not in (None, (), False)}
    if "amount_factor" in said:
        old.pop("amount", None)
    return DealChanges.model_validate({**old, **said})


def _correct_creation(draft: Draft, command: CorrectDraft, turn: Turn) -> list[Reply]:
    new = {c.field: c for c in draft.changes}
    if command.changes.amount is not None:
        new["amount"] = Change(field="amount", old=None, new=plain(command.changes.amount))
    if command.changes.close_date:
        new["close_date"] = Change(field="close_date", old=None, new=command.changes.close_date.isoformat())
    corrected = draft.model_copy(update={"id": turn.desk.new_id(), "changes": tuple(new.values())})
    return [show(corrected, None, turn, replaces=draft)]


def create_deal(command: CreateDeal, turn: Turn) -> list[Reply]:
    """A card for a new deal at a known account."""
    found = turn.names.find(command.account, {"account"}) if command.account else []
    if not found or found[0].score < 0.35:
        near = [Option(id=m.id, name=m.name) for m in found[:5]]
        return [_ask("account", [*near, Option(id="create", name=command.account)], command, turn, command.account)]
    snapshot, said = turn.desk.mirror.snapshot, command.changes
    account = turn.desk.mirror.accounts([found[0].id])[0]
    first = next(s for s in snapshot.stages.values() if s.kind is StageKind.OPEN)
    products = [m for words in said.products for m in turn.names.find(words, {"product"})[:1]]
    currency = said.currency or _currency_of(account, turn)
    name = _deal_name(account, command.name, [m.name for m in products])
    values = {
        "name": name,
        "stage": said.stage or first.name,
        "amount": plain(said.amount) if said.amount is not None else None,
        "currency": currency,
        "close_date": said.close_date.isoformat() if said.close_date else None,
        "product": ", ".join(m.name for m in products) or None,
    }
    changes = tuple(Change(field=f, old=None, new=v) for f, v in values.items() if v is not None)
    missing = tuple(f for f in ("amount", "close_date") if values[f] is None)
    refs = {"product": ";".join(m.id for m in products)} if products else {}
    draft = _creation(turn, create="deal", of=account, changes=changes, missing=missing, refs=refs)
    return [show(draft, None, turn)]


def _deal_name(account: Account, said: str | None, products: list[str]) -> str:
    about = said or (products[0] if products else "")
    short = min((account.name, *account.aliases), key=len) if account.aliases else account.name
    return f"{short} {about}".strip()


def _currency_of(account: Account, turn: Turn) -> str:
    """The currency of the account's deals, else of most of the asker's, else USD."""
    from bot.pipeline.summary import main_currency

    deals = turn.desk.mirror.deals(account_id=account.id) or turn.desk.mirror.deals(owners=[turn.person.id])
    return main_currency(deals, turn.desk.currency or "USD")


def create_contact(command: CreateContact, turn: Turn) -> list[Reply]:
    """A card for a new contact; somebody of that name at the account is shown instead."""
    found = turn.names.find(command.account, {"account"}) if command.account else []
    account_id = found[0].id if found else turn.conversation.account_id
    if account_id is None:
        return [_ask("account", [], command, turn, command.account)]
    account = turn.desk.mirror.accounts([account_id])[0]
    known = [c for c in turn.desk.mirror.contacts(account_id=account.id) if c.name.casefold() == command.name.casefold()]
    if known:
        return [turn.refuse("conflict", "contact_exists", name=known[0].name, account=account.name)]
    contact = NewContact(name=command.name, title=command.title, email=command.email)
    return [show(_creation(turn, create="contact", of=account, contact=contact), None, turn)]


def _creation(turn: Turn, *, create: Any, of: Account | None = None, **fields: Any) -> Draft:
    named: dict[str, Any] = {"account_id": of.id, "account": of.name} if of else {}
    return Draft(
        id=turn.desk.new_id(),
        author_id=turn.person.id,
        thread=turn.thread,
        created_at=turn.now,
        source=turn.text,
        model=turn.model,
        language=turn.language,
        create=create,
        **named,
        **fields,
    )


def change_many(command: ChangeMany, turn: Turn) -> list[Reply]:
    """Changing many deals by one sentence is refused, with the way to do it."""
    return [turn.refuse("unsupported", "no_bulk")]


def answer_question(command: AnswerQuestion, turn: Turn) -> list[Reply]:
    """The pending command with the answer in it."""
    from bot.commands import COMMANDS

    question = turn.conversation.question
    if question is None or question.author_id != turn.person.id:
        return [NotUnderstood(suggestions=(), language=turn.language)]
    named = {c.__name__: c for c in COMMANDS}
    asked = dict(question.command)
    pending: Any = named[str(asked.pop("name"))].model_validate(asked)
    chosen = choose(command.words, question.options)
    turn.conversation = turn.conversation.model_copy(update={"question": None})
    match question.about:
        case "deal":
            deal = turn.desk.mirror.deal(chosen.id) if chosen else None
            if deal is None:
                again = pending.model_copy(update={"deal": f"{pending.deal} {command.words}".strip()})
                return tell(again, turn)
            return draft_for(pending, deal, None, turn)
        case "account" if chosen and chosen.id != "create":
            renamed = {"account": chosen.name} if hasattr(pending, "account") else {"deal": chosen.name}
            return _again(pending.model_copy(update=renamed), turn)
        case "account" if chosen or _wants_new(command.words):
            return [show(_new_account(question.words or command.words, pending, turn), None, turn)]
        case "contact" if chosen:
            contact = chosen.name.split(",")[0]
            people = tuple(contact if c == question.words else c for c in pending.contacts)
            return tell(pending.model_copy(update={"contacts": people}), turn)
        case "stage" if chosen:
            return tell(pending.model_copy(update={"changes": pending.changes.model_copy(update={"stage": chosen.id})}), turn)
        case _:
            renamed = {"account": command.words} if hasattr(pending, "account") else {"deal": command.words}
            return _again(pending.model_copy(update=renamed), turn)


def _again(pending: Any, turn: Turn) -> list[Reply]:
    if isinstance(pending, CreateDeal):
        return create_deal(pending, turn)
    return create_contact(pending, turn) if isinstance(pending, CreateContact) else tell(pending, turn)


def _wants_new(words: str) -> bool:
    return any(word in words.casefold() for word in ("create", "new", "yes", "add", "新建", "创建", "是", "好"))


def _new_account(name: str, pending: Any, turn: Turn) -> Draft:
    """A card that makes the account and logs there what was told."""
    activity = _activity(pending, [], turn) if isinstance(pending, LogActivity) else None
    return _creation(turn, create="account", account=name, activity=activity)


def choose(words: str, options: tuple[Option, ...]) -> Option | None:
    """The option that an answer means: its number, its id, or the one whose name shares the most words."""
    from rapidfuzz import fuzz

    words = normal(words).strip()
    if words.isdigit() and 0 < int(words) <= len(options):
        return options[int(words) - 1]
    exact = next((o for o in options if words == o.id), None)
    if exact:
        return exact
    scored = sorted(((fuzz.token_set_ratio(words.casefold(), o.name.casefold()), o) for o in options if o.id != "create"), key=lambda s: -s[0])
    scored = [(s, o) for s, o in scored if s >= 55]
    if not scored or (len(scored) > 1 and scored[0][0] - scored[1][0] < 8):
        partial = [o for o in options if any(w in o.name.casefold() for w in words.casefold().split() if len(w) > 3)]
        return partial[0] if len(partial) == 1 else None
    return scored[0][1]
