"""Questions of figures, and lists of accounts, contacts, people and activities."""

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot.contract.commands.asking import AskRecords, ListDeals
from bot.contract.phrases import phrase
from bot.contract.replies.aids import Answer
from bot.contract.replies.base import PeriodShown, Reply, ReportRow
from bot.contract.replies.notices import Refusal
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
from bot.contract.replies.reports import Bar, Chart, PipelineReport, RestsOn
from bot.domain.activities import Activity
from bot.domain.deals import Account
from bot.domain.people import Role
from bot.domain.periods import Period
from bot.handlers.asking.buttons import VALUE_MOST
from bot.handlers.asking.charts import made, money_short
from bot.handlers.asking.lists import list_deals
from bot.handlers.asking.scopes import Scope, joined, scopes_of, selection_of, sells, which_person
from bot.handlers.asking.summaries import remember
from bot.handlers.clarifying.names import meant_deal
from bot.handlers.turn import Turn
from bot.pipeline.measures import ALWAYS, BUCKETS, OF_QUOTA, UNITS, Dimension, Measure
from bot.pipeline.selection import Selection
from bot.records.pieces import buckets
from bot.records.question import Figures, Question, Row

QUIET_DAYS = 14
SHOWN_MOST = 200
_NUMBERS: Mapping[str, str] = {
    "count": "{:,.0f}",
    "money": "{:,.0f}",
    "share": "{:.0%}",
    "days": "{:,.0f} d",
    "number": "{:,.1f}",
}


def ask_records(command: AskRecords, turn: Turn) -> list[Reply]:
    """The figures asked for, or the records that meet the conditions, within what the asker may read."""
    unclear = which_person(command, turn)
    if unclear:
        return [unclear]
    scopes = scopes_of(command.whose or ("me" if len(turn.readable) == 1 else "all"), turn)
    refused = next((s for s in scopes if isinstance(s, Refusal)), None)
    if refused:
        return [refused]
    scope = joined([s for s in scopes if isinstance(s, Scope)])
    if command.measures:
        return _figures(command, scope, turn)
    if command.subject == "deals":
        kept = {name: value for name, value in command.model_dump().items() if name in ListDeals.model_fields}
        return list_deals(ListDeals.model_validate(kept), turn)
    return _LISTS[command.subject](command, scope, turn)


def _figures(command: AskRecords, scope: Scope, turn: Turn) -> list[Reply]:
    selection = selection_of(command, scope, turn)
    if isinstance(selection, Refusal):
        return [selection]
    period = _asked_period(command, turn)
    question = Question(command.measures, selection, command.state, period, command.by, command.activity)
    quotas = turn.desk.mirror.quotas(scope.owners)
    figures = turn.desk.records.answer(question, turn.sight, turn.organization, quotas, turn.desk.currency)
    remember(command, turn)
    rows = _ordered(command, figures, turn)
    place = turn.place(scope.owners)
    shown = question.period or selection.created
    label = scope.label if scope.label != "all" else phrase(turn.language, "scope_all")
    return [
        PipelineReport(
            view="records",
            scope=f"{label}{_conditions(command, turn)}",
            period=PeriodShown(start=shown.start, end=shown.end) if shown else PeriodShown(start=None, end=None),
            as_of=turn.now,
            currency=figures.currency or turn.desk.currency or "USD",
            metrics=_named(command, figures.total),
            rows=rows,
            measures=command.measures,
            matched=len(rows) if command.below is not None or command.above is not None else None,
            by=command.by,
            left_out=command.left_out,
            rests_on=RestsOn(
                having=figures.records - sum(figures.without.values()),
                lacking=sum(figures.without.values()),
                field=next(iter(figures.without), None),
            ),
            others={c: _rounded(v) for c, v in figures.others.items()},
            picture=_picture(command, rows, figures.currency, turn),
            audience=place,
            language=turn.language,
            locale=turn.locale.tag,
        )
    ]


def _asked_period(command: AskRecords, turn: Turn) -> Period | None:
    """The period said; of what was closed, and of quotas, the fiscal quarter where none was; of open deals all."""
    if command.period_from and command.period_to:
        return Period(command.period_from, max(command.period_to, command.period_from))
    if command.created_from or command.subject == "activities":
        return None
    closing = command.state in {"won", "lost", "closed"} or any(
        m in OF_QUOTA or ALWAYS.get(m) in {"won", "closed"} for m in command.measures
    )
    return turn.clock.quarter if closing and not BUCKETS & set(command.by) else None


