"""Other people's words handed to Caddie to be logged: content, never an instruction."""

import re

from bot.contract.commands.base import Command, DealChanges
from bot.contract.commands.writing import LogActivity
from bot.domain.activities import ActivityKind
from bot.domain.text import worded
from bot.language.context import Context, prepare
from bot.language.rules import cues
from bot.language.rules.activities import people_in
from bot.language.rules.capture import read_segment

SUMMARY_MOST = 1_500
_MAIL = worded(
    (
        r"^(?:from|to|subject|sent|date|发件人|主题)\s*[:：]|\b(?:kind |best |warm )?regards\b|\bsincerely\b|^(?:hi"
        r"|hello|dear)\b[^\n]{0,40},\s*$|此致|祝好"
    ),
    re.I | re.M,
)


def read_shared(text: str, context: Context) -> LogActivity:
    """One note (or e-mail) on the deal that the text names; nothing in it changes a field."""
    said = prepare(text)
    told = read_segment(said.text, context)
    kind = ActivityKind.EMAIL if _MAIL.search(text) else ActivityKind.NOTE
    return LogActivity(
        deal=told.deal_words, kind=kind, at=context.today, contacts=_named(said.text, context), summary=_cut(said.text)
    )


def read_transcript(lines: list[tuple[str, str]], minutes: int | None, own: str, context: Context) -> Command:
    """One meeting with its length, the contacts who speak, and what the asker promised there.

    `lines` are (speaker, words); `own` is the asker's name. What others say changes no field.
    """
    whole = prepare("\n".join(f"{who}: {words}" if who else words for who, words in lines)).text
    mine = [words for who, words in lines if who and _same_person(who, own)]
    promised = [step for words in mine if (step := _promise(words, context))]
    told = read_segment(whole, context)
    speakers = tuple(dict.fromkeys(who for who, _ in lines if who and not _same_person(who, own)))
    known = tuple(who for who in speakers if people_in(f"with {who}", context))
    step = promised[-1] if promised else DealChanges()
    return LogActivity(
        deal=told.deal_words,
        kind=ActivityKind.MEETING,
        at=context.today,
        duration_minutes=minutes if minutes and 0 < minutes <= 24 * 60 else None,
        contacts=known,
        summary=_cut(whole),
        changes=step,
    )


def _promise(words: str, context: Context) -> DealChanges | None:
    """The next step that the asker's own words promise."""
    said = prepare(words)
    if not cues.PROMISE.search(said.own) and not cues.NEXT_LABEL.search(said.own):
        return None
    changes = read_segment(said.own, context).changes
    step = {name: changes[name] for name in ("next_step", "next_step_due") if name in changes}
    return DealChanges(**step) if step.get("next_step") else None


def _same_person(who: str, own: str) -> bool:
    a, b = who.casefold().split(), own.casefold().split()
    return bool(a and b) and (a == b or (a[0] == b[0] and (len(a) == 1 or a[-1] == b[-1])))


def _named(text: str, context: Context) -> tuple[str, ...]:
    return tuple(dict.fromkeys(people_in(text, context)))[:10]


def _cut(text: str) -> str:
    text = re.sub(r"\n{3,}", "\n\n", text.strip())
    return text if len(text) <= SUMMARY_MOST else text[: SUMMARY_MOST - 1].rsplit(" ", 1)[0] + "…"
