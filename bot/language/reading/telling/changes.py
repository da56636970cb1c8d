"""The changes of one deal, weighed: what goes on the card, what is offered, what stays as it is."""

import re
from dataclasses import replace
from typing import Any

from bot.contract.commands.base import Command, DealChanges, Offer
from bot.contract.commands.writing import LogActivity, UpdateDeal
from bot.domain.deals import StageKind
from bot.domain.text import worded
from bot.language.context import Context
from bot.language.lexicon import vocabulary
from bot.language.reading.seen import LIKELY, Seen
from bot.language.reading.telling.amounts import weigh_amount
from bot.language.reading.telling.closing import ended_on, left_over, one_day, weigh_close
from bot.language.reading.telling.stages import stage_denied, weigh_stage
from bot.language.reading.telling.steps import tidied_step, weigh_step
from bot.language.reading.telling.weights import HARDLY, POSSIBLE
from bot.language.rules import cues
from bot.language.rules.changes import add_loss_reason
from bot.language.rules.stages import kind_of

_WITHDRAWN = worded(
    r"\b(?:was|were) (?:going|about|planning|meant) to\b|\blet'?s (?:wait|hold(?: off)?)\b|\bhold(?:ing)? off\b"
    r"|\bdecided against\b|先(?:不|别)(?:改|动)|还是算了",
    re.I,
)
"""A change that was only considered, and is not wanted any more, or not yet."""
_SUPPOSED = worded(
    r"\b(?:planning|plans?|hop(?:e|es|ing)|intend\w*|want(?:s|ed)?|wish\w*|joked|nearly|almost) (?:to |we "
    r"|they |i |he |she )"
    r"|\b(?:once|as soon as|if|unless)\b"
    r"|一旦|等.{1,10}(?:就|再)|如果|要是|打算|希望",
    re.I,
)
"""What is only planned, hoped for or supposed: the model alone makes nothing of it certain."""
_REASON = worded(r"\breasons?\b|(?:丢单|输单)?原因", re.I)
"""What is said of why a deal was lost, though not that it is lost: it was before."""
_REASON_WRONG = worded(
    r"\breasons?\b.{0,40}\b(?:wrong|fix|chang\w+|updat\w+|correct\w*|should be|instead)\b"
    r"|\b(?:fix|change|update|correct)\b.{0,30}\breasons?\b|原因.{0,8}(?:错|改|不是|应该)|改.{0,6}原因",
    re.I,
)
_SWAPS = worded(r"\b(?:swap|chang|replac|switch|exchang)\w*\b|换成?|改成", re.I)
_NO_STEP = worded(r"\W*(?:none|nothing|n/?a|nil|no(?:ne)? (?:more|yet)?|tbd|-|无|没有|暂无)\W*", re.I)
_CLEARED: dict[str, Any] = {
    "next_step": "next_step", "amount": "amount", "close_date": "close_date", "forecast": "forecast",
}  # fmt: skip


def weighed(seen: Seen, changes: DealChanges, context: Context) -> tuple[DealChanges, tuple[Offer, ...]]:
    """The changes that are certain, and the possible ones as offers."""
    kept: dict[str, Any] = changes.model_dump()
    tidied_step(kept)
    if _WITHDRAWN.search(seen.said.own):
        return DealChanges(next_step=changes.next_step, next_step_due=changes.next_step_due), ()
    if _SUPPOSED.search(seen.said.own) or cues.HYPOTHETICAL.search(seen.said.own):
        seen = replace(seen, acts={act: min(share, HARDLY) for act, share in seen.acts.items()})
    swapped = _swapped(seen)
    if swapped:
        kept |= {"products_removed": swapped[:1], "products": swapped[1:]}
    gone = tuple(dict.fromkeys(p.words for p in seen.of("old_product")))
    if gone and not swapped and seen.likelihood(("product_remove", "product_swap")) >= POSSIBLE:
        kept["products_removed"] = gone
    added = tuple(dict.fromkeys(p.words for p in seen.of("product", 0.6)))
    if added and not kept["products"] and not swapped and seen.likelihood(("product_add", "product_swap")) >= LIKELY:
        kept["products"] = added
    offers = [
        *weigh_amount(seen, changes, kept, context),
        *weigh_close(seen, changes, kept, context),
        *weigh_stage(seen, changes, kept, context),
    ]
    if kind_of(kept.get("stage"), context.stages) is StageKind.LOST:
        kept["amount_factor"] = None  # by how much the other one is cheaper
    if _REASON_WRONG.search(seen.said.own):
        kept |= {"stage": None, "loss_reason": None}
    if not kept.get("stage") and _REASON.search(seen.said.own):
        add_loss_reason(seen.said.own, kept, context)
    offers = [o for o in offers if o.field != "stage" or not stage_denied(seen, o.value, context)]
    if stage_denied(seen, kept.get("stage"), context):
        kept |= {"stage": None, "loss_reason": None}
    ended_on(seen, kept, context)
    if changes.stage is None and any(
        kept.get(name) is not None for name in ("amount", "amount_delta", "amount_factor")
    ):
        offers = [o for o in offers if o.field != "stage"]
    offers += weigh_step(seen, kept, context)
    if kept["next_step"] and kept["close_date"] and one_day(seen, kept):
        kept["close_date"] = None
    if not any(o.field == "close_date" for o in offers):
        offers += left_over(seen, kept, context)
    if not any(kept.get(name) is not None for name in ("amount", "amount_factor", "amount_delta")) and seen.kinds(
        "money"
    ):
        kept |= {"currency": None, "currency_by_sign": False}
    return DealChanges.model_validate(kept), tuple(offers)


def _swapped(seen: Seen) -> tuple[str, ...]:
    """The product that goes, then those that come: `swap Yard for Dock`."""
    products = list(dict.fromkeys(p.words for p in seen.kinds("product")))
    likely = seen.acts.get("product_swap", 0) >= HARDLY
    return tuple(products) if likely and len(products) > 1 and _SWAPS.search(seen.said.own) else ()


def cleared(seen: Seen, command: Command | None, context: Context) -> Command | None:
    """`no next step any more`: a field that loses its value."""
    changes = command.changes if isinstance(command, LogActivity | UpdateDeal) else DealChanges()
    words = " ".join(p.words for p in seen.kinds("account", "deal"))
    if changes.next_step and _NO_STEP.fullmatch(changes.next_step):
        return UpdateDeal(deal=words, changes=DealChanges(cleared=("next_step",)))
    if seen.acts.get("clear", 0) < LIKELY:
        return None
    named = [_CLEARED[f] for f, cue in vocabulary("fields").items() if f in _CLEARED and cue.search(seen.said.own)]
    return UpdateDeal(deal=words, changes=DealChanges(cleared=tuple(named[:1]))) if named else None
