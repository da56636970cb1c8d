"""Pipeline reports and lists of deals, for reading on a phone."""

from collections.abc import Sequence

from bot.contract.phrases import phrase
from bot.contract.replies.base import ReportRow
from bot.contract.replies.reports import DealRow, DealsFound, Line, PipelineReport
from bot.domain.locale import Locale, locale_of
from bot.views import blocks as b
from bot.views.mrkdwn import escape
from bot.views.records import figures

DEALS_SHOWN = 20
ROWS_SHOWN, ROWS_OPENED, LINES_OPENED = 25, 12, 8


def deals(reply: DealsFound) -> list[b.Block]:
    say = reply.language
    made = [b.section(escape(phrase(say, reply.title)))] if reply.title else []
    if reply.left_out:
        made.append(b.context(escape(phrase(say, "left_out", words=", ".join(reply.left_out)))))
    if not reply.deals:
        return [*made, b.section(phrase(say, "deals_none"))]
    count = phrase(say, "deals_one") if reply.count == 1 else phrase(say, "deals_count", n=reply.count)
    locale = locale_of(reply.locale)
    total = ", ".join(locale.money(amount, currency) for currency, amount in sorted(reply.total.items()))
    made.append(b.section(f"*{count}* · {escape(total)}"))
    made += [
        _openable(_deal(deal, say, locale), "fix", deal.fix or "", n, say)
        for n, deal in enumerate(reply.deals[:DEALS_SHOWN])
    ]
    if len(reply.deals) > DEALS_SHOWN:
        made.append(b.context(phrase(say, "more", n=len(reply.deals) - DEALS_SHOWN)))
    if reply.last_activities:
        made.append(b.section(f"*{phrase(say, 'last_activities')}*\n{b.bullets(reply.last_activities)}"))
    return made


def _deal(deal: DealRow, say: str, locale: Locale) -> str:
    amount = locale.money(deal.amount, deal.currency) if deal.amount is not None else phrase(say, "unknown")
    facts = [deal.stage, amount, deal.close_date.isoformat() if deal.close_date else phrase(say, "none"), deal.owner]
    line = f"*{escape(deal.name)}* · {escape(' · '.join(facts))}"
    extra = []
    if deal.why:
        extra.append(deal.why)
    if deal.next_step:
        due = f" ({phrase(say, 'due', due=deal.next_step_due.isoformat())})" if deal.next_step_due else ""
        extra.append(f"{phrase(say, 'field_next_step')}: {deal.next_step}{due}")
    return line + (f"\n{escape(' · '.join(extra))}" if extra else "")


def pipeline(report: PipelineReport) -> list[b.Block]:
    if report.measures:
        return figures(report)
    say = report.language
    start, end = _days(report)
    as_of = report.as_of.strftime("%Y-%m-%d %H:%M %z")
    made = [
        b.header(phrase(say, "report_title", scope=report.scope)),
        b.context(escape(phrase(say, "report_meta", start=start, end=end, currency=report.currency, as_of=as_of))),
        *b.fields(_figures(report)),
    ]
    if report.rows:
        made.append(b.section(f"*{phrase(say, 'section_rows')}*"))
        made += [
            _openable(_row(row, say), "deals", row.query, n, say) for n, row in enumerate(report.rows[:ROWS_OPENED])
        ]
        made += [
            b.section("\n".join(_row(row, say) for row in rest))
            for rest in [report.rows[ROWS_OPENED:ROWS_SHOWN]]
            if rest
        ]
    if report.left_out:
        made.append(b.context(escape(phrase(say, "left_out", words=", ".join(report.left_out)))))
    for place, (title, lines) in enumerate(report.sections):
        if lines:
            made += _lines(title, lines, place, say)
    elements = []
    menu = [(o.query, phrase(say, f"open_{o.name}")) for o in report.openings if 0 < len(o.query) <= b.OPTION_MOST]
    if menu:
        elements.append(b.menu(phrase(say, "menu_deals"), "deals", menu))
    if report.shareable and report.query:
        elements.append(b.button(phrase(say, "button_post"), "post", report.query))
    return [*made, b.actions(elements)] if elements else made


def _days(report: PipelineReport) -> tuple[str, str]:
    start, end = report.period.start, report.period.end
    return (start.isoformat() if start else "", end.isoformat() if end else "")