def _conditions(command: AskRecords, turn: Turn) -> str:
    """The conditions beside whose and when, for the title."""
    said: list[object] = [
        command.deal,
        *command.products,
        command.industry,
        command.stage,
        *command.stages,
        command.currency,
        command.forecast,
        command.named,
    ]
    said.append(phrase(turn.language, f"state_{command.state}"))
    for excluded in (*command.not_stages, command.not_forecast):
        if excluded:
            said.append(phrase(turn.language, "except_for", what=excluded))
    if command.created_from and command.created_to:
        said.append(phrase(turn.language, "created_between", start=command.created_from, end=command.created_to))
    if command.activity:
        said.append(phrase(turn.language, f"kind_{command.activity.value}"))
    if command.min_amount is not None:
        said.append(f"> {command.min_amount:,f}")
    if command.max_amount is not None:
        said.append(f"< {command.max_amount:,f}")
    return "".join(f" · {word}" for word in said if word)


def _ordered(command: AskRecords, figures: Figures, turn: Turn) -> tuple[ReportRow, ...]:
    """The rows, periods in their order and everything else by the first measure, the largest first."""
    first = command.measures[0]
    rows: Sequence[Row] = figures.rows
    if command.below is not None:
        rows = [r for r in rows if (value := r.values[first]) is not None and value < float(command.below)]
    if command.above is not None:
        rows = [r for r in rows if (value := r.values[first]) is not None and value > float(command.above)]
    if not set(command.by) <= BUCKETS and command.by[:1] != ("stage",):
        rows = sorted(rows, key=lambda r: (r.values[first] is None, _rank(r.values[first], least=command.least)))
    elif command.by[:1] == ("stage",):
        order = {name: stage.order for name, stage in turn.desk.mirror.snapshot.stages.items()}
        rows = sorted(rows, key=lambda r: order.get(r.keys[0] or "", 99))
    names = [_names(d, rows, n, turn) for n, d in enumerate(command.by)]
    return tuple(
        ReportRow(
            label=" · ".join(
                names[n].get(key, key or "") or phrase(turn.language, "none") for n, key in enumerate(r.keys)
            ),
            id=r.keys[0] if len(r.keys) == 1 else None,
            metrics=_named(command, r.values),
            query=_behind(command, r, names, turn),
        )
        for r in rows[: command.top or SHOWN_MOST]
    )


def _behind(command: AskRecords, row: Row, names: Sequence[Mapping[str | None, str]], turn: Turn) -> str:
    """The question for the deals of a row, as a button's value; empty where no list of deals is just those."""
    if command.subject != "deals" or None in row.keys or set(command.measures) & OF_QUOTA:
        return ""
    kept = {name: value for name, value in command.model_dump().items() if name in ListDeals.model_fields}
    kept |= {"order": "amount", "top": None, "state": command.state}
    for place, dimension in enumerate(command.by):
        key = row.keys[place]
        match dimension:
            case "rep" | "manager" | "region":
                kept["whose"] = key
            case "stage" | "industry" | "forecast" | "loss_reason":
                kept[dimension] = key
            case "product":
                kept["products"] = (names[place].get(key, ""),)
            case "account":
                kept["deal"] = names[place].get(key, "")
            case "month" | "quarter" | "week":
                inside = next((p for label, p in buckets_of(command, dimension, turn) if label == key), None)
                if inside is None:
                    return ""
                days = ("created_from", "created_to") if command.created_from else ("period_from", "period_to")
                kept |= dict(zip(days, (inside.start, inside.end), strict=True))
            case _:
                return ""
    text = ListDeals.model_validate(kept).model_dump_json(exclude_defaults=True)
    return text if len(text) <= VALUE_MOST else ""


def buckets_of(command: AskRecords, dimension: Dimension, turn: Turn) -> list[tuple[str, Period]]:
    """The periods by which a question is broken down."""
    created = Period(command.created_from, command.created_to) if command.created_from and command.created_to else None
    asked = Question(command.measures, Selection(created=created), command.state, _asked_period(command, turn))
    return buckets(dimension, asked, turn.clock)


def _rank(value: float | None, *, least: bool) -> float:
    return 0.0 if value is None else value if least else -value


