"""Findings on open deals: what is missing or out of date (hygiene), and what is at risk."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from bot.domain.deals import Deal, StageKind
from bot.domain.periods import day_in
from bot.pipeline.book import Book

Rule = Literal[
    "close_date_past",
    "no_next_step",
    "next_step_unchanged",
    "no_amount",
    "amount_zero",
    "close_date_unchanged",
    "stage_skipped",
    "single_contact",
    "no_contact",
    "account_missing",
    "stalled",
    "overaged",
]
RISKS: frozenset[Rule] = frozenset({"stalled", "overaged"})


@dataclass(frozen=True, slots=True)
class DealFinding:
    """A rule that a deal breaks; `days` where the rule counts days."""

    rule: Rule
    deal: Deal
    days: int | None = None


def findings(book: Book) -> list[DealFinding]:
    """All findings and risks of the book's open deals (PRODUCT: Metrics, hygiene findings)."""
    found: list[DealFinding] = []
    for deal in book.open:
        found += _hygiene(deal, book)
        found += _risks(deal, book)
    return found


def _hygiene(deal: Deal, book: Book) -> list[DealFinding]:
    limits, today = book.thresholds, book.today
    found: list[DealFinding] = []

    def add(rule: Rule, days: int | None = None) -> None:
        found.append(DealFinding(rule, deal, days))

    if deal.close_date and deal.close_date < today:
        add("close_date_past", (today - deal.close_date).days)
    if not deal.next_step or not deal.next_step_due:
        add("no_next_step")
    else:
        days = _unchanged(deal, "next_step", book)
        if days is not None and days >= limits.next_step_days:
            add("next_step_unchanged", days)
    if deal.amount is None:
        add("no_amount")
    elif deal.amount == 0:
        add("amount_zero")
    days = _unchanged(deal, "close_date", book)
    if deal.close_date and days is not None and days >= limits.close_date_days:
        add("close_date_unchanged", days)
    if _skipped(deal, book):
        add("stage_skipped")
    if not deal.contact_ids:
        add("no_contact")
    elif len(deal.contact_ids) == 1 and deal.amount and deal.amount > limits.single_contact_amounts.get(deal.currency, deal.amount):
        add("single_contact")
    if deal.account_id is None:
        add("account_missing")
    return found


def _risks(deal: Deal, book: Book) -> list[DealFinding]:
    found = []
    quiet = days_quiet(deal, book)
    if quiet is not None and quiet >= stalled_after(deal, book):
        found.append(DealFinding("stalled", deal, quiet))
    age, typical = book.days_in_stage(deal), book.typical_days.get(deal.stage)
    if age is not None and typical is not None and age > book.thresholds.overaged_factor * typical:
        found.append(DealFinding("overaged", deal, age))
    return found


def days_quiet(deal: Deal, book: Book) -> int | None:
    """Days since the last activity, or since creation where there was none."""
    last = book.last_activity.get(deal.id)
    since: date | None = day_in(last, book.timezone) if last else deal.created
    return (book.today - since).days if since else None


def stalled_after(deal: Deal, book: Book) -> int:
    """Days without activity that make this deal stalled: fewer when it closes this quarter."""
    closing = deal.close_date in book.fiscal.quarter_around(book.today)
    return book.thresholds.stalled_days_closing if closing else book.thresholds.stalled_days


def _unchanged(deal: Deal, field: str, book: Book) -> int | None:
    changes = [c for c in book.field_changes.get(deal.id, ()) if c.field == field]
    since = day_in(changes[-1].at, book.timezone) if changes else deal.created
    return (book.today - since).days if since else None


def _skipped(deal: Deal, book: Book) -> bool:
    """Whether a stage was left out going up."""
    ladder = [s.name for s in book.stages.values() if s.kind is StageKind.OPEN]
    place = {name: n for n, name in enumerate(ladder)}
    for change in book.stage_changes.get(deal.id, ()):
        before, after = place.get(change.from_stage or ""), place.get(change.to_stage)
        if before is not None and after is not None and after - before > 1:
            return True
    return False


def hygiene_score(book: Book) -> float | None:
    """Share of open deals without a hygiene finding; None where there are none."""
    deals = book.open
    if not deals:
        return None
    flawed = {f.deal.id for f in findings(book) if f.rule not in RISKS}
    return 1 - len(flawed) / len(deals)
