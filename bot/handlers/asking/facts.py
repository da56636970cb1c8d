"""One field of one record, with what it is called and since when."""

import re
from collections.abc import Mapping, Sequence

from bot.contract.commands.asking import AskFact
from bot.contract.phrases import phrase
from bot.contract.replies.aids import Answer, Fact, RecordRef
from bot.contract.replies.base import Reply
from bot.domain.deals import Account, Contact, Deal
from bot.handlers.asking.lists import deals_found
from bot.handlers.clarifying.names import ROLE_TITLES, meant_deal
from bot.handlers.turn import Turn

OF_CONTACT = frozenset({"phone", "email", "title", "account"})
OF_ACCOUNT = frozenset({"industry", "country", "employees", "revenue"})
DEALS_MOST = 5


LOOSE_ROLES = frozenset({"guy", "person", "people", "lead", "contact", "boss", "head"})
"""What people call whoever has a function: `the IT guy`."""


def ask_fact(command: AskFact, turn: Turn) -> list[Reply]:
    """The facts, of each record that the words may mean; a refusal where they name none that the asker may see."""
    fields = set(command.fields)
    if "list_price" in fields:
        return _of_product(command, turn)
    if "contacts" in fields or (fields & {"phone", "email", "title"} and not _named_contact(command, turn)):
        return _contacts(command, turn)
    if command.contact and fields & OF_CONTACT:
        return _of_contact(command, turn)
    if fields <= OF_ACCOUNT:
        return _of_account(command, turn)
    return _of_deals(command, turn)


def _named_contact(command: AskFact, turn: Turn) -> bool:
    """Whether the contact is named, rather than told by a role or not at all."""
    return bool(command.contact and turn.names.find(f"with {command.contact}", {"contact"}))


def _answer(prose: str, facts: list[Fact], owners: frozenset[str], turn: Turn) -> list[Reply]:
    return [
        Answer(
            prose=prose,
            facts=tuple(facts),
            audience=turn.place(owners or frozenset({turn.person.id})),
            language=turn.language,
            locale=turn.locale.tag,
        )
    ]


def _account(words: str, turn: Turn) -> Account | None:
    meant = meant_deal(words, (), turn, closed_too=True)
    if meant.account:
        return meant.account
    account_id = meant.deal.account_id if meant.deal else None
    return next(iter(turn.desk.mirror.accounts([account_id])), None) if account_id else None


def _contacts(command: AskFact, turn: Turn) -> list[Reply]:
    """The people at an account or on the deal, those of a role where one is named."""
    words = command.deal
    account = _account(words, turn) if words else turn.account_in_thread
    if account is None:
        return [turn.refuse("not_found", "no_such_account", words=words or command.contact)]
    people = turn.desk.mirror.contacts(account_id=account.id)
    fitting = [c for c in people if _has_role(c, command.contact)] if command.contact else people
    owners = _owners(account, turn)
    if not fitting:
        known = ", ".join(f"{c.name} ({c.title})" if c.title else c.name for c in people)
        say = "fact_no_role" if people else "fact_no_contacts"
        return _answer(
            phrase(turn.language, say, role=command.contact, account=account.name, known=known), [], owners, turn
        )
    lines = [" · ".join(part for part in (c.name, c.title, c.email, c.phone) if part) for c in fitting]
    facts = [_fact("contact", c.id, c.name, "title", c.title) for c in fitting]
    head = phrase(turn.language, "fact_contacts", account=account.name)
    return _answer(f"{head}\n" + "\n".join(f"• {line}" for line in lines), facts, owners, turn)


def _has_role(contact: Contact, role: str) -> bool:
    """Whether a contact's title is the role said: `CFO` is also a chief financial officer."""
    wanted, title = role.casefold().strip(), (contact.title or "").casefold()
    forms = {wanted, ROLE_TITLES.get(wanted, wanted)}
    if any(form in title for form in forms):
        return True
    if wanted.split()[-1] in LOOSE_ROLES and wanted.split()[0] in re.findall(r"\w+", title):
        return True
    parts = [w for w in wanted.replace("vp", "vice president").split() if w not in {"of", "the"}]
    return len(parts) > 1 and all(p in title.replace("vp", "vice president") for p in parts)


def _of_contact(command: AskFact, turn: Turn) -> list[Reply]:
    account = _account(command.deal, turn) if command.deal else None
    matches = [m for m in turn.names.find(f"with {command.contact}", {"contact"}) if m.score >= 0.3]
    best = matches[0].score if matches else 0
    people = turn.desk.mirror.contacts([m.id for m in matches if best - m.score < 0.1])
    people = [c for c in people if account is None or c.account_id == account.id] or ([] if account else people)
    if not people:
        return [turn.refuse("not_found", "no_such_contact", words=command.contact)]
    accounts = {a.id: a for a in turn.desk.mirror.accounts({c.account_id for c in people if c.account_id})}
    lines, facts = [], []
    for c in people:
        at = accounts.get(c.account_id or "")
        values: Mapping[str, str | None] = {
            "phone": c.phone, "email": c.email, "title": c.title, "account": at.name if at else None,
        }  # fmt: skip
        who = f"{c.name} ({at.name})" if at else c.name
        asked = [f for f in command.fields if f in OF_CONTACT]
        lines.append(_line(who, [(f, values[f]) for f in asked], turn))
        facts += [_fact("contact", c.id, c.name, f, values[f]) for f in asked]
    owners = frozenset(o for a in accounts.values() for o in _owners(a, turn))
    return _answer("\n".join(lines), facts, owners, turn)


