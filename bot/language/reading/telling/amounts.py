"""The deal's amount: certain, offered, or kept as words."""

import re
from decimal import Decimal
from itertools import pairwise
from typing import Any

from bot.contract.commands.base import DealChanges, Offer
from bot.domain.deals import StageKind
from bot.domain.text import worded
from bot.language.context import Context
from bot.language.reading.seen import LIKELY, SURE, Part, Seen
from bot.language.reading.telling.weights import POSSIBLE, amount_in, both_agree, offer_of
from bot.language.rules.stages import kind_of
from bot.language.spans.clauses import clauses_in_all
from bot.language.spans.dates import impossible_date
from bot.language.spans.money import MoneySaid
from bot.language.spans.numbers import number_said

_SAID_OUTRIGHT = worded(
    r"(?:\b(?:worth|amount|value|deal size|make it|bump(?:ed)? (?:it )?to|now)\b|金额|预算|改成|改为|合同额|=|\bso\b"
    r"|\bbecomes\b|→|->|=>)\W*(?:is"
    r"|to|at|of|:|=|是|到|为)?\W*$",
    re.I,
)
"""Words right before an amount that leave no doubt that it is the deal's."""
_BEFORE = worded(
    r"(?:\b(?:was|isn'?t|wasn'?t|is not|not|originally|by|cheaper|list(?:ed)?(?: at)?|down from|up from|from)|原价|原来"
    r"|从)\W*$",
    re.I,
)
"""Words right before an amount that say that it is the old one, or the list price."""
_RANGE = re.compile(r"\s*(?:and|to|or|-|–|到|至)\s*[$€£¥]?\d")
"""Behind a number: it only begins a range."""
_ENDS_A_RANGE = worded(r"\d\s?(?:k|m|万)?\s*(?:and|to|or|-|–|到|至)\s*[$€£¥]?$", re.I)
_JOINED = re.compile(r"\s*(?:,|and|or|to|/|-|–|和|或|到|至|、|\s)+\s*", re.I)
_NEGATIVE = worded(r"(?:(?<=\s)[-−]|\b(?:minus|negative) |负)$", re.I)

_PAID = worded(
    r"\b(?:deposits?|down ?payments?|instal+ments?|up ?front|pay(?:s|ing|able|ments?)?|paid|in advance|retainer)\b"
    r"|付(?!款方式)|首[付款期]|尾款|定金|订金|预付|剩下|余款|分期",
    re.I,
)
"""Words of a clause about a part that is paid by itself."""
_UNCHANGED = worded(
    r"\b(?:amount|total|value|price)\b[^.;]{0,12}\b(?:unchanged|the same|stays?|as (?:is|before))\b"
    r"|\bno change (?:in|to) (?:the )?(?:amount|price|value)\b|(?:总额|金额|总价|总数)(?:都|还)?(?:不变|没变|一样)",
    re.I,
)
_NO_AMOUNT: dict[str, Any] = {"amount": None, "currency": None, "currency_by_sign": False, "bare_amount": False}


