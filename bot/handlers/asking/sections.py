"""What a report says in words: stages, movement, forecast, conversion, risks, hygiene."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from bot.contract.commands.asking import SummarizePipeline
from bot.contract.phrases import phrase
from bot.contract.replies.reports import Chart, Finding, Line
from bot.domain.deals import FORECASTS, StageKind
from bot.domain.money import format_money
from bot.domain.periods import Period
from bot.handlers.asking.buttons import WHOLE, behind, fix_value
from bot.handlers.asking.charts import conversion_chart, forecast_chart, stages_chart, waterfall_chart
from bot.handlers.asking.scopes import Asked, Scope
from bot.handlers.asking.scoreboard import scoreboard
from bot.handlers.turn import Turn
from bot.pipeline.deal_status import Conversion, DealStatus
from bot.pipeline.figures import Metrics
from bot.pipeline.forecast import RUNS, SEED, Landing, by_category, simulate
from bot.pipeline.movement import CAUSES, steps
from bot.pipeline.rules import RISKS, Rule
from bot.pipeline.selection import MOVES, Span
from bot.storage.forecasts import KeptForecast

Section = tuple[str, tuple[str | Line, ...]]
RISKS_SHOWN, FLAWS_SHOWN, NAMES_SHOWN = 8, 20, 5


@dataclass(frozen=True, slots=True)
class Sections:
    """What a view says in words, the metrics that belong to it alone, and its chart."""

    sections: list[Section]
    metrics: Metrics = field(default_factory=dict)
    picture: Chart | None = None


def tell(asked: Asked, parts: Sequence[Scope], found: Sequence[DealStatus], metrics: Metrics, turn: Turn) -> Sections:
    """The report of a view in words and as a picture."""
    match asked.command.view:
        case "forecast":
            return _forecast(asked, metrics, turn)
        case "movement":
            section, picture = _waterfall(asked, turn)
            return Sections([section, _moves(asked, turn)], picture=picture)
        case "conversion":
            conversions = turn.desk.records.conversion(asked.selection, turn.sight)
            return Sections([_conversion(conversions, turn)], picture=conversion_chart(conversions, turn))
        case "hygiene":
            return Sections([_fixes(found, turn), _flaws(asked, turn)])
        case "scoreboard":
            return Sections([scoreboard(asked, parts, turn), _flaws(asked, turn)])
        case "summary":
            said_here = [_stages(asked, turn), _moves(asked, turn), _risks(found, turn), _flaws(asked, turn)]
            return Sections(said_here, picture=stages_chart(asked.tallies, metrics, asked.currency, turn))


def finding(status: DealStatus, rule: Rule, turn: Turn) -> Finding:
    return Finding(rule=rule, deal=status.deal.name, text=said(status, rule, turn))


def said(status: DealStatus, rule: Rule, turn: Turn) -> str:
    """A finding in words, with the days it has lasted."""
    lasted = status.days(rule, turn.company_today)
    days = "" if lasted is None else phrase(turn.language, "days", days=lasted)
    return phrase(turn.language, f"rule_{rule}", days=days).strip()


def _stages(asked: Asked, turn: Turn) -> Section:
    lines = []
    for name in turn.sight.stages:
        rows = [t for t in asked.tallies.open if t.stage == name and t.closing]
        if rows:
            amount = sum((t.closing_amount for t in rows if t.key.currency == asked.currency), Decimal(0))
            lines.append(f"{name}: {sum(t.closing for t in rows)} · {format_money(amount, asked.currency)}")
    return phrase(turn.language, "section_stages"), tuple(lines)


def _moves(asked: Asked, turn: Turn) -> Section:
    span = moves_span(asked.command, turn)
    lines = []
    counts = {move: count for move in MOVES if (count := asked.tallies.move_count(move))}
    for move, names in turn.desk.records.movers(asked.selection, counts, span, turn.sight, NAMES_SHOWN).items():
        more = ", …" if counts[move] > len(names) else ""
        lines.append(f"{phrase(turn.language, 'moved_' + move)}: {counts[move]} ({', '.join(names)}{more})")
    return phrase(turn.language, "section_movement" if span == turn.clock.last_days(7) else "section_moved"), tuple(
        lines
    )


def moves_span(command: SummarizePipeline, turn: Turn) -> Span:
    """The span in which movement is counted: the one asked for, else the last 7 days."""
    start, end = command.period_from, command.period_to
    if command.view != "movement" or start is None or end is None or (end == turn.today and (end - start).days == 7):
        return turn.clock.last_days(7)
    first, last = turn.clock.bounds(Period(start, end))
    return first, min(last, turn.clock.last_days(0)[1])


def _waterfall(asked: Asked, turn: Turn) -> tuple[Section, Chart | None]:
    """Open pipeline then, each cause with its amount, open pipeline now; they add up."""
    command, clock = asked.command, turn.clock
    since = moves_span(command, turn)[0]
    stages = turn.sight.stages
    of_kind = {kind: frozenset(s.name for s in stages.values() if s.kind is kind) for kind in StageKind}
    changed = turn.desk.records.changed(replace(asked.selection, moved=None), since, turn.sight)
    taken = [
        s
        for s in steps(changed, asked.period, asked.selection.owners, of_kind[StageKind.OPEN], of_kind[StageKind.WON])
        if s.deal.currency == asked.currency
    ]
    now = sum((t.closing_amount for t in asked.tallies.open if t.key.currency == asked.currency), Decimal(0))
    then = now - sum((s.amount for s in taken), Decimal(0))
    lines = [
        phrase(
            turn.language, "pipeline_then", amount=format_money(then, asked.currency), day=clock.day(since).isoformat()
        )
    ]
    for cause in CAUSES:
        mine = [s for s in taken if s.cause == cause]
        if mine:
            amount = sum((s.amount for s in mine), Decimal(0))
            names = ", ".join(s.deal.name for s in sorted(mine, key=lambda s: -abs(s.amount))[:3])
            lines.append(f"{phrase(turn.language, 'cause_' + cause)}: {amount:+,.0f} ({len(mine)}: {names})")
    lines.append(phrase(turn.language, "pipeline_now", amount=format_money(now, asked.currency)))
    return (phrase(turn.language, "section_waterfall"), tuple(lines)), waterfall_chart(
        taken, then, now, asked.currency, turn
    )


def _forecast(asked: Asked, metrics: Metrics, turn: Turn) -> Sections:
    say, currency = turn.language, asked.currency
    categories = by_category(asked.tallies, currency)
    landing = _landing(asked, turn)
    won, weighted, quota = (Decimal(str(metrics[name] or 0)) for name in ("won_amount", "weighted_amount", "quota"))
    lines = [phrase(say, "forecast_won", amount=format_money(won, currency))]
    for name in (*FORECASTS, "none"):
        if name in categories:
            count, amount = categories[name]
            lines.append(
                f"{phrase(say, 'forecast_' + name.replace(' ', '_'))}: {count} · {format_money(amount, currency)}"
            )
    lines.append(phrase(say, "forecast_weighted", amount=format_money((won + weighted).quantize(Decimal(1)), currency)))
    if landing:
        low, middle, high = (
            format_money(Decimal(round(v)), currency) for v in (landing.low, landing.middle, landing.high)
        )
        lines.append(phrase(say, "forecast_interval", low=low, middle=middle, high=high))
        lines.append(phrase(say, "forecast_method", runs=RUNS, seed=SEED))
    if metrics["quota"] is not None:
        gap = (quota - won - weighted).quantize(Decimal(1))
        lines.append(
            phrase(say, "forecast_gap" if gap > 0 else "forecast_above", amount=format_money(abs(gap), currency))
        )
    lines += _earlier(asked, won, won + weighted, landing, turn)
    more: Metrics = {
        f"{name.replace(' ', '_')}_amount": float(amount) for name, (_, amount) in categories.items() if name != "none"
    }
    more["gap"] = float(quota - won - weighted) if metrics["quota"] is not None else None
    if landing:
        more |= {"forecast_low": landing.low, "forecast_median": landing.middle, "forecast_high": landing.high}
    told = [(phrase(say, "section_forecast"), tuple(lines)), _stages(asked, turn), _moves(asked, turn)]
    return Sections(told, more, forecast_chart(metrics, more, currency, turn))


def _landing(asked: Asked, turn: Turn) -> Landing | None:
    """An interval for what the open deals of the period bring; None where none closes in it."""
    closing = replace(asked.selection, kind=StageKind.OPEN, period=asked.period)
    amounts = turn.desk.records.amounts(closing, asked.currency, turn.sight)
    if not amounts:
        return None
    won = sum((t.amount for t in asked.tallies.closed if t.won and t.key.currency == asked.currency), Decimal(0))
    norms = turn.sight.norms
    return simulate(amounts, won, norms.probabilities, norms.closed)


def _earlier(asked: Asked, won: Decimal, expected: Decimal, landing: Landing | None, turn: Turn) -> Iterator[str]:
    """Keep this forecast; what was forecast for the period before, and how the last finished period came out."""
    if not asked.whole_book:
        return
    desk, today, say = turn.desk, turn.company_today, turn.language
    scope, period, currency = asked.scope.head or asked.scope.label, asked.period, asked.currency
    low, high = (Decimal(round(landing.low)), Decimal(round(landing.high))) if landing else (None, None)
    if today <= period.end:
        desk.forecasts.keep(scope, currency, KeptForecast(period.start, period.end, today, expected, low, high))
    earlier = desk.forecasts.before(scope, currency, today)
    mine = [f for f in earlier if (f.start, f.end) == (period.start, period.end)]
    for kept in (mine[0], mine[-1]) if len(mine) > 1 else mine:
        yield phrase(
            say,
            "forecast_before",
            day=kept.made_on.isoformat(),
            amount=format_money(kept.expected.quantize(Decimal(1)), currency),
        )
    ended = [f for f in earlier if f.end < today]
    for kept in ended[-1:]:
        first = next(f for f in ended if (f.start, f.end) == (kept.start, kept.end))
        tallies = turn.desk.records.tallies(asked.selection, Period(first.start, first.end), turn.sight)
        came = sum((t.amount for t in tallies.closed if t.won and t.key.currency == currency), Decimal(0))
        values = {"start": first.start.isoformat(), "end": first.end.isoformat(), "day": first.made_on.isoformat()}
        yield phrase(
            say,
            "forecast_came",
            amount=format_money(first.expected.quantize(Decimal(1)), currency),
            won=format_money(came, currency),
            **values,
        )


def _conversion(conversions: Sequence[Conversion], turn: Turn) -> Section:
    lines = []
    for c in conversions:
        if c.entered:
            lines.append(
                phrase(
                    turn.language,
                    "conversion_line",
                    stage=c.stage.name,
                    entered=c.entered,
                    advanced=c.advanced,
                    rate=f"{c.rate or 0:.0%}",
                    lost=c.lost,
                )
            )
    return phrase(turn.language, "section_conversion"), tuple(lines)


def _risks(found: Sequence[DealStatus], turn: Turn) -> Section:
    risks = [(s, rule) for s in found for rule in s.rules if rule in RISKS]
    lines = [
        Line(text=f"{s.deal.name}: {said(s, rule, turn)}", action="fix", value=fix_value(s.deal.id, rule))
        for s, rule in risks[:RISKS_SHOWN]
    ]
    return phrase(turn.language, "section_risks"), tuple(lines)


def _fixes(found: Sequence[DealStatus], turn: Turn) -> Section:
    """The deals with their flaws, the largest first."""
    lines = [
        Line(
            text=f"{s.deal.name}: {', '.join(said(s, rule, turn) for rule in s.rules)}",
            action="fix",
            value=fix_value(s.deal.id, s.rules[0]),
        )
        for s in found[:FLAWS_SHOWN]
    ]
    return phrase(turn.language, "section_fixes"), tuple(lines)


def _flaws(asked: Asked, turn: Turn) -> Section:
    counts = sorted(
        ((n, rule) for rule, n in asked.tallies.rule_counts().items() if rule not in RISKS), key=lambda c: -c[0]
    )
    lines = [
        Line(
            text=f"{phrase(turn.language, 'rule_' + rule, days='').strip()}: {n}",
            action="deals",
            value=behind(asked, **WHOLE, finding=rule),
        )
        for n, rule in counts
    ]
    return phrase(turn.language, "section_hygiene"), tuple(lines)
