"""Coaching, plans and schedules, for reading on a phone."""

import re

from bot.contract.phrases import phrase
from bot.contract.replies.coaching import Coaching, Document
from bot.contract.replies.digests import Schedules
from bot.domain.periods import day_in
from bot.views import blocks as b
from bot.views.mrkdwn import SECTION_MOST, cut, escape

EVIDENCE_SHOWN = 2
PARTS_MOST = 30
MARKS = {"unknown": "○", "weak": "◔", "fair": "◑", "strong": "●"}


def coaching(reply: Coaching) -> list[b.Block]:
    """The pattern or the weakest factor first, then the evidence, what to ask, and what to use."""
    say = reply.language
    made = [b.header(phrase(say, "coach_title", subject=reply.subject))]
    if reply.pattern:
        made.append(b.section(escape(reply.pattern)))
    elif reply.weakest:
        made.append(
            b.section(
                escape(
                    phrase(
                        say,
                        "coach_weakest",
                        factor=phrase(say, f"factor_{reply.weakest}"),
                        level=phrase(say, f"level_{reply.factors[reply.weakest].level}"),
                    )
                )
            )
        )
    for name, factor in reply.factors.items():
        head = f"{MARKS[factor.level]} *{phrase(say, f'factor_{name}')}* · {phrase(say, f'level_{factor.level}')}"
        made.append(b.section(head + ("\n" + b.bullets(factor.evidence[:EVIDENCE_SHOWN]) if factor.evidence else "")))
    if reply.findings:
        made.append(b.section(b.bullets(reply.findings)))
    if reply.questions:
        made.append(b.section(f"*{phrase(say, 'coach_ask')}*\n{b.bullets(reply.questions)}"))
    for aid in reply.aids:
        made.append(
            b.section(
                f"*{phrase(say, 'coach_use')}* "
                f"{escape(aid.title)}\n{escape(phrase(say, f'aid_{aid.kind}'))} · {escape(aid.why)}"
            )
        )
    return made


def document(reply: Document) -> list[b.Block]:
    """The document chapter by chapter; the whole is a file beside it."""
    say = reply.language
    made = [b.header(reply.title)]
    if reply.changed:
        made.append(b.section(f"*{phrase(say, 'doc_changed')}*\n{b.bullets(reply.changed)}"))
    chapters = re.split(r"\n(?=## )", reply.markdown.split("\n", 1)[-1])
    parts = [part for chapter in chapters for part in _parts(_mrkdwn(chapter))]
    made += [b.section(part) for part in parts[:PARTS_MOST]]
    if len(parts) > PARTS_MOST:
        made.append(b.context(phrase(say, "doc_more")))
    return made


def _mrkdwn(markdown: str) -> str:
    """Slack's markup for the little Markdown that our documents use."""
    text = escape(markdown.strip())
    text = re.sub(r"^#+ (.+)$", r"*\1*", text, flags=re.M)
    text = re.sub(r"^- (?:\[ \] )?", "• ", text, flags=re.M)
    return re.sub(r"\*\*(.+?)\*\*", r"*\1*", text)


def _parts(text: str) -> list[str]:
    """A chapter in pieces that fit a block, cut at line ends."""
    parts, here = [], ""
    for line in text.splitlines():
        line = cut(line, SECTION_MOST - 1)
        if len(here) + len(line) + 1 > SECTION_MOST:
            parts.append(here)
            here = ""
        here += ("\n" if here else "") + line
    return [part for part in (*parts, here) if part.strip()]


def schedules(reply: Schedules) -> list[b.Block]:
    say = reply.language
    if reply.action == "listed" and not reply.schedules:
        return [b.section(phrase(say, "schedule_none"))]
    made = [b.section(escape(phrase(say, reply.say, **reply.values)))]
    for entry in reply.schedules:
        coming = (
            f" · {phrase(say, 'schedule_next', day=day_in(entry.next, entry.timezone).isoformat())}"
            if entry.next
            else ""
        )
        made.append(
            b.section(
                f"*{escape(entry.what)}* · {escape(entry.channel)}\n{escape(entry.when)} "
                f"({escape(entry.timezone)}){coming}"
            )
        )
    return made
