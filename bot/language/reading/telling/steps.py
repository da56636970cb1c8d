"""The next step: its words and its day."""

import re
from collections.abc import Iterable
from typing import Any

from bot.language.context import Context
from bot.language.reading.seen import LIKELY, Part, Seen
from bot.language.reading.telling.weights import POSSIBLE, day_in
from bot.language.rules import cues
from bot.language.rules.segments import clauses_of

_CALL_IT = re.compile(r"(?:let'?s )?(?:call|make|put|say) (?:it|that)", re.I)
_THEN = re.compile(r"\b(?:then|after(?:wards)?)\b|之后|以后|那时", re.I)
_TRAILING = re.compile(r"(?:\s|,|-)*\b(?:by|on|at|due|before|until|till|for|in|the|is|next|this)\s*$", re.I)
_COURTESY = re.compile(
    r"(?:please |pls )?(?:fix|change|update|log|note|set|correct|do|bump)(?: (?:that|it|this"
    r"|up))?(?: (?:please|pls|thx))?",
    re.I,
)


def tidied_step(kept: dict[str, Any]) -> None:
    """A step without the arrow before it or what it is not; a request to Caddie is no step."""
    if kept.get("next_step"):
        step = re.sub(r"\(?\bnot\b[^()]*\banymore\)?|^[\s>:=→-]+", "", kept["next_step"]).strip(" ;,")
        courtesy = _COURTESY.fullmatch(step)
        kept |= {"next_step": None, "next_step_due": None} if courtesy or not step else {"next_step": step}


def doubted_step(seen: Seen, kept: dict[str, Any]) -> None:
    """A step that only a wish of theirs made, and that the model does not see, stays in the note; `call it mid january`
    is a date.
    """
    step = kept.get("next_step")
    if not step:
        return
    if _CALL_IT.fullmatch(step):
        kept["close_date"] = kept.get("close_date") or kept.get("next_step_due")
    elif (
        not cues.WANTS.search(step)
        or seen.acts.get("next_step", 0) >= POSSIBLE
        or kept.get("next_step_due") is not None
        or cues.NEXT_LABEL.search(seen.said.own)
        or cues.REMIND.search(seen.said.own)
        or cues.PROMISE.search(seen.said.own)
    ):
        return
    kept |= {"next_step": None, "next_step_due": None}


def weigh_step(seen: Seen, kept: dict[str, Any], context: Context) -> None:
    """A day that is due belongs to the step told without one; a step the patterns missed is the clause with its day."""
    due = [p for p in seen.of("due", 0.6) if (day := day_in(p)) is not None and day >= context.today]
    step = kept.get("next_step")
    if step and kept.get("next_step_due") is None and _THEN.search(step):
        due = due or [p for p in seen.kinds("date") if (day := day_in(p)) is not None and day >= context.today]
    if not due:
        return
    if kept.get("next_step"):
        if kept.get("next_step_due") is None:
            kept["next_step_due"] = day_in(due[-1])
        return
    if seen.acts.get("next_step", 0) < LIKELY or due[-1].share < 0.7 or kept.get("close_date") == day_in(due[-1]):
        return
    step = _clause_of(due[-1], seen)
    if step:
        kept |= {"next_step": step, "next_step_due": day_in(due[-1])}


def _clause_of(part: Part, seen: Seen) -> str:
    """The clause around a day, without the day and the account's name."""
    for clause in clauses_of(seen.said.own):
        if part.words in clause.text:
            text = clause.text
            for words in (part.words, *_names(seen.kinds("account"))):
                text = text.replace(words, " ", 1)
            return _TRAILING.sub("", " ".join(text.split()).strip(" .,;:-–")).strip(" .,;:-–")
    return ""


def _names(parts: Iterable[Part]) -> list[str]:
    return [p.words for p in parts]
