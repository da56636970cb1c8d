"""Lists of accounts, contacts, people and activities."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta

from bot.contract.commands.asking import AskRecords
from bot.contract.phrases import phrase
from bot.contract.replies.aids import Answer
from bot.contract.replies.base import Reply
from bot.contract.replies.records import (
    AccountRow,
    AccountsFound,
    ActivitiesFound,
    ActivityRow,
    ContactRow,
    ContactsFound,
    Found,
    PeopleFound,
    PersonRow,
)
from bot.domain.activities import Activity
from bot.domain.deals import Account
from bot.domain.people import Role
from bot.domain.periods import Period
from bot.handlers.asking.scopes import Scope, sells
from bot.handlers.clarifying.names import meant_deal
from bot.handlers.turn import Turn

QUIET_DAYS = 14
SHOWN_MOST = 200


def _accounts(command: AskRecords, scope: Scope, turn: Turn) -> list[Reply]:
    """The accounts of the scope's deals, or with none open, or with nothing done in a while."""
    mirror = turn.desk.mirror
    deals = mirror.deals(owners=scope.owners)
    of: dict[str, list[bool]] = {}
    for deal in deals:
        if deal.account_id:
            of.setdefault(deal.account_id, []).append(mirror.snapshot.stages[deal.stage].kind == "open")
    accounts = [a for a in mirror.accounts() if a.id in of or (a.owner_id in scope.owners)]
    if command.industry:
        accounts = [a for a in accounts if (a.industry or "").casefold() == command.industry.casefold()]
    values, say = {}, "accounts_found"
    if command.lacking == "open_deals":
        accounts, say = [a for a in accounts if not any(of.get(a.id, ()))], "accounts_without_deal"
    elif command.lacking == "activity":
        days = command.lacking_days or QUIET_DAYS
        since = turn.clock.midnight(turn.company_today - timedelta(days=days))
        touched = mirror.accounts_touched_since(since, turn.now.astimezone(UTC))
        accounts, say, values = [a for a in accounts if a.id not in touched], "accounts_untouched", {"days": str(days)}
    rows = tuple(_account_row(a, sum(of.get(a.id, ())), turn) for a in accounts[: command.top or SHOWN_MOST])
    return [
        _listed(
            AccountsFound(accounts=rows, count=len(accounts), say=say, values=values, left_out=command.left_out),
            scope,
            turn,
        )
    ]


def _account_row(account: Account, open_deals: int, turn: Turn) -> AccountRow:
    owner = turn.organization.people.get(account.owner_id or "")
    return AccountRow(
        id=account.id,
        name=account.name,
        industry=account.industry,
        owner=owner.name if owner else None,
        why=phrase(turn.language, "open_deals_count", n=open_deals),
    )


def _contacts(command: AskRecords, scope: Scope, turn: Turn) -> list[Reply]:
    """The contacts of an account, or of the deals of the scope."""
    mirror = turn.desk.mirror
    if command.deal:
        meant = meant_deal(command.deal, (), turn, closed_too=True)
        account_id = meant.account.id if meant.account else meant.deal.account_id if meant.deal else None
        if account_id is None:
            return [turn.refuse("not_found", "no_such_account", words=command.deal)]
        found = mirror.contacts(account_id=account_id)
    else:
        ids = {i for d in mirror.deals(owners=scope.owners) for i in d.contact_ids}
        found = mirror.contacts(sorted(ids))
    accounts = {a.id: a.name for a in mirror.accounts({c.account_id for c in found if c.account_id})}
    rows = tuple(
        ContactRow(
            id=c.id, name=c.name, title=c.title, account=accounts.get(c.account_id or ""), email=c.email, phone=c.phone
        )
        for c in found[: command.top or SHOWN_MOST]
    )
    return [_listed(ContactsFound(contacts=rows, count=len(found), say="contacts_found"), scope, turn)]