def glance(report: PipelineReport) -> list[b.Block]:
    """The few numbers of a report that matter every morning, and its rows."""
    say = report.language
    meta = phrase(
        say,
        "report_meta",
        start=_days(report)[0],
        end=_days(report)[1],
        currency=report.currency,
        as_of=report.as_of.strftime("%Y-%m-%d %H:%M %z"),
    )
    wanted = {
        phrase(say, f"metric_{name}")
        for name in (
            "open_amount",
            "weighted_amount",
            "won_amount",
            "quota",
            "gap",
            "coverage",
            "hygiene_score",
            "stalled_count",
        )
    }
    made = [
        b.section(f"*{escape(phrase(say, 'report_title', scope=report.scope))}*"),
        *b.fields([pair for pair in _figures(report) if pair[0] in wanted]),
        b.context(escape(meta)),
    ]
    return made + [
        _openable(_row(row, say), "deals", row.query, n, say) for n, row in enumerate(report.rows[:ROWS_OPENED])
    ]


def _openable(text: str, action: str, value: str, n: int, say: str) -> b.Block:
    """A line with its button; ids differ by number."""
    return b.section(text, b.button(phrase(say, f"button_{action}"), f"{action}:{n}", value) if value else None)


def _lines(title: str, lines: Sequence[str | Line], place: int, say: str) -> list[b.Block]:
    """A section of a report: plain lines together, those that do something with a button each."""
    plain = [line for line in lines if isinstance(line, str)]
    made = [b.section(f"*{escape(title)}*" + (f"\n{b.bullets(plain)}" if plain else ""))]
    pressed = [line for line in lines if isinstance(line, Line)]
    made += [
        _openable(f"• {escape(line.text)}", line.action, line.value, 100 * (place + 1) + n, say)
        for n, line in enumerate(pressed[:LINES_OPENED])
    ]
    rest = [line.text for line in pressed[LINES_OPENED:]]
    return [*made, b.section(b.bullets(rest))] if rest else made


def _figures(report: PipelineReport) -> list[tuple[str, str]]:
    say, m = report.language, report.metrics
    none = phrase(say, "not_enough")

    def money(name: str) -> str:
        value = m.get(name)
        return none if value is None else f"{value:,.0f} {report.currency}"

    def share(name: str) -> str:
        value = m.get(name)
        return none if value is None else f"{value:.0%}"

    def times(name: str) -> str:
        value = m.get(name)
        return none if value is None else f"{value:.1f}×"

    quota, won = m.get("quota"), m.get("won_amount")
    reached = phrase(say, "quota_reached") if quota and won is not None and won >= quota else None
    gap = none if quota is None or won is None else reached or f"{quota - won:,.0f} {report.currency}"
    cycle, pace = m.get("cycle_days_median"), m.get("velocity_per_day")
    velocity = none if pace is None else phrase(say, "per_day", n=f"{pace:,.0f} {report.currency}")
    pairs = [
        ("metric_open_amount", f"{money('open_amount')} ({m.get('open_count')})"),
        ("metric_weighted_amount", money("weighted_amount")),
        ("metric_won_amount", f"{money('won_amount')} ({m.get('won_count')})"),
        ("deal_size", money("won_amount_mean")),
        ("metric_quota", money("quota")),
        ("metric_gap", gap),
        (
            "metric_coverage",
            f"{reached or times('coverage')} ({phrase(say, 'metric_needed_coverage')} {times('needed_coverage')})",
        ),
        (
            "metric_win_rate_count",
            f"{share('win_rate_count')} ({money('lost_amount')} {phrase(say, 'moved_lost').lower()})",
        ),
        ("metric_cycle_days_median", none if cycle is None else phrase(say, "days", days=f"{cycle:.0f}")),
        ("metric_slippage_rate", share("slippage_rate")),
        ("metric_velocity_per_day", velocity),
        ("metric_hygiene_score", share("hygiene_score")),
        ("metric_stalled_count", str(m.get("stalled_count"))),
    ]
    return [(phrase(say, name), value) for name, value in pairs]


def _row(row: ReportRow, say: str) -> str:
    m = row.metrics
    parts = [f"{phrase(say, 'metric_open_amount')} {m.get('open_amount') or 0:,.0f} ({m.get('open_count')})"]
    if "won_amount" in m:
        parts.append(f"{phrase(say, 'metric_won_amount')} {m.get('won_amount') or 0:,.0f} ({m.get('won_count')})")
    parts.append(f"{phrase(say, 'metric_weighted_amount')} {m.get('weighted_amount') or 0:,.0f}")
    return f"*{escape(row.label)}*: {' · '.join(parts)}"
