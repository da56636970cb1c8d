"""Pipeline summaries: whose, which deals, for when, broken down how, in which currency."""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from pydantic import ValidationError

from bot.contract.commands.asking import SummarizePipeline
from bot.contract.phrases import phrase
from bot.contract.replies.base import PeriodShown, Reply, ReportRow
from bot.contract.replies.notices import Refusal
from bot.contract.replies.reports import PipelineReport
from bot.domain.deals import FORECASTS
from bot.domain.people import Role
from bot.domain.periods import Period
from bot.handlers.asking.buttons import VALUE_MOST, behind, openings
from bot.handlers.asking.charts import rows_chart
from bot.handlers.asking.scopes import (
    Asked,
    Scope,
    joined,
    region_scope,
    regions,
    scope_of,
    scopes_of,
    selection_of,
    which_person,
)
from bot.handlers.asking.sections import finding, moves_span, tell
from bot.handlers.turn import Turn
from bot.pipeline.figures import Metrics, Tallies, main_currency, metrics_of, quotas_for
from bot.pipeline.selection import Selection

FINDINGS_MOST = 60
PERIODS_MOST = 24


def summarize_pipeline(command: SummarizePipeline, turn: Turn) -> list[Reply]:
    """A report for a scope the asker may read; in a channel only where all present may see it."""
    unclear = which_person(command, turn)
    if unclear:
        return [unclear]
    scopes = scopes_of(command.whose, turn) if command.by == "compare" else [scope_of(command.whose, turn)]
    known: list[Scope] = []
    for scope in scopes:
        if isinstance(scope, Refusal):
            return [scope]
        known.append(scope)
    whole = joined(known)
    selection = selection_of(command, whole, turn)
    if isinstance(selection, Refusal):
        return [selection]
    remember(command, turn)
    return [report(_asked(command, whole, tuple(known), selection, turn), turn)]


def post_here(query: str, turn: Turn) -> list[Reply]:
    """Share a report with all in this channel: for a manager of those facts, never outside the company, audited."""
    try:
        asked = SummarizePipeline.model_validate_json(query)
    except ValidationError:
        return [turn.refuse("expired", "no_such_card")]
    found = summarize_pipeline(asked, turn)
    reply = found[0]
    if not isinstance(reply, PipelineReport) or reply.audience == "channel":
        return found
    scopes = scopes_of(asked.whose, turn) if asked.by == "compare" else [scope_of(asked.whose, turn)]
    owners = frozenset(o for s in scopes if isinstance(s, Scope) for o in s.owners)
    leads = turn.organization.role(turn.person.id) is not Role.REP and owners <= turn.organization.tree(turn.person.id)
    if not leads:
        return [turn.refuse("not_allowed", "post_managers_only")]
    turn.desk.audit.shared(turn.person.id, f"{reply.scope} → {turn.audience.channel}", turn.desk.new_id(), turn.now)
    return [reply.model_copy(update={"audience": "channel", "shareable": False})]


def remember(command: Any, turn: Turn) -> None:
    """What a short follow-up (“and last quarter?”) changes."""
    query = {"command": type(command).__name__, **command.model_dump(mode="json")}
    turn.conversation = turn.conversation.model_copy(update={"last_query": query, "aids": None})


def _asked(
    command: SummarizePipeline, scope: Scope, parts: tuple[Scope, ...], selection: Selection, turn: Turn
) -> Asked:
    period = _period(command, turn)
    moves = moves_span(command, turn)
    tallies = turn.desk.records.tallies(selection, period, turn.sight, moves=moves)
    quotas = tuple(turn.desk.mirror.quotas(scope.owners))
    return Asked(
        command, scope, parts, selection, period, turn.desk.currency or main_currency(tallies), quotas, tallies
    )


def _period(command: SummarizePipeline, turn: Turn) -> Period:
    if command.view == "movement":
        return turn.clock.quarter
    if command.period_from and command.period_to:
        return Period(command.period_from, command.period_to)
    if command.by in {"month", "quarter"}:
        today, fiscal = turn.company_today, turn.desk.fiscal
        return Period(
            fiscal.quarter_around(today, -3 if command.by == "quarter" else -1).start, fiscal.quarter_around(today).end
        )
    return turn.clock.quarter


