"""The next step: its words and its day."""

import re
from collections.abc import Sequence
from typing import Any

from bot.contract.commands.base import Offer
from bot.domain.text import worded
from bot.language.context import Context
from bot.language.reading.seen import SURE, Clause, Part, Seen
from bot.language.reading.telling.weights import HARDLY, day_in
from bot.language.rules import cues
from bot.language.rules.activities import activity_kind
from bot.language.rules.filters import blanked

POSSIBLE_STEP, LIKELY_STEP, SURE_STEP = 0.2, 0.35, 0.6
"""From here on the model agrees with the patterns; from there on, where 97 of 100 are right, it needs none."""
LONGEST_OFFER = 200

_CALL_IT = worded(r"(?:let'?s )?(?:call|make|put|say) (?:it|that)", re.I)
_THEN = worded(r"\b(?:then|after(?:wards)?)\b|之后|以后|那时", re.I)
_PROMISED = worded(
    r"^(?:and |then |so |but )*(?:i|we)(?:'ll| will| shall|'m going to| am going to| need to| have to| must| should"
    r"|'ve to| promised to)\s+|^(?:我|我们)?(?:会|要|得|需要)",
    re.I,
)
_PREAMBLE = worded(r"^(?:and |so |then |ok )*(?:let'?s say|set (?:it|\w+['’]s?|the next step)(?: \w+)? to)\s+", re.I)
_QUOTED = re.compile(r"(?<!\w)['\"“‘]([^'\"”’]{4,})['\"”’](?!\w)")
_NO_STEP = worded(
    r"^(?:(?:i |we )?(?:have )?(?:had|spoke|talked|met|called|visited|sent|mailed|emailed)"
    r"|when|what|who|why|how (?:much|many|long))\b",
    re.I,
)
"""How a clause begins that tells what was done, or asks."""
_TRAILING = worded(r"(?:\s|,|-)*\b(?:by|on|at|due|before|until|till|for|in|the|is|next|this)\s*$", re.I)
_COURTESY = worded(
    r"(?:please |pls )?(?:fix|change|update|log|note|set|correct|do|bump)(?: (?:that|it|this"
    r"|up))?(?: (?:please|pls|thx))?",
    re.I,
)


def tidied_step(kept: dict[str, Any]) -> None:
    """A step without the arrow before it or what it is not; a request to Caddie is no step."""
    if kept.get("next_step"):
        quoted = _QUOTED.search(kept["next_step"])
        step = quoted[1] if quoted else _PREAMBLE.sub("", kept["next_step"])
        kept["next_step"] = step
        step = re.sub(r"\(?\bnot\b[^()]*\banymore\)?|^[\s>:=→-]+", "", kept["next_step"]).strip(" ;,")
        courtesy = _COURTESY.fullmatch(step)
        kept |= (
            {"next_step": None, "next_step_due": None}
            if courtesy or not step or _NO_STEP.search(step)
            else {"next_step": step}
        )


def weigh_step(seen: Seen, kept: dict[str, Any], context: Context) -> list[Offer]:
    """What is to be done next: the clauses that the model takes for it, in the patterns' words where they agree.

    A label or a request to be reminded needs no model; what the patterns alone take for a step is offered, or stays
    in the note.
    """
    clauses = seen.clauses(context)
    offers: list[Offer] = []
    step, due = kept.get("next_step"), kept.get("next_step_due")
    if step and _CALL_IT.fullmatch(step):
        kept |= {"close_date": kept.get("close_date") or due, "next_step": None, "next_step_due": None}
    elif step and (share := _share_of(step, clauses, seen)) < _agrees_from(step):
        kept |= {"next_step": None, "next_step_due": None}
        possible = share >= HARDLY or cues.WANTS.search(step)
        offers = [Offer(field="next_step", value=step[:LONGEST_OFFER], words=step, due=due)] if possible else []
    if not kept.get("next_step"):
        told = [c for c in clauses if c.step >= _enough(c, seen) and not _no_step(c, seen, kept, context)]
        _take(told, seen, kept)
    if kept.get("next_step") and kept.get("next_step_due") is None:
        _due_of_step(seen, kept, context)
    return [] if kept.get("next_step") else offers


def _agrees_from(step: str) -> float:
    """How likely a clause must be a step where the patterns take it for one: less where a meeting to come is told."""
    return POSSIBLE_STEP if activity_kind(step) or cues.BOOKED.search(step) else LIKELY_STEP


def _share_of(step: str, clauses: Sequence[Clause], seen: Seen) -> float:
    """How likely a step that the patterns found is one: surely where it was called so, else by the clause it stands
    in.
    """
    own = seen.said.own
    if cues.NEXT_LABEL.search(own) or cues.REMIND.search(own):
        return 1.0
    words = set(_words(step))
    shares = [c.step for c in clauses if len(words & set(_words(own[c.start : c.end]))) * 2 >= min(len(words), 3)]
    return max(shares, default=0.0)


def _enough(clause: Clause, seen: Seen) -> float:
    """How sure the model must be by itself: more where no day stands in the clause."""
    dated = any(clause.start <= p.place.start < clause.end for p in seen.kinds("date"))
    return SURE_STEP if dated else SURE


def _no_step(clause: Clause, seen: Seen, kept: dict[str, Any], context: Context) -> bool:
    """A clause whose day is the close date, or lies behind; or that asks or only supposes."""
    days = [day for p in seen.kinds("date") if clause.start <= p.place.start < clause.end and (day := day_in(p))]
    text = seen.said.own[clause.start : clause.end]
    supposed = cues.SUPPOSED.search(text) or cues.HYPOTHETICAL.search(text)
    return bool(supposed) or any(day < context.today or day == kept.get("close_date") for day in days)


def _take(told: Sequence[Clause], seen: Seen, kept: dict[str, Any]) -> None:
    """The words and the day of the clauses that say what is next."""
    steps = []
    for clause in told:
        dates = [p for p in seen.kinds("date") if clause.start <= p.place.start < clause.end]
        text = _words_of(clause, dates, seen)
        if text:
            steps.append(text)
        if dates and kept.get("next_step_due") is None:
            kept["next_step_due"] = day_in(dates[-1])
    kept["next_step"] = "; ".join(dict.fromkeys(steps)) or None
    if not steps:
        kept["next_step_due"] = None


def _due_of_step(seen: Seen, kept: dict[str, Any], context: Context) -> None:
    """A day that is due belongs to the step told without one."""
    due = [p for p in seen.of("due", 0.6) if (day := day_in(p)) is not None and day >= context.today]
    if not due and _THEN.search(kept["next_step"]):
        due = [p for p in seen.kinds("date") if (day := day_in(p)) is not None and day >= context.today]
    if due:
        kept["next_step_due"] = day_in(due[-1])


def _words_of(clause: Clause, dates: Sequence[Part], seen: Seen) -> str:
    """The clause without its day, its account's name at the head, and `I will`."""
    gone = [(p.place.start, p.place.end) for p in dates]
    gone += [(p.place.start, p.place.end) for p in seen.kinds("account") if p.place.start <= clause.start + 1]
    text = " ".join(blanked(seen.said.own, gone)[clause.start : clause.end].split()).strip(" .,;:-–")
    quoted = _QUOTED.search(text)
    text = quoted[1] if quoted else _PROMISED.sub("", _PREAMBLE.sub("", text))
    return _TRAILING.sub("", text).strip(" .,;:-–")


def _words(text: str) -> list[str]:
    return re.findall(r"[\u4e00-\u9fff]|[^\W_]+", text.casefold())