def weigh_amount(seen: Seen, changes: DealChanges, kept: dict[str, Any], context: Context) -> list[Offer]:
    """An amount is certain where it was said outright, or where the model takes its place for the deal's new amount."""
    if _UNCHANGED.search(seen.said.own) or (changes.amount is not None and _is_a_part(changes.amount, seen)):
        kept |= _NO_AMOUNT
        return []
    stated = [p for p in seen.of("amount", POSSIBLE) if isinstance(p.place.value, MoneySaid) and not _negative(p, seen)]
    if changes.amount is None:
        clear = [p for p in stated if p.share >= LIKELY and (_sure(p) or _outright(p, seen))]
        if any(_ENDS_A_RANGE.search(seen.said.own[: p.place.start]) for p in clear):
            return [offer_of("amount", p) for p in clear[:2]]
        bare = _bare(seen)
        if not clear and len(bare) == 1:
            if bare[0].share >= SURE and seen.acts.get("amount", 0) >= LIKELY:
                kept |= {"amount": number_said(bare[0].words), "bare_amount": True}
                return []
            return [Offer(field="amount", value=str(number_said(bare[0].words)), words=bare[0].words)]
        relative = changes.amount_factor is not None or changes.amount_delta is not None
        if len(clear) == 1 and both_agree(clear[0].share, seen.acts.get("amount", 0)):
            kept |= {"amount": amount_in(clear[0]), "amount_factor": None, "amount_delta": None}
            return []
        return [] if relative else [offer_of("amount", p) for p in clear[:2]]
    here = next((p for p in seen.kinds("money") if amount_in(p) == changes.amount), None)
    lost = kind_of(changes.stage, context.stages) is StageKind.LOST
    if here is not None and lost and here.share < SURE:
        kept |= _NO_AMOUNT
        return []
    if here is not None and (_BEFORE.search(seen.said.own[: here.place.start]) or _negative(here, seen)):
        kept |= _NO_AMOUNT
        return []
    listed = _listed(seen)
    if len(listed) > 1:
        kept |= _NO_AMOUNT
        return [offer_of("amount", p) for p in listed[:3]]
    if here is None or _SAID_OUTRIGHT.search(seen.said.own[: here.place.start]):
        return []
    best = max(stated, key=lambda p: p.share, default=None)
    if (
        best is not None
        and amount_in(best) != changes.amount
        and best.share > (here.share if here.part == "amount" else 0)
    ):
        kept |= _NO_AMOUNT
        return [offer_of("amount", best), offer_of("amount", here)]
    rivals = {amount_in(p) for p in stated if p.share >= LIKELY}
    doubted = here.part not in {"amount", "min", "max"} and not (
        here.share < LIKELY and seen.acts.get("amount", 0) >= LIKELY
    )
    many = len(rivals) > 1 and seen.acts.get("amount", 0) < LIKELY
    if not doubted and not many:
        return []
    kept |= _NO_AMOUNT
    if here.part == "old_amount":
        return []
    return [offer_of("amount", p) for p in (stated[:2] if many else [here])]


def _is_a_part(amount: Decimal, seen: Seen) -> bool:
    """Whether an amount stands only in clauses about what is paid by itself."""
    own = seen.said.own
    here = [p.place.start for p in seen.kinds("money") if amount_in(p) == amount]
    clauses = [own[a:b] for a, b in clauses_in_all(own) if any(a <= at < b for at in here)]
    return bool(clauses) and all(_PAID.search(clause) for clause in clauses)


def _bare(seen: Seen) -> list[Part]:
    """Numbers without a unit that stand for the amount: none of a range, none of a day that no calendar has."""
    own = seen.said.own
    day = impossible_date(own) or ""
    return [
        p
        for p in seen.of("amount", LIKELY)
        if p.place.kind == "number"
        and number_said(p.words) is not None
        and not _RANGE.match(own, p.place.end)
        and not (day and own.find(day) <= p.place.start < own.find(day) + len(day))
    ]


def _outright(part: Part, seen: Seen) -> bool:
    return bool(_SAID_OUTRIGHT.search(seen.said.own[: part.place.start]))


def _negative(part: Part, seen: Seen) -> bool:
    """An amount below nothing, which no deal has; `acme - 50k` is a dash between words."""
    return part.words.startswith(("-", "−")) or bool(_NEGATIVE.search(seen.said.own[: part.place.start]))


def _listed(seen: Seen) -> list[Part]:
    """Amounts that stand side by side, `90k, 95k and 99k`: which one is meant is not said."""
    monies = [p for p in seen.kinds("money") if amount_in(p) is not None]
    joined = [
        (a, b)
        for a, b in pairwise(monies)
        if re.fullmatch(
            r"\s*(?:,|and|or|to|/|-|–|和|或|到|至|、|\s)+\s*", seen.said.own[a.place.end : b.place.start], re.I
        )
        and amount_in(a) != amount_in(b)
    ]
    return [joined[0][0], *(b for _, b in joined)] if joined else []


def _sure(part: Part) -> bool:
    said = part.place.value
    return isinstance(said, MoneySaid) and (said.sure or (said.amount >= 1000 and "," in part.words))
