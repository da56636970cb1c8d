"""The metrics of a scope for a period, as PRODUCT.md defines them, from what was tallied."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import TypeVar

from bot.domain.deals import Quota
from bot.domain.money import totals
from bot.domain.people import Organization
from bot.domain.periods import Period
from bot.pipeline.rules import RULES, Rule
from bot.pipeline.selection import MOVES, Move

Metrics = dict[str, int | float | None]


@dataclass(frozen=True, slots=True)
class Key:
    """What one row of a tally is about; `group` is the value of the breakdown, where there is one."""

    owner: str
    currency: str
    group: str | None = None


@dataclass(frozen=True, slots=True)
class OpenTally:
    """Open deals of one owner, stage and forecast category: `closing` those whose close date lies in the period."""

    key: Key
    stage: str
    forecast: str | None
    closing: int
    closing_amount: Decimal
    deals: int
    flawed: int
    rules: Mapping[Rule, int]


@dataclass(frozen=True, slots=True)
class ClosedTally:
    key: Key
    won: bool
    deals: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class CountTally:
    """A number of deals: by days of cycle, by kind of move, or of slippage (`what`)."""

    key: Key
    what: int | str
    deals: int


Kept = TypeVar("Kept", OpenTally, ClosedTally, CountTally)


@dataclass(frozen=True)
class Tallies:
    """All that the metrics of a period are made of; a part of it is a tally again, so parts sum to the whole."""

    open: Sequence[OpenTally] = ()
    closed: Sequence[ClosedTally] = ()
    cycles: Sequence[CountTally] = ()
    moves: Sequence[CountTally] = ()
    slips: Sequence[CountTally] = ()
    probabilities: Mapping[str, Decimal] = field(default_factory=dict)

    def where(self, holds: Callable[[Key], bool]) -> "Tallies":
        def part(rows: Sequence[CountTally]) -> list[CountTally]:
            return [row for row in rows if holds(row.key)]

        return Tallies(
            [row for row in self.open if holds(row.key)],
            [row for row in self.closed if holds(row.key)],
            part(self.cycles),
            part(self.moves),
            part(self.slips),
            self.probabilities,
        )

    def by_owner(self) -> dict[str, "Tallies"]:
        """The tally of each owner."""

        def apart(rows: Sequence[Kept]) -> dict[str, list[Kept]]:
            found: dict[str, list[Kept]] = defaultdict(list)
            for row in rows:
                found[row.key.owner].append(row)
            return found

        open_, closed, cycles, moves, slips = (
            apart(self.open),
            apart(self.closed),
            apart(self.cycles),
            apart(self.moves),
            apart(self.slips),
        )
        owners = {*open_, *closed, *cycles, *moves, *slips}
        return {o: Tallies(open_[o], closed[o], cycles[o], moves[o], slips[o], self.probabilities) for o in owners}

    @classmethod
    def joined(cls, parts: Sequence["Tallies"]) -> "Tallies":
        """Several tallies as one."""
        return cls(
            [row for part in parts for row in part.open],
            [row for part in parts for row in part.closed],
            [row for part in parts for row in part.cycles],
            [row for part in parts for row in part.moves],
            [row for part in parts for row in part.slips],
            parts[0].probabilities if parts else {},
        )

    @cached_property
    def keys(self) -> frozenset[Key]:
        return frozenset(row.key for rows in (self.open, self.closed, self.moves) for row in rows)

    def weighted(self, currency: str) -> Decimal:
        """Σ amount × probability of the stage over the deals closing in the period."""
        return sum(
            (t.closing_amount * self.probabilities[t.stage] / 100 for t in self.open if t.key.currency == currency),
            Decimal(0),
        )

    def rule_counts(self) -> dict[Rule, int]:
        return {rule: n for rule in RULES if (n := sum(t.rules[rule] for t in self.open))}

    def move_count(self, move: Move) -> int:
        return sum(t.deals for t in self.moves if t.what == move)


def main_currency(tallies: Tallies, default: str = "USD") -> str:
    """The currency of most open deals, of most closed ones where none is open."""
    counts: Counter[str] = Counter()
    for row in tallies.open or tallies.closed:
        counts[row.key.currency] += row.deals
    return commonest(counts, default)


def commonest(counts: Mapping[str, int], default: str) -> str:
    """The currency that comes most often; of equals the first by name."""
    return min(counts, key=lambda c: (-counts[c], c)) if counts else default


def metrics_of(tallies: Tallies, quotas: Sequence[Quota], currency: str) -> Metrics:
    """All metrics, amounts in one currency and counts over all; one that cannot be computed is None, never zero."""
    here = [t for t in tallies.open if t.key.currency == currency]
    open_count, open_amount = sum(t.closing for t in tallies.open), sum((t.closing_amount for t in here), Decimal(0))
    won, lost = (sum(t.deals for t in tallies.closed if t.won is kind) for kind in (True, False))
    won_here = sum(t.deals for t in tallies.closed if t.won and t.key.currency == currency)
    won_amount, lost_amount = (
        sum((t.amount for t in tallies.closed if t.won is kind and t.key.currency == currency), Decimal(0))
        for kind in (True, False)
    )
    quota = totals(q.target for q in quotas).get(currency)
    rate, cycle = _ratio(won, won + lost), median_of((int(row.what), row.deals) for row in tallies.cycles)
    mean_won = float(won_amount) / won_here if won_here else None
    base, slipped = (sum(t.deals for t in tallies.slips if t.what == what) for what in ("base", "moved"))
    deals = sum(t.deals for t in tallies.open)
    return {
        "open_count": open_count,
        "open_amount": float(open_amount),
        "weighted_amount": float(tallies.weighted(currency)),
        "quota": float(quota) if quota is not None else None,
        "won_count": won,
        "won_amount": float(won_amount),
        "won_amount_mean": mean_won,
        "lost_count": lost,
        "lost_amount": float(lost_amount),
        "win_rate_count": rate,
        "win_rate_amount": _ratio(won_amount, won_amount + lost_amount),
        "coverage": _ratio(open_amount, quota - won_amount) if quota is not None and quota > won_amount else None,
        "needed_coverage": 1 / rate if rate else None,
        "cycle_days_median": cycle,
        "velocity_per_day": open_count * mean_won * rate / cycle
        if mean_won is not None and rate is not None and cycle
        else None,
        "slippage_rate": _ratio(slipped, base),
        "hygiene_score": 1 - sum(t.flawed for t in tallies.open) / deals if deals else None,
        **{f"{move}_count": tallies.move_count(move) for move in MOVES if move not in {"won", "lost"}},
        "stalled_count": sum(t.rules["stalled"] for t in tallies.open),
    }


def quotas_for(
    quotas: Sequence[Quota], period: Period, root: str | None, members: frozenset[str], organization: Organization
) -> list[Quota]:
    """The quotas of a scope: for each team the manager's own row for the period where there is one, else the reps'
    rows.

    `root` is the person the scope hangs on; None for a set of people without a common head.
    """
    inside = [q for q in quotas if period.start <= q.start and q.end <= period.end]

    def of(person_id: str) -> list[Quota]:
        own = [q for q in inside if q.person_id == person_id]
        if own:
            return own
        return [q for report in organization.reports(person_id) if report.id in members for q in of(report.id)]

    if root is not None:
        return of(root)
    return [q for q in inside if q.person_id in members]


def median_of(counts: Iterable[tuple[int, int]]) -> float | None:
    """The median of numbers given as (number, how often); None of nothing."""
    spread: Counter[int] = Counter()
    for value, often in counts:
        spread[value] += often
    total, seen = sum(spread.values()), 0
    middle: list[int] = []
    for value in sorted(spread):
        middle += [value for place in ((total - 1) // 2, total // 2) if seen <= place < seen + spread[value]]
        seen += spread[value]
    return sum(middle) / 2 if middle else None


def _ratio(part: float | Decimal, whole: float | Decimal) -> float | None:
    return float(part) / float(whole) if whole else None