def _names(dimension: Dimension, rows: Sequence[Row], place: int, turn: Turn) -> dict[str | None, str]:
    """What the keys of a dimension are called."""
    keys = {r.keys[place] for r in rows if r.keys[place]}
    match dimension:
        case "rep" | "manager":
            people = turn.organization.people
            return {k: people[k].name if k in people else str(k) for k in keys}
        case "product":
            products = turn.desk.mirror.snapshot.products
            return {k: products[k].name if k in products else str(k) for k in keys}
        case "account":
            known = [a for a in turn.desk.mirror.accounts([str(k) for k in keys]) if turn.may_see(a)]
            hidden: dict[str | None, str] = {k: phrase(turn.language, "account_not_yours") for k in keys}
            return hidden | {a.id: a.name for a in known}
        case "activity":
            return {k: phrase(turn.language, f"kind_{k}") for k in keys}
        case _:
            return {}


ALIASES: Mapping[Measure, str] = {
    "weighted_amount": "weighted_amount", "win_rate": "win_rate_count", "win_rate_amount": "win_rate_amount",
    "cycle_days": "cycle_days_median",
}  # fmt: skip


def _named(command: AskRecords, values: Mapping[Measure, float | None]) -> dict[str, int | float | None]:
    """The values by measure, and by the names under which reports have the same figures."""
    found = _rounded(values)
    for measure in values:
        alias = ALIASES.get(measure)
        if measure in {"count", "amount"} and command.state in {"open", "won", "lost"}:
            alias = f"{command.state}_{measure}"
        if alias:
            found[alias] = found[measure]
    return found


def _rounded(values: Mapping[Measure, float | None]) -> dict[str, int | float | None]:
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in values.items()}


def shown(measure: str, value: float | None, currency: str, none: str) -> str:
    """A measure's value as people read it."""
    if value is None:
        return none
    unit = UNITS[measure]  # type: ignore[index]
    return _NUMBERS[unit].format(value) + (f" {currency}" if unit == "money" else "")


def _picture(command: AskRecords, rows: Sequence[ReportRow], currency: str, turn: Turn) -> Chart | None:
    """Bars of the first measure, where there are several groups to set beside each other."""
    first = command.measures[0]
    sized = [(r.label, r.metrics.get(first)) for r in rows[:16]]
    if len(sized) < 3:
        return None
    money = UNITS[first] == "money"
    bars = [
        Bar(
            label=label,
            size=float(value),
            shown=money_short(float(value)) if money else shown(first, value, "", ""),
            kind="open",
        )
        for label, value in sized
        if value is not None
    ]
    title = phrase(turn.language, f"measure_{first}") + (f" ({currency})" if money else "")
    return made(title, bars)


def _accounts(command: AskRecords, scope: Scope, turn: Turn) -> list[Reply]:
    """The accounts of the scope's deals, or with none open, or with nothing done in a while."""
    mirror = turn.desk.mirror
    deals = mirror.deals(owners=scope.owners)
    of: dict[str, list[bool]] = {}
    for deal in deals:
        if deal.account_id:
            of.setdefault(deal.account_id, []).append(turn.desk.mirror.snapshot.stages[deal.stage].kind == "open")
    accounts = [a for a in mirror.accounts() if a.id in of or (a.owner_id in scope.owners)]
    if command.industry:
        accounts = [a for a in accounts if (a.industry or "").casefold() == command.industry.casefold()]
    values, say = {}, "accounts_found"
    why: Callable[[Account], str] = lambda a: phrase(turn.language, "open_deals_count", n=sum(of.get(a.id, [])))  # noqa: E731
    if command.lacking == "open_deals":
        accounts, say = [a for a in accounts if not any(of.get(a.id, ()))], "accounts_without_deal"
    elif command.lacking == "activity":
        days = command.lacking_days or QUIET_DAYS
        since = turn.clock.midnight(turn.company_today - timedelta(days=days))
        touched = mirror.accounts_touched_since(since, turn.now.astimezone(UTC))
        accounts, say, values = [a for a in accounts if a.id not in touched], "accounts_untouched", {"days": str(days)}
    rows = tuple(_account_row(a, why(a), turn) for a in accounts[: command.top or SHOWN_MOST])
    return [
        _listed(
            AccountsFound(accounts=rows, count=len(accounts), say=say, values=values, left_out=command.left_out),
            scope,
            turn,
        )
    ]


def _account_row(account: Account, why: str, turn: Turn) -> AccountRow:
    owner = turn.organization.people.get(account.owner_id or "")
    return AccountRow(
        id=account.id, name=account.name, industry=account.industry, owner=owner.name if owner else None, why=why
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


_LISTS: Mapping[str, Callable[[AskRecords, Scope, Turn], list[Reply]]] = {
    "accounts": _accounts,
    "contacts": _contacts,
    "people": _people,
    "activities": _activities,
}
