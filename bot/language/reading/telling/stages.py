"""Stage, forecast category, won and lost."""

import re
from typing import Any

from bot.contract.commands.base import DealChanges, Offer
from bot.domain.deals import StageKind
from bot.domain.text import worded
from bot.language.context import Context
from bot.language.lexicon import vocabulary
from bot.language.reading.seen import LIKELY, SURE, Part, Seen
from bot.language.reading.telling.weights import HARDLY, NEGATION, POSSIBLE
from bot.language.rules.changes import add_loss_reason
from bot.language.rules.stages import kind_of

CLOSED_BY: dict[StageKind, tuple[str, ...]] = {
    StageKind.WON: ("won", "stage"), StageKind.LOST: ("lost", "stage"), StageKind.OPEN: ("stage", "reopen", "new_deal"),
}  # fmt: skip
_HEARSAY = worded(
    r"\b(?:they|competitors?|rivals?)\b.{0,30}\bwon\b|\b(?:claims?|rumou?rs?|heard|apparently|supposedly|gossip)\b|听说|据说|传言",
    re.I,
)
_STAYS = worded(r"\b(?:still|stays?|remains?)\W+(?:in |at |a |the )*$|(?:还是|仍是|还在)$", re.I)
"""A stage that holds on: what is said to be won or lost beside it is another deal, or not so."""
_NOT_IT = worded(r"(?:\bnot|\bfrom|\binstead of|\bno longer|别放|别|不是|不放|从)\W*(?:in |at |as |a |the )*$", re.I)
_NOT_ENDED: dict[StageKind, str] = {
    StageKind.WON: r"won|win|sign(?:ed)?|clos(?:e|ed)", StageKind.LOST: r"los[et]|losing", StageKind.OPEN: r"(?!)",
}  # fmt: skip


def weigh_stage(seen: Seen, changes: DealChanges, kept: dict[str, Any], context: Context) -> list[Offer]:
    """Winning and losing need an act beside the words; another stage only that nothing speaks against it."""
    if changes.forecast is None and seen.acts.get("forecast", 0) >= LIKELY:
        categories = {
            str(p.place.value) for p in seen.kinds("category") if not _NOT_IT.search(seen.said.own[: p.place.start])
        }
        kept["forecast"] = categories.pop() if len(categories) == 1 else None
    named = vocabulary("fields")["forecast"].search(seen.said.own)
    if changes.forecast is not None and seen.acts.get("forecast", 0) < POSSIBLE and not named:
        kept["forecast"] = None
    if seen.acts.get("reopen", 0) >= LIKELY:
        kept["reopened"] = True
        if kind_of(kept["stage"], context.stages) is not StageKind.OPEN:
            kept |= {"stage": None, "loss_reason": None}
        return []
    if changes.stage is None:
        names = {str(p.place.value) for p in seen.of("stage", 0.6) if _kind_of(p, context) is StageKind.OPEN}
        if len(names) == 1 and seen.acts.get("stage", 0) >= LIKELY:
            kept["stage"] = names.pop()
            return []
        return _ended(seen, kept, context)
    kind = kind_of(changes.stage, context.stages) or StageKind.OPEN
    if kind is not StageKind.OPEN and any(_STAYS.search(seen.said.own[: p.place.start]) for p in seen.kinds("stage")):
        kept |= {"stage": None, "loss_reason": None}
        return [Offer(field="stage", value=changes.stage, words=changes.stage)]
    acts = seen.likelihood(CLOSED_BY[kind])
    against = seen.likelihood(("note", "private", "fact", "cannot", "cancelled"))
    here = [p for p in seen.kinds("stage") if p.place.value == changes.stage]
    doubted = bool(here) and all(p.part != "stage" and p.share >= SURE for p in here)
    enough = POSSIBLE if kind is not StageKind.OPEN else HARDLY
    if acts >= enough or (kind is StageKind.OPEN and not doubted and against < LIKELY):
        return []
    kept |= {"stage": None, "loss_reason": None}
    return [Offer(field="stage", value=changes.stage, words=here[0].words if here else changes.stage)]


def stage_denied(seen: Seen, stage: str | None, context: Context) -> bool:
    """`it wasn't won`, `don't move it to verbal`: said to be not so."""
    own, kind = seen.said.own, kind_of(stage, context.stages)
    if stage is None or kind is None:
        return False
    if re.search(rf"{NEGATION}\W+(?:\w+\W+){{0,2}}(?:{_NOT_ENDED[kind]})\b", own, re.I):
        return True
    here = [p for p in seen.kinds("stage") if p.place.value == stage]
    denied = worded(rf"{NEGATION}(?!\W+(?:sure|sign|only|just))(?:(?! but | now )[^.,;]){{0,40}}$", re.I)
    return bool(here) and all(denied.search(own[: p.place.start]) for p in here)


def _ended(seen: Seen, kept: dict[str, Any], context: Context) -> list[Offer]:
    """Won or lost by the model alone: on the card where it is sure, else offered."""
    if _HEARSAY.search(seen.said.own):
        return []
    for act, kind in (("won", StageKind.WON), ("lost", StageKind.LOST)):
        share = seen.acts.get(act, 0)
        name = next((s.name for s in context.stages if s.kind is kind), None)
        if name and share >= SURE:
            kept["stage"] = name
            if kind is StageKind.LOST:
                add_loss_reason(seen.said.own, kept, context)
        elif name and share >= LIKELY:
            return [Offer(field="stage", value=name, words=seen.said.text[:40])]
    return []


def _kind_of(part: Part, context: Context) -> StageKind | None:
    return kind_of(str(part.place.value), context.stages)
