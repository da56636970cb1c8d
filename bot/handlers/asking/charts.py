"""What of a report is drawn: the chart that its view is best looked at as."""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from bot.contract.phrases import phrase
from bot.contract.replies.base import ReportRow
from bot.contract.replies.reports import Bar, Chart
from bot.handlers.turn import Turn
from bot.pipeline.deal_status import Conversion
from bot.pipeline.figures import Metrics, Tallies
from bot.pipeline.movement import CAUSES, Step

ROWS_MOST = 16


def made(title: str, bars: Iterable[Bar], mark: float | None = None, mark_label: str = "") -> Chart | None:
    """A chart whose text says the same as its picture; None where there is nothing to see."""
    bars = tuple(bars)
    if not any(bar.size for bar in bars):
        return None
    alt = "; ".join([title, *(f"{bar.label} {bar.shown}" for bar in bars), *([mark_label] if mark is not None else [])])
    return Chart(title=title, bars=bars, mark=mark, mark_label=mark_label, alt=alt)


def money_short(amount: float) -> str:
    """An amount for a small screen: 1.2M, 340k, 900; amounts under ten millions keep a decimal."""
    size = abs(amount)
    if size >= 1_000_000:
        return f"{amount / 1_000_000:.{1 if size < 10_000_000 else 0}f}M"
    return f"{amount / 1000:.0f}k" if size >= 1000 else f"{amount:.0f}"


def stages_chart(tallies: Tallies, metrics: Metrics, currency: str, turn: Turn) -> Chart | None:
    """Won and the open pipeline by stage, against the quota."""
    say = turn.language
    won = float(metrics["won_amount"] or 0)
    bars = (
        [
            Bar(
                label=phrase(say, "moved_won"),
                size=won,
                shown=f"{money_short(won)} ({metrics['won_count']})",
                kind="won",
            )
        ]
        if won
        else []
    )
    for name in turn.sight.stages:
        rows = [t for t in tallies.open if t.stage == name and t.closing]
        if rows:
            amount = float(sum((t.closing_amount for t in rows if t.key.currency == currency), Decimal(0)))
            bars.append(
                Bar(
                    label=name,
                    size=amount,
                    shown=f"{money_short(amount)} ({sum(t.closing for t in rows)})",
                    kind="open",
                )
            )
    quota = metrics["quota"]
    label = f"{phrase(say, 'metric_quota')} {money_short(float(quota))}" if quota is not None else ""
    return made(
        phrase(say, "chart_stages", currency=currency), bars, float(quota) if quota is not None else None, label
    )


def rows_chart(rows: Sequence[ReportRow], currency: str, turn: Turn) -> Chart | None:
    """Won and open of each row, one bar after the other."""
    bars = []
    for row in rows[:ROWS_MOST]:
        won, open_ = (float(row.metrics.get(name) or 0) for name in ("won_amount", "open_amount"))
        if won:
            bars.append(
                Bar(
                    label=f"{row.label} · {phrase(turn.language, 'moved_won')}",
                    size=won,
                    shown=money_short(won),
                    kind="won",
                )
            )
        bars.append(Bar(label=row.label, size=open_, shown=money_short(open_), kind="open"))
    return made(phrase(turn.language, "chart_rows", currency=currency), bars[: 2 * ROWS_MOST])


def forecast_chart(metrics: Metrics, more: Metrics, currency: str, turn: Turn) -> Chart | None:
    """Won, won plus weighted, and the interval in which the period will likely land, against the quota."""
    say = turn.language
    won, weighted = float(metrics["won_amount"] or 0), float(metrics["weighted_amount"] or 0)
    bars = [
        Bar(label=phrase(say, "moved_won"), size=won, shown=money_short(won), kind="won"),
        Bar(
            label=phrase(say, "chart_weighted"), size=won + weighted, shown=money_short(won + weighted), kind="weighted"
        ),
    ]
    low, middle, high = (more.get(name) for name in ("forecast_low", "forecast_median", "forecast_high"))
    if low is not None and middle is not None and high is not None:
        shown = f"{money_short(low)} – {money_short(high)}"
        bars.append(
            Bar(
                label=phrase(say, "chart_interval"),
                size=float(middle),
                shown=shown,
                kind="open",
                low=float(low),
                high=float(high),
            )
        )
    quota = metrics["quota"]
    label = f"{phrase(say, 'metric_quota')} {money_short(float(quota))}" if quota is not None else ""
    return made(
        phrase(say, "chart_forecast", currency=currency), bars, float(quota) if quota is not None else None, label
    )


def waterfall_chart(steps: Sequence[Step], then: Decimal, now: Decimal, currency: str, turn: Turn) -> Chart | None:
    """The open pipeline then, each cause as a step, and now."""
    if not steps:
        return None
    say, at = turn.language, float(then)
    bars = [Bar(label=phrase(say, "chart_then"), size=at, shown=money_short(at), kind="total")]
    for cause in CAUSES:
        amount = float(sum((s.amount for s in steps if s.cause == cause), Decimal(0)))
        if amount:
            bars.append(
                Bar(
                    label=phrase(say, f"cause_{cause}"),
                    start=at,
                    size=amount,
                    shown=f"{'+' if amount > 0 else '−'}{money_short(abs(amount))}",
                    kind="up" if amount > 0 else "down",
                )
            )
            at += amount
    bars.append(Bar(label=phrase(say, "chart_now"), size=float(now), shown=money_short(float(now)), kind="total"))
    return made(phrase(say, "chart_movement", currency=currency), bars)


def conversion_chart(conversions: Sequence[Conversion], turn: Turn) -> Chart | None:
    """The share that went on from each stage."""
    bars = [
        Bar(label=c.stage.name, size=c.rate or 0.0, shown=f"{c.rate or 0:.0%} ({c.advanced}/{c.entered})", kind="rate")
        for c in conversions
        if c.entered
    ]
    return made(phrase(turn.language, "chart_conversion"), bars)
