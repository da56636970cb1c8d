"""Pipeline summaries: whose, for when, in which currency, with movement, risks and hygiene."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace

from bot.commands import SummarizePipeline
from bot.domain.deals import Deal
from bot.domain.periods import Period
from bot.handlers.books import Scope, load_book, region_scope, regions, scope_of, scopes_of
from bot.handlers.questions import remember
from bot.handlers.turn import Turn
from bot.pipeline.book import Book
from bot.pipeline.hygiene import RISKS, DealFinding, findings
from bot.pipeline.summary import Metrics, Summary, main_currency, quotas_for, summarize
from bot.prompts import phrase
from bot.replies import Finding, PeriodShown, PipelineReport, Refusal, Reply, ReportRow

SHOWN_FINDINGS = 60


def summarize_pipeline(command: SummarizePipeline, turn: Turn) -> list[Reply]:
    """A report for a scope the asker may read; in a channel only where all present may see it."""
    if command.by == "compare":
        scopes = scopes_of(command.whose, turn)
    elif command.by == "region":
        head = scope_of(command.whose, turn)
        if isinstance(head, Refusal):
            return [head]
        scopes = [s for s in (region_scope(r, turn) for r in regions(turn)) if s.owners <= head.owners] or [head]
    else:
        scopes = [scope_of(command.whose, turn)]
    refused = [s for s in scopes if isinstance(s, Refusal)]
    if refused:
        return [refused[0]]
    remember(command, turn)
    known = [s for s in scopes if isinstance(s, Scope)]
    period = _period(command, turn)
    whole = _whole(known)
    if len(known) > 1 and command.by == "region":
        head = scope_of(command.whose, turn)
        whole = head if isinstance(head, Scope) else whole
    book = load_book(whole.owners, turn, since=period)
    return [report(whole, known if len(known) > 1 else [], period, book, command.by, turn)]


def _period(command: SummarizePipeline, turn: Turn) -> Period:
    if command.period_from and command.period_to:
        return Period(command.period_from, command.period_to)
    return turn.desk.fiscal.quarter_around(turn.company_today)


def _whole(scopes: list[Scope]) -> Scope:
    if len(scopes) == 1:
        return scopes[0]
    owners = frozenset(o for s in scopes for o in s.owners)
    return Scope(" / ".join(s.label for s in scopes), owners, None)


def report(scope: Scope, parts: list[Scope], period: Period, book: Book, by: str | None, turn: Turn) -> PipelineReport:
    """The report with rows for its parts: regions or people compared, else people, else stages."""
    currency = turn.desk.currency or main_currency(book.open or book.deals)
    quotas = turn.desk.mirror.quotas(scope.owners)
    whole = replace(book, quotas=quotas_for(quotas, period, scope.head, scope.owners, turn.organization))
    summary = summarize(whole, period, currency)
    found = sorted(findings(whole), key=lambda f: (-(f.deal.amount or 0), f.deal.id, f.rule))
    rows = list(_rows(scope, parts, period, whole, currency, by, quotas, turn))
    for other in sorted({d.currency for d in whole.deals} - {currency}):
        label = phrase(turn.language, "other_currency", currency=other)
        rows.append(ReportRow(label=label, metrics=summarize(whole, period, other).metrics))
    place = turn.place(scope.owners)
    return PipelineReport(
        scope=scope.label if scope.label != "all" else phrase(turn.language, "scope_all"),
        period=PeriodShown(start=period.start, end=period.end),
        as_of=turn.now,
        currency=currency,
        metrics=_rounded(summary.metrics),
        rows=tuple(rows),
        findings=tuple(_finding(f, turn) for f in found[:SHOWN_FINDINGS]),
        sections=tuple(_sections(summary, found, whole, period, turn)),
        shareable=place == "ephemeral" and not turn.audience.external,
        audience=place,
        language=turn.language,
    )


def _rows(
    scope: Scope, parts: list[Scope], period: Period, book: Book, currency: str, by: str | None, quotas: list, turn: Turn  # type: ignore[type-arg]
) -> Iterable[ReportRow]:
    if parts:
        for part in parts:
            inside = book.only([d for d in book.deals if d.owner_id in part.owners], quotas_for(quotas, period, part.head, part.owners, turn.organization))
            own = main_currency(inside.open or inside.deals, currency)
            label = part.label if own == currency else f"{part.label} ({own})"
            yield ReportRow(label=label, metrics=_rounded(summarize(inside, period, own).metrics))
        return
    if by == "stage":
        for name in book.stages:
            inside = book.only([d for d in book.closing_in(period) if d.stage == name], [])
            if inside.deals:
                yield ReportRow(label=name, metrics=_short(summarize(inside, period, currency).metrics))
        return
    if len(scope.owners) > 1:
        for owner in sorted({d.owner_id for d in book.deals}, key=lambda i: turn.organization.people[i].name):
            own_quotas = [q for q in quotas if q.person_id == owner and period.start <= q.start and q.end <= period.end]
            inside = book.only([d for d in book.deals if d.owner_id == owner], own_quotas)
            yield ReportRow(label=turn.organization.people[owner].name, metrics=_rounded(summarize(inside, period, currency).metrics))


def _sections(summary: Summary, found: list[DealFinding], book: Book, period: Period, turn: Turn) -> Iterable[tuple[str, tuple[str, ...]]]:
    """By stage, movement, risks and hygiene, in words."""
    language = turn.language
    lines = []
    for name in book.stages:
        deals = [d for d in book.closing_in(period) if d.stage == name]
        if deals:
            amount = sum((d.value.amount for d in deals if d.currency == summary.currency), start=type(deals[0].value.amount)(0))
            lines.append(f"{name}: {len(deals)} · {amount:,.0f} {summary.currency}")
    yield phrase(language, "section_stages"), tuple(lines)
    moved = summary.movement
    kinds = {"new": moved.new, "advanced": moved.advanced, "pushed": moved.pushed, "won": moved.won, "lost": moved.lost}
    yield (
        phrase(language, "section_movement"),
        tuple(f"{phrase(language, 'moved_' + kind)}: {_names(deals)}" for kind, deals in kinds.items() if deals),
    )
    risks = [f for f in found if f.rule in RISKS]
    yield phrase(language, "section_risks"), tuple(f"{f.deal.name}: {_text(f, turn)}" for f in risks[:8])
    flaws = Counter(f.rule for f in found if f.rule not in RISKS)
    yield phrase(language, "section_hygiene"), tuple(f"{phrase(language, 'rule_' + rule, days='').strip()}: {n}" for rule, n in flaws.most_common())


def _names(deals: tuple[Deal, ...]) -> str:
    shown = ", ".join(d.name for d in deals[:5])
    return f"{len(deals)} ({shown}{', …' if len(deals) > 5 else ''})"


def _finding(finding: DealFinding, turn: Turn) -> Finding:
    return Finding(rule=finding.rule, deal=finding.deal.name, text=_text(finding, turn))


def _text(finding: DealFinding, turn: Turn) -> str:
    days = "" if finding.days is None else phrase(turn.language, "days", days=finding.days)
    return phrase(turn.language, f"rule_{finding.rule}", days=days).strip()


def _rounded(metrics: Metrics) -> Metrics:
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in metrics.items()}


def _short(metrics: Metrics) -> Metrics:
    return {name: metrics[name] for name in ("open_count", "open_amount", "weighted_amount")}
