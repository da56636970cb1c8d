"""Questions of measures compiled to SQL: sums and histograms by group, folded into each measure's value."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Date, Engine, and_, case, cast, func, literal, select

from bot.crm.mirror import tables as t
from bot.domain.deals import Quota, StageKind
from bot.domain.people import Organization
from bot.domain.periods import Clock, FiscalCalendar, Period
from bot.pipeline.figures import commonest, median_of, quotas_for
from bot.pipeline.measures import ALWAYS, BUCKETS, OF_OWNER, OF_QUOTA, UNITS, Dimension, Measure, State
from bot.pipeline.selection import Selection
from bot.records.conditions import Sight, conditions, deal, last_activity
from bot.records.question import Figures, Question, Row

Keys = tuple[str | None, ...]
_SPREAD: frozenset[Measure] = frozenset({"median_amount", "cycle_days", "age_days", "stage_days", "quiet_days"})
EARLIEST = date(2000, 1, 1)
"""Days before it are not told apart by the clock's changes of the hour."""


@dataclass
class Sums:
    """What is added up of a group's deals in one currency; `spread` counts values for medians and means of days."""

    deals: int = 0
    valued: int = 0
    amount: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)
    pushes: int = 0
    won: int = 0
    won_amount: Decimal = Decimal(0)
    spread: dict[Measure, Counter[Any]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, other: "Sums") -> None:
        for name in ("deals", "valued", "amount", "weighted", "pushes", "won", "won_amount"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for measure, counts in other.spread.items():
            self.spread[measure].update(counts)


Groups = dict[tuple[Keys, str], Sums]


def answer(
    engine: Engine,
    question: Question,
    sight: Sight,
    organization: Organization,
    quotas: Sequence[Quota],
    currency: str | None = None,
) -> Figures:
    """The figures of a question; `currency` is the company's, else that of most deals counted."""
    if "activities" in question.measures:
        return _activities(engine, question, sight, organization)
    by_state: dict[State, Groups] = {}
    with engine.connect() as connection:
        for measure in question.measures:
            state = ALWAYS.get(measure, question.state)
            if measure in OF_QUOTA:
                state = "won"
            if state not in by_state:
                by_state[state] = _summed(connection, question, state, sight, organization)
            if measure in _SPREAD:
                _count_spread(connection, question, state, measure, by_state[state], sight, organization)
    main = currency or _main(by_state)
    keys = sorted(
        {k for groups in by_state.values() for k, _ in groups}, key=lambda k: tuple((p is None, p or "") for p in k)
    )
    totals = {state: _folded(groups, main) for state, groups in by_state.items()}
    owed = _Quotas(question, quotas, organization, sight.clock)
    rows = (
        [Row(k, {m: _value(m, question, by_state, k, main, totals, owed) for m in question.measures}) for k in keys]
        if question.by
        else []
    )
    whole = {m: _value(m, question, by_state, None, main, totals, owed) for m in question.measures}
    others: dict[str, dict[Measure, float | None]] = {
        other: {
            m: _value(m, question, by_state, None, other, totals, owed)
            for m in question.measures
            if UNITS[m] == "money" and m not in OF_QUOTA
        }
        for other in sorted({c for groups in by_state.values() for _, c in groups} - {main})
    }
    first = totals[ALWAYS.get(question.measures[0], question.state) if question.measures[0] not in OF_QUOTA else "won"]
    without = {"amount": first.deals - first.valued} if first.deals > first.valued else {}
    return Figures(main, whole, tuple(rows), {c: v for c, v in others.items() if v}, first.deals, without)


def _main(by_state: Mapping[State, Groups]) -> str:
    counts: Counter[str] = Counter()
    for groups in by_state.values():
        for (_, currency), sums in groups.items():
            counts[currency] += sums.deals
    return commonest(counts, "USD")


def _folded(groups: Groups, currency: str, keys: Keys | None = None) -> Sums:
    """Counts over all currencies, amounts in one, of one group or of all."""
    whole = Sums()
    for (k, c), sums in groups.items():
        if keys is None or k == keys:
            whole.add(
                sums if c == currency else replace(sums, amount=Decimal(0), weighted=Decimal(0), won_amount=Decimal(0))
            )
    return whole


def _here(groups: Groups, currency: str, keys: Keys | None) -> Sums:
    """The deals of one group, or of all, in one currency alone."""
    whole = Sums()
    for (k, c), sums in groups.items():
        if c == currency and (keys is None or k == keys):
            whole.add(sums)
    return whole


def _value(
    measure: Measure,
    question: Question,
    by_state: Mapping[State, Groups],
    keys: Keys | None,
    currency: str,
    totals: Mapping[State, Sums],
    owed: "_Quotas",
) -> float | None:
    """One measure of one group, None where it cannot be computed (PRODUCT: Metrics)."""
    state: State = "won" if measure in OF_QUOTA else ALWAYS.get(measure, question.state)
    groups = by_state[state]
    all_, here = _folded(groups, currency, keys), _here(groups, currency, keys)
    match measure:
        case "count":
            return all_.deals
        case "amount":
            return float(here.amount)
        case "average_amount":
            return float(here.amount) / here.valued if here.valued else None
        case "median_amount":
            return _median(here.spread[measure])
        case "weighted_amount":
            return float(here.weighted)
        case "share":
            return all_.deals / totals[state].deals if totals[state].deals else None
        case "win_rate":
            return all_.won / all_.deals if all_.deals else None
        case "win_rate_amount":
            return float(here.won_amount / here.amount) if here.amount else None
        case "cycle_days":
            return _median(all_.spread[measure])
        case "age_days" | "stage_days" | "quiet_days":
            return _mean(all_.spread[measure])
        case "pushes":
            return all_.pushes / all_.deals if all_.deals else None
        case "quota" | "attainment" | "gap":
            quota = owed.of(keys, currency)
            if quota is None:
                return None
            won = float(here.amount)
            return (
                float(quota)
                if measure == "quota"
                else won / float(quota)
                if measure == "attainment"
                else float(quota) - won
            )
        case "activities":
            return None


def _median(counts: Counter[Any]) -> float | None:
    if any(isinstance(value, Decimal) for value in counts):
        cents = Counter({int(value * 100): n for value, n in counts.items()})
        middle = median_of(cents.items())
        return None if middle is None else middle / 100
    return median_of(counts.items())


def _mean(counts: Counter[int]) -> float | None:
    total = sum(counts.values())
    return sum(value * n for value, n in counts.items()) / total if total else None


def _where(question: Question, state: State, sight: Sight) -> list[Any]:
    """The conditions of the deals that count for a measure in a state."""
    selection: Selection = question.selection
    if state in {"open", "won", "lost"}:
        return conditions(replace(selection, kind=StageKind(state), period=question.period), sight)
    wanted = conditions(replace(selection, kind=None, period=question.period), sight)
    return [*wanted, deal.open.is_(False)] if state == "closed" else wanted


def _summed(
    connection: Connection, question: Question, state: State, sight: Sight, organization: Organization
) -> Groups:
    source, columns = _grouping(question, state, sight)
    won = deal.stage.in_(sight.names(StageKind.WON))
    stages = [*columns, deal.currency, deal.stage]
    query = (
        select(
            *stages,
            func.count(),
            func.count(deal.amount),
            func.sum(deal.amount),
            func.sum(deal.pushes),
            func.sum(case((won, 1), else_=0)),
        )
        .select_from(source)
        .where(*_where(question, state, sight))
        .group_by(*stages)
    )
    groups: Groups = defaultdict(Sums)
    n = len(columns)
    for row in connection.execute(query):
        keys = tuple(_named(d, row[i], organization) for i, d in enumerate(question.by))
        amount = row[n + 4] or Decimal(0)
        share = sight.norms.probabilities.get(row[n + 1], Decimal(0)) / 100
        is_won = bool(row[n + 6])
        groups[keys, row[n]].add(
            Sums(
                row[n + 2],
                row[n + 3],
                amount,
                amount * share,
                int(row[n + 5] or 0),
                int(row[n + 6] or 0),
                amount if is_won else Decimal(0),
            )
        )
    return groups


def _named(dimension: Dimension, key: Any, organization: Organization) -> str | None:
    """A key as it is folded: of an owner the person, the manager or the region."""
    if key is None or dimension not in OF_OWNER:
        return None if key is None or key == "" else str(key)
    person = organization.people.get(key)
    if dimension == "rep" or person is None:
        return str(key)
    return person.region if dimension == "region" else (person.manager_id or person.id)


def _grouping(question: Question, state: State, sight: Sight) -> tuple[Any, list[Any]]:
    """What deals are joined with, and the columns they are grouped by."""
    source: Any = t.deals
    columns: list[Any] = []
    if {"industry", "country"} & set(question.by):
        source = source.outerjoin(t.accounts, t.accounts.c.id == deal.account_id)
    for dimension in question.by:
        match dimension:
            case "rep" | "manager" | "region":
                columns.append(deal.owner_id)
            case "stage":
                columns.append(deal.stage)
            case "forecast":
                columns.append(deal.forecast)
            case "loss_reason":
                columns.append(deal.loss_reason)
            case "account":
                columns.append(deal.account_id)
            case "industry":
                columns.append(t.accounts.c.industry)
            case "country":
                columns.append(t.accounts.c.country)
            case "product":
                source = source.outerjoin(t.deal_products, t.deal_products.c.deal_id == deal.id)
                columns.append(t.deal_products.c.product_id)
            case "activity":
                columns.append(literal(None))
            case "month" | "quarter" | "week":
                columns.append(_bucket(dimension, question, state, sight.clock))
    return source, columns


def buckets(dimension: Dimension, question: Question, clock: Clock) -> list[tuple[str, Period]]:
    """The months, quarters or weeks of a period, each with its label; of no period the last year and the next."""
    today, fiscal = clock.today, clock.fiscal
    spans = (
        question.selection.created
        or question.period
        or Period(fiscal.quarter_around(today, -4).start, fiscal.quarter_around(today, 4).end)
    )
    return list(pieces(spans, dimension, fiscal))


def pieces(period: Period, dimension: str, fiscal: FiscalCalendar) -> Iterator[tuple[str, Period]]:
    """The months, fiscal quarters or weeks that lie in a period, or begin or end it in part."""
    day = period.start
    while day <= period.end:
        if dimension == "month":
            piece, label = Period.month(day.year, day.month), f"{day.year}-{day.month:02}"
        elif dimension == "week":
            piece = Period.week(day)
            label = piece.start.isoformat()
        else:
            year, quarter = fiscal.quarter_of(day)
            piece, label = fiscal.quarter(year, quarter), f"{year} Q{quarter}"
        yield label, Period(max(piece.start, period.start), min(piece.end, period.end))
        day = piece.end + timedelta(days=1)


def _bucket(dimension: Dimension, question: Question, state: State, clock: Clock) -> Any:
    """The label of the month, quarter or week in which a deal closes, was closed or was created."""
    found = buckets(dimension, question, clock)

    def inside(period: Period) -> Any:
        start, end = clock.bounds(period)
        if question.selection.created is not None:
            return deal.created.between(period.start, period.end)
        if state == "open":
            return deal.close_date.between(period.start, period.end)
        was_closed = and_(deal.open.is_(False), deal.closed_at >= start, deal.closed_at < end)
        if state != "any":
            return was_closed
        return was_closed | and_(deal.open.is_(True), deal.close_date.between(period.start, period.end))

    if not found:
        return literal(None)
    return case(*((inside(period), literal(label)) for label, period in found), else_=literal(None))


def _count_spread(
    connection: Connection,
    question: Question,
    state: State,
    measure: Measure,
    groups: Groups,
    sight: Sight,
    organization: Organization,
) -> None:
    """Count the values of a measure in each group."""
    source, columns = _grouping(question, state, sight)
    sqlite, clock = connection.dialect.name == "sqlite", sight.clock
    value: Any
    match measure:
        case "median_amount":
            value = deal.amount
        case "age_days":
            value = deal.created
        case "cycle_days":
            value = _day(deal.closed_at, clock, sqlite=sqlite)
        case "stage_days":
            value = func.coalesce(_day(deal.stage_since, clock, sqlite=sqlite), deal.created)
        case _:
            value = func.coalesce(_day(last_activity(clock), clock, sqlite=sqlite), deal.created)
    also = [deal.created] if measure == "cycle_days" else []
    grouped = [*columns, deal.currency, value, *also]
    query = (
        select(*grouped, func.count())
        .select_from(source)
        .where(*_where(question, state, sight), value.isnot(None))
        .group_by(*grouped)
    )
    n = len(columns)
    for row in connection.execute(query):
        keys = tuple(_named(d, row[i], organization) for i, d in enumerate(question.by))
        counted: Any = row[n + 1]
        if measure == "cycle_days":
            if row[n + 2] is None:
                continue
            counted = (_as_day(counted) - row[n + 2]).days
        elif measure != "median_amount":
            counted = (clock.today - _as_day(counted)).days
        groups[keys, row[n]].spread[measure][counted] += row[-1]


def _as_day(value: Any) -> date:
    return value if isinstance(value, date) and not isinstance(value, datetime) else date.fromisoformat(str(value)[:10])


def _day(moment: Any, clock: Clock, *, sqlite: bool) -> Any:
    """The company's day of a moment."""
    if not sqlite:
        return cast(func.timezone(clock.timezone, moment), Date)
    *earlier, (_, last) = clock.offsets(Period(EARLIEST, clock.today + timedelta(days=1)))
    shift = (
        case(*((moment < until, _seconds(offset)) for until, offset in earlier), else_=_seconds(last))
        if earlier
        else literal(_seconds(last))
    )
    return func.date(moment, shift)


def _seconds(offset: timedelta) -> str:
    return f"{round(offset.total_seconds()):+d} seconds"


class _Quotas:
    """What people owe in the question's period, by group of owners."""

    def __init__(self, question: Question, quotas: Sequence[Quota], organization: Organization, clock: Clock) -> None:
        self._question, self._quotas, self._organization = question, quotas, organization
        self._period = question.period or clock.quarter

    def of(self, keys: Keys | None, currency: str) -> Decimal | None:
        """The quota of a group in a currency; None where the group is none of people, or has no quota."""
        members = self._question.selection.owners or frozenset(self._organization.people)
        root: str | None = None
        if keys is not None:
            if len(keys) != 1 or self._question.by[0] not in OF_OWNER or keys[0] is None:
                return None
            match self._question.by[0]:
                case "rep":
                    members, root = members & {keys[0]}, None
                case "manager":
                    members, root = members & self._organization.tree(keys[0]), keys[0]
                case _:
                    members = frozenset(i for i in members if self._organization.people[i].region == keys[0])
                    root = _head(members, self._organization)
        else:
            root = _head(members, self._organization)
        found = quotas_for(self._quotas, self._period, root, members, self._organization)
        amounts = [q.target.amount for q in found if q.target.currency == currency]
        return sum(amounts, Decimal(0)) if amounts else None


def _head(members: frozenset[str], organization: Organization) -> str | None:
    """The person whose whole tree the members are, where there is one."""
    return next((p for p in sorted(members) if organization.tree(p) == members), None)


def _activities(engine: Engine, question: Question, sight: Sight, organization: Organization) -> Figures:
    """How many activities: of the selection's people, in the period, of one kind where asked."""
    a, clock = t.activities.c, sight.clock
    wanted: list[Any] = [a.at <= clock.now]
    selection = question.selection
    source: Any = t.activities
    if selection.owners is not None:
        wanted.append(a.author_id.in_(sorted(selection.owners)))
    if question.period:
        start, end = clock.bounds(question.period)
        wanted += [a.at >= start, a.at < end]
    if question.activity:
        wanted.append(a.kind == question.activity.value)
    if selection.accounts is not None or selection.ids is not None or "account" in question.by:
        source = t.activities.outerjoin(t.deals, deal.id == a.deal_id)
    account = func.coalesce(a.account_id, deal.account_id)
    if selection.accounts is not None:
        wanted.append(account.in_(sorted(selection.accounts)))
    if selection.ids is not None:
        wanted.append(a.deal_id.in_(sorted(selection.ids)))
    columns: list[Any] = []
    for dimension in question.by:
        if dimension in BUCKETS:
            found = buckets(dimension, question, clock)
            columns.append(
                case(
                    *(
                        (and_(a.at >= clock.bounds(p)[0], a.at < clock.bounds(p)[1]), literal(label))
                        for label, p in found
                    ),
                    else_=literal(None),
                )
            )
        else:
            columns.append(a.kind if dimension == "activity" else account if dimension == "account" else a.author_id)
    query = select(*columns, func.count()).select_from(source).where(*wanted)
    query = query.group_by(*columns) if columns else query
    counts: Counter[Keys] = Counter()
    with engine.connect() as connection:
        for row in connection.execute(query):
            counts[tuple(_named(d, row[i], organization) for i, d in enumerate(question.by))] += row[-1]
    rows = [Row(keys, {"activities": n}) for keys, n in _sorted(counts)] if question.by else []
    total = sum(counts.values())
    return Figures("", {"activities": total}, tuple(rows), records=total)


def _sorted(counts: Counter[Keys]) -> Iterable[tuple[Keys, int]]:
    return sorted(counts.items(), key=lambda item: tuple((p is None, p or "") for p in item[0]))
