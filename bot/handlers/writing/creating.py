"""Cards for new deals, contacts and accounts, after a look for what is there already."""

from collections import Counter
from typing import Any

from bot.contract.commands.writing import ChangeContact, CreateAccount, CreateContact, CreateDeal, LogActivity
from bot.contract.drafts import Draft
from bot.contract.replies.base import Reply
from bot.contract.replies.cards import Change, NewContact, Option
from bot.domain.deals import Account, StageKind
from bot.domain.fields import as_text, value_of
from bot.domain.money import plain
from bot.handlers.clarifying.ask import ask, contact_options, near_accounts
from bot.handlers.clarifying.names import meant_contacts
from bot.handlers.turn import Turn
from bot.handlers.writing.drafting import activity_of, show
from bot.pipeline.figures import commonest

SAME_NAME = 0.9


def create_deal(command: CreateDeal, turn: Turn) -> list[Reply]:
    """A card for a new deal at a known account; an open deal of the same name there is named on it."""
    found = turn.names.find(command.account, {"account"}) if command.account else []
    if not command.account:
        return [ask("account", [], command, turn, "")]
    if not found or found[0].score < 0.35:
        return [
            ask(
                "account",
                [*near_accounts(command.account, turn), Option(id="create", name=command.account)],
                command,
                turn,
                command.account,
            )
        ]
    snapshot, said = turn.desk.mirror.snapshot, command.changes
    account = turn.desk.mirror.accounts([found[0].id])[0]
    first = next(s for s in snapshot.stages.values() if s.kind is StageKind.OPEN)
    products = [m for words in said.products for m in turn.names.find(words, {"product"})[:1]]
    name = _deal_name(account, command.name, [m.name for m in products])
    values = {
        "name": name,
        "stage": said.stage or first.name,
        "amount": plain(said.amount) if said.amount is not None else None,
        "currency": said.currency or currency_of(account, turn),
        "close_date": said.close_date.isoformat() if said.close_date else None,
        "product": ", ".join(m.name for m in products) or None,
    }
    changes = tuple(Change(field=f, old=None, new=v) for f, v in values.items() if v is not None)
    missing = tuple(f for f in ("amount", "close_date") if values[f] is None)
    refs = {"product": ";".join(m.id for m in products)} if products else {}
    twins = _twins(name, account, turn)
    return [
        show(
            creation(turn, create="deal", of=account, changes=changes, missing=missing, refs=refs, twins=twins),
            None,
            turn,
        )
    ]


def _twins(name: str, account: Account, turn: Turn) -> tuple[str, ...]:
    """Open deals of the account whose names are almost the same."""
    from rapidfuzz import fuzz

    deals = turn.desk.mirror.deals(account_id=account.id, owners=turn.readable, open_only=True)
    return tuple(d.name for d in deals if fuzz.token_sort_ratio(d.name.casefold(), name.casefold()) >= SAME_NAME * 100)[
        :3
    ]


def _deal_name(account: Account, said: str | None, products: list[str]) -> str:
    about = said or (products[0] if products else "")
    short = min((account.name, *account.aliases), key=len) if account.aliases else account.name
    return f"{short} {about}".strip()


def currency_of(account: Account, turn: Turn) -> str:
    """The currency of the account's deals, else of most of the asker's, else USD."""
    deals = turn.desk.mirror.deals(account_id=account.id) or turn.desk.mirror.deals(owners=[turn.person.id])
    return commonest(Counter(d.currency for d in deals), turn.desk.currency or "USD")


def create_contact(command: CreateContact, turn: Turn) -> list[Reply]:
    """A card for a new contact; somebody of that name or address at the account is shown instead."""
    found = turn.names.find(command.account, {"account"}) if command.account else []
    here = turn.account_in_thread
    account_id = found[0].id if found else here.id if here else None
    if account_id is None:
        return [ask("account", [], command, turn, command.account)]
    account = turn.desk.mirror.accounts([account_id])[0]
    there = turn.desk.mirror.contacts(account_id=account.id)
    email = (command.email or "").casefold()
    known = [
        c
        for c in there
        if c.name.casefold() == command.name.casefold() or (email and (c.email or "").casefold() == email)
    ]
    if known:
        return [turn.refuse("conflict", "contact_exists", name=known[0].name, account=account.name)]
    contact = NewContact(name=command.name, title=command.title, email=command.email)
    return [show(creation(turn, create="contact", of=account, contact=contact), None, turn)]


def new_account(command: CreateAccount, turn: Turn) -> list[Reply]:
    """A card that makes the account, nothing else."""
    return create_account(command.name, command, turn)


def change_contact(command: ChangeContact, turn: Turn) -> list[Reply]:
    """A card with what changes on a contact that the asker may see."""
    found = turn.names.find(command.account, {"account"}) if command.account else []
    people = meant_contacts([command.contact], found[0].id if found else None, None, turn)
    if people.unclear:
        return [ask("contact", contact_options(people.unclear[1]), command, turn, command.contact)]
    if not people.contacts:
        return [turn.refuse("not_found", "no_such_contact", words=command.contact)]
    contact = people.contacts[0]
    said = {"title": command.title, "email": command.email, "phone": command.phone}
    new = {name: value for name, value in said.items() if value and value != value_of(contact, name)}
    if not new:
        return [turn.refuse("unsupported", "contact_so_already", name=contact.name)]
    account = next(iter(turn.desk.mirror.accounts([contact.account_id])), None) if contact.account_id else None
    draft = creation(turn, create=None, of=account, contact=NewContact(name=contact.name, **new), contact_id=contact.id)
    before = {name: as_text(value_of(contact, name)) for name in new}
    return [show(draft.model_copy(update={"before": before}), None, turn)]


def create_account(name: str, pending: Any, turn: Turn) -> list[Reply]:
    """A card that makes the account and logs there what was told; an account of the same name is refused."""
    same = [m for m in turn.desk.names.current().find(name, {"account"}) if m.name.casefold() == name.casefold()]
    if same:
        return [turn.refuse("conflict", "account_exists", name=same[0].name)]
    activity = activity_of(pending, []) if isinstance(pending, LogActivity) else None
    said = {"industry": pending.industry, "country": pending.country} if isinstance(pending, CreateAccount) else {}
    facts = {field: value for field, value in said.items() if value}
    return [show(creation(turn, create="account", account=name, activity=activity, account_facts=facts), None, turn)]


def creation(turn: Turn, *, create: Any, of: Account | None = None, **fields: Any) -> Draft:
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