def _of_account(command: AskFact, turn: Turn) -> list[Reply]:
    account = _account(command.deal, turn)
    if account is None:
        return [turn.refuse("not_found", "no_such_account", words=command.deal)]
    revenue = f"{account.revenue:,.0f}" if account.revenue is not None else None
    values = {
        "industry": account.industry, "country": account.country, "revenue": revenue,
        "employees": None if account.employees is None else f"{account.employees:,}",
    }  # fmt: skip
    asked = [(f, values[f]) for f in command.fields]
    facts = [_fact("account", account.id, account.name, f, value) for f, value in asked]
    return _answer(_line(account.name, asked, turn), facts, _owners(account, turn), turn)


def _of_product(command: AskFact, turn: Turn) -> list[Reply]:
    found = turn.names.find(command.deal, {"product"})
    product = turn.desk.mirror.snapshot.products[found[0].id] if found else None
    if product is None:
        return [turn.refuse("not_found", "no_such_product", words=command.deal)]
    price = turn.locale.money(product.list_price, product.currency or "") if product.list_price is not None else None
    return _answer(_line(product.name, [("list_price", price)], turn), [], frozenset(), turn)


def _of_deals(command: AskFact, turn: Turn) -> list[Reply]:
    deals = _deals(command, turn)
    if not deals:
        words = command.deal or command.contact
        return [turn.refuse("not_found", "no_such_deal", words=words)]
    if len(deals) > DEALS_MOST:
        return [deals_found(deals, turn)]
    lines, facts = [], []
    for deal in deals:
        asked = [(f, _deal_value(deal, f, turn)) for f in command.fields]
        lines.append(_line(deal.name, asked, turn))
        facts += [_fact("deal", deal.id, deal.name, f, value) for f, value in asked]
    return _answer("\n".join(lines), facts, frozenset(d.owner_id for d in deals), turn)


def _deals(command: AskFact, turn: Turn) -> list[Deal]:
    """The open deals meant, else the closed ones; for how it ended the closed ones first."""
    people = (command.contact,) if command.contact else ()
    ended = bool({"loss_reason", "won_on"} & set(command.fields))
    for closed in (True, False) if ended else (False, True):
        meant = meant_deal(command.deal, people, turn, closed_too=closed)
        found = [meant.deal] if meant.deal else meant.options
        if "loss_reason" in command.fields and closed:
            stages = turn.desk.mirror.snapshot.stages
            shut = [d for d in found if stages[d.stage].kind != "open"]
            found = shut or found
        if found:
            return found
    return []


def _deal_value(deal: Deal, field: str, turn: Turn) -> str | None:
    """The value of a deal's field as people read it."""
    snapshot = turn.desk.mirror.snapshot
    status = turn.desk.records.status(deal.id, turn.sight)
    stage = snapshot.stages[deal.stage]
    closed = turn.clock.day(deal.closed_at).isoformat() if deal.closed_at else None
    match field:
        case "owner":
            return snapshot.organization.people[deal.owner_id].name
        case "amount":
            return turn.locale.money(deal.amount, deal.currency) if deal.amount is not None else None
        case "close_date":
            if closed:
                return f"{deal.stage}, {closed}"
            return deal.close_date.isoformat() if deal.close_date else None
        case "stage":
            days = (
                f" ({phrase(turn.language, 'days', days=status.days_in_stage)})"
                if status and status.days_in_stage
                else ""
            )
            return f"{deal.stage}{days}"
        case "next_step":
            due = f" ({phrase(turn.language, 'due', due=deal.next_step_due)})" if deal.next_step_due else ""
            return f"{deal.next_step}{due}" if deal.next_step else None
        case "forecast":
            return deal.forecast
        case "created":
            return deal.created.isoformat() if deal.created else None
        case "age":
            return (
                phrase(turn.language, "days", days=(turn.company_today - deal.created).days) if deal.created else None
            )
        case "loss_reason":
            return deal.loss_reason if deal.loss_reason else (None if stage.kind == "lost" else deal.stage)
        case "won_on":
            return f"{deal.stage}{f', {closed}' if closed else ''}"
        case "product":
            return ", ".join(snapshot.products[i].name for i in deal.product_ids if i in snapshot.products) or None
        case "pushes":
            return f"{status.pushes}×" if status else None
        case "probability":
            return f"{turn.sight.norms.probabilities.get(deal.stage, stage.probability):.0f} %"
        case _:
            account = next(iter(turn.desk.mirror.accounts([deal.account_id])), None) if deal.account_id else None
            return account.name if account else None


def _line(name: str, asked: Sequence[tuple[str, str | None]], turn: Turn) -> str:
    say, unknown = turn.language, phrase(turn.language, "fact_unknown")
    values = "; ".join(f"{phrase(say, f'fact_{f}')} {value or unknown}" for f, value in asked)
    return phrase(say, "fact_line", name=name, label=values, value="").strip()


def _fact(kind: str, ref: str, name: str, field: str, value: str | None) -> Fact:
    return Fact(record=RecordRef.model_validate({"kind": kind, "id": ref, "name": name}), field=field, value=value)


def _owners(account: Account, turn: Turn) -> frozenset[str]:
    """Whose account it is: the owners of its deals that the asker may read."""
    deals = turn.desk.mirror.deals(owners=turn.readable, account_id=account.id)
    return frozenset(d.owner_id for d in deals) or frozenset({turn.person.id})
