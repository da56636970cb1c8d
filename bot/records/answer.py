"""The value of each measure of a question, by group, from what was summed."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection, Engine

from bot.domain.deals import Quota
from bot.domain.people import Organization
from bot.pipeline.figures import commonest, median_of
from bot.pipeline.measures import ALWAYS, OF_QUOTA, UNITS, Measure, State
from bot.records.conditions import Sight
from bot.records.counted import count_accounts, count_activities
from bot.records.owed import Owed
from bot.records.question import Figures, Keys, Question, Row, in_order
from bot.records.sums import SPREAD, Groups, Sums, count_spread, summed


@dataclass
class Folded:
    """Groups' sums: of all deals with amounts in one currency, and of the deals in that currency alone."""

    currency: str
    whole: dict[Keys, Sums]
    here: dict[Keys, Sums]

    @classmethod
    def of(cls, groups: Groups, currency: str) -> "Folded":
        whole: dict[Keys, Sums] = defaultdict(Sums)
        here: dict[Keys, Sums] = defaultdict(Sums)
        for (keys, other), sums in groups.items():
            if other == currency:
                here[keys].add(sums)
                whole[keys].add(sums)
            else:
                whole[keys].add(replace(sums, amount=Decimal(0), weighted=Decimal(0), won_amount=Decimal(0)))
        return cls(currency, whole, here)


def answer(
    engine: Engine,
    question: Question,
    sight: Sight,
    organization: Organization,
    quotas: Sequence[Quota],
    currency: str | None = None,
) -> Figures:
    """The figures of a question; `currency` is the company's, else that of most deals counted.

    Of several products a deal counts in each one's row, and once in the total.
    """
    if "activities" in question.measures:
        return count_activities(engine, question, sight, organization)
    if "accounts" in question.measures:
        return count_accounts(engine, question, organization)
    undivided = replace(question, by=())
    with engine.connect() as connection:
        groups = _counted(connection, question, sight, organization)
        totals = (
            _counted(connection, undivided, sight, organization)
            if "product" in question.by
            else {state: _merged(found) for state, found in groups.items()}
        )
    main = currency or _main(totals)
    owed = Owed(question, quotas, organization, sight.clock)

    def values(folded: Mapping[State, Folded], keys: Keys, measures: Sequence[Measure]) -> dict[Measure, float | None]:
        return {m: _value(m, folded[_state(m, question)], keys, of_all[_state(m, question)], owed) for m in measures}

    whole = _folded(totals, main)
    of_all = {state: folded.whole[()].deals for state, folded in whole.items()}
    found = _folded(groups, main) if question.by else {}
    keys = sorted({k for folded in found.values() for k in folded.whole}, key=in_order)
    rows = tuple(Row(k, values(found, k, question.measures)) for k in keys)
    money = [m for m in question.measures if UNITS[m] == "money" and m not in OF_QUOTA]
    currencies = {c for each in totals.values() for _, c in each} - {main}
    others = {c: values(_folded(totals, c), (), money) for c in sorted(currencies) if money}
    first = whole[_state(question.measures[0], question)].whole[()]
    without = {"amount": first.deals - first.valued} if first.deals > first.valued else {}
    return Figures(main, values(whole, (), question.measures), rows, others, first.deals, without)


def _state(measure: Measure, question: Question) -> State:
    """Which deals count for a measure."""
    return "won" if measure in OF_QUOTA else ALWAYS.get(measure, question.state)


def _counted(
    connection: Connection, question: Question, sight: Sight, organization: Organization
) -> dict[State, Groups]:
    """What the measures rest on, by the state of the deals that count."""
    by_state: dict[State, Groups] = {}
    for measure in question.measures:
        state = _state(measure, question)
        if state not in by_state:
            by_state[state] = summed(connection, question, state, sight, organization)
        if measure in SPREAD:
            count_spread(connection, question, state, measure, by_state[state], sight, organization)
    return by_state


def _merged(groups: Groups) -> Groups:
    whole: Groups = defaultdict(Sums)
    for (_, currency), sums in groups.items():
        whole[(), currency].add(sums)
    return whole


def _folded(by_state: Mapping[State, Groups], currency: str) -> dict[State, Folded]:
    return {state: Folded.of(groups, currency) for state, groups in by_state.items()}


def _main(by_state: Mapping[State, Groups]) -> str:
    counts: Counter[str] = Counter()
    for groups in by_state.values():
        for (_, currency), sums in groups.items():
            counts[currency] += sums.deals
    return commonest(counts, "USD")


def _value(measure: Measure, folded: Folded, keys: Keys, of_all: int, owed: Owed) -> float | None:
    """One measure of one group, None where it cannot be computed (PRODUCT: Metrics)."""
    all_, here = folded.whole[keys], folded.here[keys]
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
            return all_.deals / of_all if of_all else None
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
            return _of_quota(measure, float(here.amount), owed.of(keys, folded.currency))
        case "activities" | "accounts":
            return None


def _of_quota(measure: Measure, won: float, quota: Decimal | None) -> float | None:
    if quota is None:
        return None
    return {"quota": float(quota), "attainment": won / float(quota), "gap": float(quota) - won}[measure]


def _median(counts: Counter[Any]) -> float | None:
    if any(isinstance(value, Decimal) for value in counts):
        cents = Counter({int(value * 100): n for value, n in counts.items()})
        middle = median_of(cents.items())
        return None if middle is None else middle / 100
    return median_of(counts.items())


def _mean(counts: Counter[int]) -> float | None:
    total = sum(counts.values())
    return sum(value * n for value, n in counts.items()) / total if total else None
