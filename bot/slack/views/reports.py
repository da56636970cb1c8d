"""Pipeline reports and lists of deals, for reading on a phone."""

from bot.domain.money import format_money
from bot.prompts import phrase
from bot.replies import DealRow, DealsFound, PipelineReport, ReportRow
from bot.slack.mrkdwn import escape
from bot.slack.views import blocks as b

DEALS_SHOWN = 20
ROWS_SHOWN = 25


def deals(reply: DealsFound) -> list[b.Block]:
    say = reply.language
    made = [b.section(escape(phrase(say, reply.title)))] if reply.title else []
    if not reply.deals:
        return [*made, b.section(phrase(say, "deals_none"))]
    count = phrase(say, "deals_one") if reply.count == 1 else phrase(say, "deals_count", n=reply.count)
    total = ", ".join(format_money(amount, currency) for currency, amount in sorted(reply.total.items()))
    made.append(b.section(f"*{count}* · {escape(total)}"))
    made += [b.section(_deal(deal, say)) for deal in reply.deals[:DEALS_SHOWN]]
    if len(reply.deals) > DEALS_SHOWN:
        made.append(b.context(phrase(say, "more", n=len(reply.deals) - DEALS_SHOWN)))
    if reply.last_activities:
        made.append(b.section(f"*{phrase(say, 'last_activities')}*\n{b.bullets(reply.last_activities)}"))
    return made


def _deal(deal: DealRow, say: str) -> str:
    amount = format_money(deal.amount, deal.currency) if deal.amount is not None else phrase(say, "unknown")
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
    say = report.language
    start, end = report.period.start.isoformat(), report.period.end.isoformat()
    as_of = report.as_of.strftime("%Y-%m-%d %H:%M %z")
    made = [
        b.header(phrase(say, "report_title", scope=report.scope)),
        b.context(escape(phrase(say, "report_meta", start=start, end=end, currency=report.currency, as_of=as_of))),
        *b.fields(_figures(report)),
    ]
    if report.rows:
        made.append(b.section("*" + phrase(say, "section_rows") + "*\n" + "\n".join(_row(r, say) for r in report.rows[:ROWS_SHOWN])))
    for title, lines in report.sections:
        if lines:
            made.append(b.section(f"*{escape(title)}*\n{b.bullets(lines)}"))
    if report.query:
        buttons = [b.button(phrase(say, "button_deals"), "deals", report.query)]
        if report.shareable:
            buttons.append(b.button(phrase(say, "button_post"), "post", report.query))
        made.append(b.actions(buttons))
    return made


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
    cycle = m.get("cycle_days_median")
    pairs = [
        ("metric_open_amount", f"{money('open_amount')} ({m.get('open_count')})"),
        ("metric_weighted_amount", money("weighted_amount")),
        ("metric_won_amount", f"{money('won_amount')} ({m.get('won_count')})"),
        ("metric_quota", money("quota")),
        ("metric_gap", gap),
        ("metric_coverage", f"{reached or times('coverage')} ({phrase(say, 'metric_needed_coverage')} {times('needed_coverage')})"),
        ("metric_win_rate_count", f"{share('win_rate_count')} ({money('lost_amount')} {phrase(say, 'moved_lost').lower()})"),
        ("metric_cycle_days_median", none if cycle is None else phrase(say, "days", days=f"{cycle:.0f}")),
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
