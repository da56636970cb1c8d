"""Job aids and answers from the library, always with their sources."""

from bot.contract.phrases import phrase, phrases
from bot.contract.replies.aids import AidChanged, AidForm, AidsFound, AidsReport, Answer, FoundAid
from bot.contract.replies.base import ReportRow, Source
from bot.views import blocks as b
from bot.views.mrkdwn import cut, escape

ROWS_SHOWN = 20


def found(reply: AidsFound) -> list[b.Block]:
    """The best aid in full, the others by title."""
    say, best = reply.language, reply.aids[0]
    made = [b.context(phrase(say, "announced"))] if reply.announced else []
    made += [
        b.section(f"*{escape(phrase(say, f'aid_{best.kind}'))}: {escape(best.title)}*"),
        b.context(_meta(best, say)),
    ]
    for name, points in best.sections:
        title = phrases(say).get(f"section_{name}") or name
        text = bulleted if (bulleted := b.bullets(points)) and len(points) > 1 else escape(" ".join(points))
        made.append(b.section(f"*{escape(title)}*\n{text}" if text else f"*{escape(title)}*"))
    if best.body:
        made.append(b.section(escape(best.body)))
    made.append(b.context(escape(phrase(say, "why", why=best.why))))
    if len(reply.aids) > 1:
        others = "; ".join(f"{phrase(say, f'aid_{a.kind}')} “{a.title}”" for a in reply.aids[1:])
        made.append(b.context(escape(phrase(say, "also", titles=others))))
    return [*made, _rating(best.id, say), b.actions([b.button(phrase(say, "another_aid"), "more", best.id)])]


def answer(reply: Answer) -> list[b.Block]:
    made = [b.section(escape(cut(reply.prose, 2900)))]
    if reply.sources:
        listed = "\n".join(f"[{n}] {escape(_source(s, reply.language))}" for n, s in enumerate(reply.sources, 1))
        made.append(b.context(f"*{phrase(reply.language, 'sources')}*\n{listed}"))
    return [*made, _rating(reply.sources[0].id, reply.language)] if reply.sources else made


def usage(report: AidsReport) -> list[b.Block]:
    """What marketing should write next comes first, then how each aid fares."""
    say, m = report.language, report.metrics
    period = phrase(say, "usage_period", start=report.period.start, end=report.period.end)
    pairs = [
        (phrase(say, f"usage_{name}"), str(m[f"{name}_count"]))
        for name in ("asked", "gap", "people", "current", "unused")
    ]
    made = [b.header(phrase(say, "usage_title")), b.context(escape(period)), *b.fields(pairs)]
    for name, lines in (
        ("gaps", report.gaps),
        ("shown", tuple(_used(row, say) for row in report.rows[:ROWS_SHOWN])),
        ("unused_aids", report.unused),
        ("ending", report.ending),
    ):
        if lines:
            made.append(b.section(f"*{phrase(say, f'usage_{name}')}*\n{b.bullets(lines)}"))
    return made


def _used(row: ReportRow, say: str) -> str:
    m = row.metrics
    parts = [phrase(say, "usage_times", n=m["shown_count"])]
    if m["up_count"] or m["down_count"]:
        parts.append(f"👍 {m['up_count']} 👎 {m['down_count']}")
    if m["won_count"] or m["lost_count"]:
        parts.append(phrase(say, "usage_deals", won=m["won_count"], lost=m["lost_count"]))
    return f"{row.label}: {' · '.join(parts)}"


def changed(reply: AidChanged) -> list[b.Block]:
    say = reply.language
    replacing = phrase(say, "aid_replaces", version=reply.replaces) if reply.replaces else ""
    state = "later" if reply.valid_from and reply.status == "approved" else reply.status
    return [
        b.section(
            escape(
                phrase(
                    say,
                    f"aid_now_{state}",
                    title=reply.title,
                    version=reply.version,
                    id=reply.id,
                    day=reply.valid_from or reply.valid_until or "",
                    replacing=replacing,
                )
            )
        )
    ]


def form(reply: AidForm) -> list[b.Block]:
    say = reply.language
    return [b.section(escape(phrase(say, "aid_form", kind=phrase(say, f"aid_{reply.aid}"))))]


def _meta(aid: FoundAid, say: str) -> str:
    none = phrase(say, "none")
    until = aid.valid_until.isoformat() if aid.valid_until else none
    return escape(phrase(say, "meta", version=aid.version, owner=aid.owner or none, until=until))


def _source(source: Source, say: str) -> str:
    kind = phrase(say, f"aid_{source.kind}")
    version = f", v{source.version}" if source.version else ""
    where = f" · {source.location}" if source.kind == "document" and source.location else ""
    return f"{kind}: {source.title}{version}{where}"


def _rating(ref: str, say: str) -> b.Block:
    return b.feedback(ref, phrase(say, "rate_good"), phrase(say, "rate_bad"))