def report(asked: Asked, turn: Turn) -> PipelineReport:
    """The metrics of the whole, its parts as rows, the findings, and what the view is about in words."""
    metrics = _metrics(asked, asked.tallies, asked.scope, asked.currency, turn)
    found = turn.desk.records.findings(asked.selection, turn.sight, FINDINGS_MOST)
    shown = asked.scope.label if asked.scope.label != "all" else phrase(turn.language, "scope_all")
    place = turn.place(asked.scope.owners)
    told = tell(asked, list(_parts(asked, turn)), found, metrics, turn)
    rows = tuple(_rows(asked, turn))
    broken_down = asked.command.by is not None or asked.command.versus_from is not None
    return PipelineReport(
        view=asked.command.view,
        scope=f"{shown}{_narrowed(asked.command)}",
        period=PeriodShown(start=asked.period.start, end=asked.period.end),
        as_of=turn.now,
        currency=asked.currency,
        metrics=_rounded({**metrics, **told.metrics}),
        rows=rows,
        left_out=asked.command.left_out,
        findings=tuple(finding(status, rule, turn) for status in found for rule in status.rules)[:FINDINGS_MOST],
        sections=tuple(told.sections),
        openings=openings(asked, metrics),
        picture=rows_chart(rows, asked.currency, turn) if broken_down else told.picture,
        shareable=place == "ephemeral" and not turn.audience.external,
        query=_query(asked.command),
        audience=place,
        language=turn.language,
        locale=turn.locale.tag,
    )


def _query(command: SummarizePipeline) -> str:
    """The question for a button's value; none where it is too long for one."""
    text = command.model_dump_json(exclude_defaults=True)
    return text if len(text) <= VALUE_MOST else ""


def _narrowed(command: SummarizePipeline) -> str:
    """The conditions beside whose and when, for the title."""
    said = [command.deal, *command.products, command.industry, command.stage, command.forecast]
    if command.min_amount is not None:
        said.append(f"> {command.min_amount:,f}")
    if command.max_amount is not None:
        said.append(f"< {command.max_amount:,f}")
    return "".join(f" · {word}" for word in said if word)


def _metrics(asked: Asked, tallies: Tallies, scope: Scope, currency: str, turn: Turn) -> Metrics:
    quotas = (
        quotas_for(asked.quotas, asked.period, scope.head, scope.owners, turn.organization) if asked.whole_book else []
    )
    return metrics_of(tallies, quotas, currency)


def _rows(asked: Asked, turn: Turn) -> Iterator[ReportRow]:
    command = asked.command
    match command.by:
        case "month" | "quarter":
            yield from _period_rows(asked, turn)
        case "product" | "industry":
            yield from _group_rows(asked, turn)
        case "stage":
            for name in turn.sight.stages:
                stage = replace(asked.tallies, open=[t for t in asked.tallies.open if t.stage == name])
                if any(t.closing for t in stage.open):
                    yield ReportRow(
                        label=name,
                        metrics=_short(metrics_of(stage, [], asked.currency)),
                        query=behind(asked, stage=name, stage_onward=False),
                    )
        case "forecast":
            for category in (*FORECASTS, None):
                part = replace(asked.tallies, open=[t for t in asked.tallies.open if t.forecast == category])
                if any(t.closing for t in part.open):
                    label = category or phrase(turn.language, "forecast_none")
                    query = behind(asked, forecast=category) if category else ""
                    yield ReportRow(label=label, metrics=_short(metrics_of(part, [], asked.currency)), query=query)
        case _:
            if command.versus_from and command.versus_to:
                yield from _versus_rows(asked, Period(command.versus_from, command.versus_to), turn)
            yield from _people_rows(asked, turn)
    for other in sorted({key.currency for key in asked.tallies.keys} - {asked.currency}):
        label = phrase(turn.language, "other_currency", currency=other)
        yield ReportRow(label=label, metrics=_rounded(_metrics(asked, asked.tallies, asked.scope, other, turn)))