def _people(command: AskRecords, scope: Scope, turn: Turn) -> list[Reply]:
    """The sellers of a scope, or those of them who recorded nothing in a while."""
    days = command.lacking_days or QUIET_DAYS
    since = turn.clock.midnight(turn.company_today - timedelta(days=days))
    last = turn.desk.records.last_recorded(scope.owners, turn.now)
    people = [
        p
        for p in turn.organization.people.values()
        if p.id in scope.owners and turn.organization.role(p.id) is Role.REP and sells(frozenset({p.id}), turn)
    ]
    say, values = "people_found", {"days": str(days)}
    if command.lacking == "activity":
        people, say = [p for p in people if p.id not in last or last[p.id] < since], "people_silent"
    rows = tuple(
        PersonRow(id=p.id, name=p.name, why=phrase(turn.language, "last_recorded", day=_day(last.get(p.id), turn)))
        for p in sorted(people, key=lambda p: (last.get(p.id, datetime.min.replace(tzinfo=UTC)), p.name))
    )
    return [_listed(PeopleFound(people=rows, count=len(rows), say=say, values=values), scope, turn)]


def _day(moment: datetime | None, turn: Turn) -> str:
    return turn.clock.day(moment).isoformat() if moment else phrase(turn.language, "never")


def _activities(command: AskRecords, scope: Scope, turn: Turn) -> list[Reply]:
    """The latest activities: with a person, on an account or deal, of people, in a period."""
    period = Period(command.period_from, command.period_to) if command.period_from and command.period_to else None
    contact_ids: set[str] | None = None
    account_id = deal_id = None
    if command.contact:
        contact_ids = {m.id for m in turn.names.find(f"with {command.contact}", {"contact"}) if m.score >= 0.3}
        if not contact_ids:
            return [turn.refuse("not_found", "no_such_contact", words=command.contact)]
    if command.deal:
        meant = meant_deal(command.deal, (), turn, closed_too=True)
        if meant.account is None and meant.deal is None:
            return [turn.refuse("not_found", "no_such_deal", words=command.deal)]
        account_id = meant.account.id if meant.account else None
        deal_id = meant.deal.id if meant.deal and not meant.account else None
    elif not command.contact and not command.whose and turn.conversation.deal_id:
        deal_id = turn.conversation.deal_id
    found = turn.desk.records.activities(
        scope.owners if not (account_id or deal_id or contact_ids) or command.whose else turn.readable,
        turn.sight,
        account_id=account_id,
        deal_id=deal_id,
        contact_ids=contact_ids,
        kind=command.activity,
        period=period,
    )
    rows = tuple(_activity_row(a, turn) for a in found[: command.top or 10])
    return [_listed(ActivitiesFound(activities=rows, count=len(found), say="activities_found"), scope, turn)]


def _activity_row(activity: Activity, turn: Turn) -> ActivityRow:
    mirror, people = turn.desk.mirror, turn.organization.people
    deal = mirror.deal(activity.deal_id) if activity.deal_id else None
    account_id = activity.account_id or (deal.account_id if deal else None)
    account = next(iter(mirror.accounts([account_id])), None) if account_id else None
    author = people.get(activity.author_id or "")
    return ActivityRow(
        id=activity.id,
        kind=activity.kind.value,
        at=activity.at,
        author=author.name if author else None,
        deal=deal.name if deal else None,
        account=account.name if account else None,
        contacts=tuple(c.name for c in mirror.contacts(activity.contact_ids)) if activity.contact_ids else (),
        minutes=activity.duration_minutes,
        summary=activity.summary[:280],
    )


def _listed(reply: Found, scope: Scope, turn: Turn) -> Reply:
    """The list, or in words that nothing meets the conditions."""
    if not reply.count:
        prose = phrase(turn.language, f"{reply.say}_none", **reply.values)
        return Answer(prose=prose, audience=turn.place(scope.owners), language=turn.language, locale=turn.locale.tag)
    return reply.model_copy(
        update={"audience": turn.place(scope.owners), "language": turn.language, "locale": turn.locale.tag}
    )


LISTS: Mapping[str, Callable[[AskRecords, Scope, Turn], list[Reply]]] = {
    "accounts": _accounts,
    "contacts": _contacts,
    "people": _people,
    "activities": _activities,
}
