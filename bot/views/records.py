"""Figures that were asked for, and lists of accounts, contacts, people and activities."""

from collections.abc import Sequence

from bot.contract.phrases import phrase
from bot.contract.replies.base import ReportRow
from bot.contract.replies.records import AccountsFound, ActivitiesFound, ContactsFound, Found, PeopleFound
from bot.contract.replies.reports import PipelineReport
from bot.pipeline.measures import UNITS
from bot.views import blocks as b
from bot.views.mrkdwn import escape

SHOWN, OPENED = 40, 12
PER_BLOCK = 20
_FORMS = {"count": "{:,.0f}", "share": "{:.0%}", "days": "{:,.0f}", "number": "{:,.1f}"}


def figures(report: PipelineReport) -> list[b.Block]:
    """Every measure asked for, of the whole and of each group, with what they rest on."""
    say = report.language
    names = ", ".join(phrase(say, f"measure_{m}") for m in report.measures)
    by = phrase(say, "records_by", by=", ".join(phrase(say, f"dimension_{d}") for d in report.by)) if report.by else ""
    as_of = report.as_of.strftime("%Y-%m-%d %H:%M %z")
    made = [
        b.header(phrase(say, "records_title", measures=names, by=by, scope=report.scope)),
        b.context(escape(phrase(say, "records_meta", period=_period(report), currency=report.currency, as_of=as_of))),
        *b.fields([(phrase(say, f"measure_{m}"), value(report, m, report.metrics.get(m))) for m in report.measures]),
    ]
    made += _rows(report)
    notes = [phrase(say, "records_other", currency=c, values=_together(report, v, c)) for c, v in report.others.items()]
    if report.left_out:
        notes.append(phrase(say, "records_left_out", words=", ".join(report.left_out)))
    return [*made, b.context(escape(" · ".join([*_rests(report), *notes])))]


def _period(report: PipelineReport) -> str:
    say, period = report.language, report.period
    if period.start is None or period.end is None:
        return phrase(say, "records_all_time")
    return phrase(say, "records_period", start=period.start.isoformat(), end=period.end.isoformat())


def _rests(report: PipelineReport) -> list[str]:
    rests, say = report.rests_on, report.language
    if rests is None:
        return []
    told = [phrase(say, "records_rests", having=rests.having)]
    if rests.lacking and rests.field:
        told.append(phrase(say, "records_lacking", lacking=rests.lacking, field=phrase(say, f"field_{rests.field}")))
    return told


def _rows(report: PipelineReport) -> list[b.Block]:
    if not report.by:
        return []
    if not report.rows:
        return [b.section(escape(phrase(report.language, "records_none")))]
    made = [] if report.matched is None else [b.section(phrase(report.language, "records_matched", n=report.matched))]
    opened = [row for row in report.rows[:OPENED] if row.query]
    made += [
        b.section(_row(row, report), b.button(phrase(report.language, "button_deals"), f"deals:{n}", row.query))
        for n, row in enumerate(opened)
    ]
    lines = [_row(row, report) for row in report.rows[:SHOWN] if row not in opened]
    made += [b.section("\n".join(lines[n : n + PER_BLOCK])) for n in range(0, len(lines), PER_BLOCK)]
    if len(report.rows) > SHOWN:
        made.append(b.context(phrase(report.language, "more", n=len(report.rows) - SHOWN)))
    return made


def _row(row: ReportRow, report: PipelineReport) -> str:
    return f"*{escape(row.label)}*: {escape(' · '.join(value(report, m, row.metrics.get(m)) for m in report.measures))}"


def _together(report: PipelineReport, values: dict[str, int | float | None], currency: str) -> str:
    return ", ".join(
        f"{phrase(report.language, f'measure_{m}')} {_written(m, v, currency, report)}" for m, v in values.items()
    )


def value(report: PipelineReport, measure: str, figure: float | None) -> str:
    """A measure's value in full, with its unit."""
    return _written(measure, figure, report.currency, report)


def _written(measure: str, figure: float | None, currency: str, report: PipelineReport) -> str:
    say = report.language
    if figure is None:
        return phrase(say, "not_enough")
    unit = UNITS[measure]  # type: ignore[index]
    if unit == "money":
        return f"{figure:,.0f} {currency}"
    text = _FORMS[unit].format(figure)
    if unit == "days":
        return phrase(say, "days", days=text)
    return f"{text} {phrase(say, 'measure_count').lower()}" if measure == "count" else text


def _head(reply: Found, lines: Sequence[str]) -> list[b.Block]:
    say = reply.language
    made = [b.section(f"*{escape(phrase(say, reply.say, n=reply.count, **reply.values))}*")]
    shown = lines[:SHOWN]
    made += [b.section("\n".join(shown[n : n + PER_BLOCK])) for n in range(0, len(shown), PER_BLOCK)]
    if reply.count > len(shown):
        made.append(b.context(phrase(say, "more", n=reply.count - len(shown))))
    if reply.left_out:
        made.append(b.context(escape(phrase(say, "records_left_out", words=", ".join(reply.left_out)))))
    return made


def accounts(reply: AccountsFound) -> list[b.Block]:
    return _head(
        reply,
        [
            f"• *{escape(a.name)}* {escape(' · '.join(part for part in (a.industry, a.owner, a.why) if part))}"
            for a in reply.accounts
        ],
    )


def contacts(reply: ContactsFound) -> list[b.Block]:
    lines = []
    for c in reply.contacts:
        known = " · ".join(part for part in (c.title, c.account, c.email, c.phone) if part)
        lines.append(f"• *{escape(c.name)}* {escape(known)}")
    return _head(reply, lines)


def people(reply: PeopleFound) -> list[b.Block]:
    return _head(reply, [f"• *{escape(p.name)}* {escape(p.why)}" for p in reply.people])


def activities(reply: ActivitiesFound) -> list[b.Block]:
    """The latest first: when, what, with whom, by whom, and what was said."""
    say, lines = reply.language, []
    for a in reply.activities:
        about = a.deal or a.account
        with_ = phrase(say, "with", people=", ".join(a.contacts)) if a.contacts else ""
        took = phrase(say, "minutes", n=a.minutes) if a.minutes else ""
        head = [a.at.date().isoformat(), phrase(say, f"kind_{a.kind}"), about, with_, a.author, took]
        lines.append(f"• {escape(' · '.join(part for part in head if part))}\n  {escape(a.summary)}")
    return _head(reply, lines)