def _people_rows(asked: Asked, turn: Turn) -> Iterator[ReportRow]:
    """Regions, teams or people; each in the currency of most of its deals, which its label then names."""
    by_owner = asked.tallies.by_owner()
    for part in _parts(asked, turn):
        inside = Tallies.joined([by_owner[owner] for owner in sorted(part.owners & by_owner.keys())])
        own = turn.desk.currency or main_currency(inside, asked.currency)
        label = part.label if own == asked.currency else f"{part.label} ({own})"
        whole = part.head is not None and part.owners == turn.organization.tree(part.head)
        query = behind(asked, whose=part.head) if whole else ""
        yield ReportRow(label=label, metrics=_rounded(_metrics(asked, inside, part, own, turn)), query=query)


def _parts(asked: Asked, turn: Turn) -> Iterable[Scope]:
    organization, scope, by = turn.organization, asked.scope, asked.command.by
    if len(asked.parts) > 1:
        return asked.parts
    if by == "region":
        found = [
            replace(r, owners=r.owners & scope.owners)
            for r in (region_scope(name, turn) for name in regions(turn))
            if r.owners & scope.owners
        ]
        return found or [scope]
    if by == "manager":
        heads = [
            p
            for p in organization.people.values()
            if p.id in scope.owners and p.id != scope.head and organization.role(p.id) is not Role.REP
        ]
        return [Scope(p.name, organization.tree(p.id) & scope.owners, p.id) for p in heads] or [scope]
    owners = {key.owner for key in asked.tallies.keys}
    if by != "rep" and len(scope.owners) <= 1:
        return []
    return [
        Scope(organization.people[o].name, frozenset({o}), o)
        for o in sorted(owners, key=lambda i: organization.people[i].name)
    ]


def _group_rows(asked: Asked, turn: Turn) -> Iterator[ReportRow]:
    by: Any = asked.command.by
    tallies = turn.desk.records.tallies(asked.selection, asked.period, turn.sight, by=by)
    products = turn.desk.mirror.snapshot.products
    groups = {key.group for key in tallies.keys}
    names = {
        g: (products[g].name if by == "product" and g in products else g) or phrase(turn.language, "none")
        for g in groups
    }
    for group in sorted(groups, key=lambda g: (g is None, names[g])):
        inside = tallies.where(lambda key, group=group: key.group == group)  # type: ignore[misc]
        query = (
            behind(asked, **({"products": (names[group],)} if by == "product" else {"industry": group}))
            if group
            else ""
        )
        yield ReportRow(label=names[group], metrics=_rounded(metrics_of(inside, [], asked.currency)), query=query)


def _period_rows(asked: Asked, turn: Turn) -> Iterator[ReportRow]:
    for label, period in _pieces(asked.period, asked.command.by or "", turn):
        tallies = turn.desk.records.tallies(asked.selection, period, turn.sight)
        part = replace(asked, period=period)
        yield ReportRow(
            label=label,
            metrics=_rounded(_metrics(part, tallies, asked.scope, asked.currency, turn)),
            query=behind(part),
        )


def _pieces(period: Period, by: str, turn: Turn) -> Iterator[tuple[str, Period]]:
    """The months or fiscal quarters that begin or lie in a period."""
    day: date = period.start
    for _ in range(PERIODS_MOST):
        if day > period.end:
            return
        if by == "month":
            piece, label = Period.month(day.year, day.month), f"{day.year}-{day.month:02}"
        else:
            year, quarter = turn.desk.fiscal.quarter_of(day)
            piece, label = turn.desk.fiscal.quarter(year, quarter), f"Q{quarter} {year}"
        yield label, Period(max(piece.start, period.start), min(piece.end, period.end))
        day = piece.end + timedelta(days=1)


def _versus_rows(asked: Asked, other: Period, turn: Turn) -> Iterator[ReportRow]:
    for period in (asked.period, other):
        tallies = (
            asked.tallies if period == asked.period else turn.desk.records.tallies(asked.selection, period, turn.sight)
        )
        part = replace(asked, period=period)
        metrics = _metrics(part, tallies, asked.scope, asked.currency, turn)
        yield ReportRow(
            label=f"{period.start.isoformat()} – {period.end.isoformat()}",
            metrics=_rounded(metrics),
            query=behind(part),
        )


def _rounded(metrics: Metrics) -> Metrics:
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in metrics.items()}


def _short(metrics: Metrics) -> Metrics:
    return {name: metrics[name] for name in ("open_count", "open_amount", "weighted_amount")}
