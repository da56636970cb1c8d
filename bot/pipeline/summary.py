"""The metrics of a book for a period, as PRODUCT.md defines them."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from statistics import median

from bot.domain.deals import Deal, Quota, StageKind
from bot.domain.money import totals
from bot.domain.people import Organization
from bot.domain.periods import Period
from bot.pipeline.book import Book
from bot.pipeline.hygiene import findings, hygiene_score
from bot.pipeline.movement import Movement, movement

Metrics = dict[str, int | float | None]


@dataclass(frozen=True, slots=True)
class Summary:
    """Metrics in one currency (counts over all), with the movement behind the counts."""

    currency: str
    metrics: Metrics
    movement: Movement


def main_currency(deals: Iterable[Deal], default: str = "USD") -> str:
    """The currency of most deals; of equals the first by name."""
    counts = Counter(deal.currency for deal in deals)
    return min(counts, key=lambda c: (-counts[c], c)) if counts else default


def summarize(book: Book, period: Period, currency: str) -> Summary:
    """All metrics; one that cannot be computed (no quota, nothing closed) is None, never zero."""
    closing = book.closing_in(period)
    won, lost = book.closed_in(period, StageKind.WON), book.closed_in(period, StageKind.LOST)
    weighted = sum((d.value.amount * book.probabilities[d.stage] / 100 for d in closing if d.currency == currency), Decimal(0))
    won_amount, lost_amount, open_amount = (totals(d.value for d in deals).get(currency, Decimal(0)) for deals in (won, lost, closing))
    quota = _quota(book.quotas, currency)
    rate = _ratio(len(won), len(won) + len(lost))
    cycles = [(closed - d.created).days for d in won if d.created and (closed := book.closed_on(d))]
    cycle = float(median(cycles)) if cycles else None
    moved = movement(book)
    found = findings(book)
    won_here = [d for d in won if d.currency == currency]
    mean_won = float(won_amount) / len(won_here) if won_here else None
    velocity = len(closing) * mean_won * rate / cycle if mean_won is not None and rate is not None and cycle else None
    metrics: Metrics = {
        "open_count": len(closing),
        "open_amount": float(open_amount),
        "weighted_amount": float(weighted),
        "quota": float(quota) if quota is not None else None,
        "won_count": len(won),
        "won_amount": float(won_amount),
        "lost_count": len(lost),
        "lost_amount": float(lost_amount),
        "win_rate_count": rate,
        "win_rate_amount": _ratio(won_amount, won_amount + lost_amount),
        "coverage": _ratio(open_amount, quota - won_amount) if quota is not None and quota > won_amount else None,
        "needed_coverage": 1 / rate if rate else None,
        "cycle_days_median": cycle,
        "velocity_per_day": velocity,
        "slippage_rate": slippage(book, period),
        "hygiene_score": hygiene_score(book),
        "new_count": len(moved.new),
        "advanced_count": len(moved.advanced),
        "pushed_count": len(moved.pushed),
        "stalled_count": sum(f.rule == "stalled" for f in found),
    }
    return Summary(currency, metrics, moved)


def slippage(book: Book, period: Period) -> float | None:
    """Of the deals whose close date lay in the period at any moment of it, the share now open with a later one."""
    base = moved = 0
    first_moment = period.start.isoformat()
    for deal in book.deals:
        dates = _close_dates(deal, book, first_moment)
        if any(day in period for day in dates):
            base += 1
            moved += book.kind(deal) is StageKind.OPEN and deal.close_date is not None and deal.close_date > period.end
    return _ratio(moved, base)


def _close_dates(deal: Deal, book: Book, since: str) -> list[date]:
    """The close dates that the deal had since a day, the present one included."""
    changes = [c for c in book.field_changes.get(deal.id, ()) if c.field == "close_date" and c.at.isoformat() >= since]
    texts = [c.old for c in changes] + [c.new for c in changes]
    return [date.fromisoformat(text) for text in texts if text] + ([deal.close_date] if deal.close_date else [])


def _quota(quotas: Sequence[Quota], currency: str) -> Decimal | None:
    return totals(q.target for q in quotas).get(currency)


def quotas_for(quotas: Sequence[Quota], period: Period, root: str | None, members: frozenset[str], organization: Organization) -> list[Quota]:
    """The quotas of a scope: for each team the manager's own row for the period where there is one, else the reps' rows.

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


def _ratio(part: float | Decimal, whole: float | Decimal) -> float | None:
    return float(part) / float(whole) if whole else None
