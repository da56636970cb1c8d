"""What changes on a deal: stage, amount, close date, forecast, owner, products and the reason of a loss."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from bot.domain.deals import StageKind
from bot.domain.text import HAS_CJK, loose, worded
from bot.language.context import Context
from bot.language.rules import cues
from bot.language.rules.stages import find_stage, kind_of
from bot.language.spans.dates import DateSaid, find_dates
from bot.language.spans.durations import find_duration
from bot.language.spans.money import MoneySaid, find_difference, find_factor, find_money, find_net
from bot.language.spans.shifts import find_shift

_RELATIVE = worded(
    (
        r"bump|rais|increas|cut|reduc|drop|lower|grow|half|halve|doubl|tripl|twice|discount|uplift|\bdown\b"
        r"|\bup\b|take|took|shav|knock|减半|折|翻|上调|下调|提高|降低|增加|减少|上浮|下浮|涨|降|加|减|[+-]\s?\d"
    ),
    re.I,
)
_TOLD_AS_MONEY = worded(
    r"won|closed|signed|sold|bump|rais|deal|worth|amount|value|price|budget|still|make it|now|quote|call it", re.I
)
_ADDS = worded(r"\W*(?:and |also |please |pls |they )?(?:add|include|also want|throw in|tack on|plus|加)", re.I)
_RANGE = worded(
    (
        r"\bbetween\s+[$€£¥]?\d|(?<!from )(?<!\d)[$€£¥]?\d[\d.,]*\s?(?:k|m|grand)?\s?(?:-|–|to"
        r"|or)\s?[$€£¥]?\d[\d.,]*\s?(?:k|m|grand|mio)\b|\d+万?[到至~-]\d+万"
    ),
    re.I,
)
_NOT_BEFORE = worded(
    (
        r"\b(?:won'?t|not|never|can'?t|cannot|unlikely to) (?:\w+ ){0,2}(?:clos\w*|sign\w*|happen|land|buy"
        r"|decide|go ahead|be done)\b.{0,20}?\b(?:before|until|till)\b"
    ),
    re.I,
)
_THOUSANDS = worded(r"\b(?:to|at|is|now|of|about|around|worth)\s+$", re.I)
_NOW = worded(r"now|right now|just now|at the moment|today|earlier|this (?:morning|afternoon|aft|evening)", re.I)
_CLOSING = worded(
    r"\b(?:clos\w+|sign(?:s|ed|ing)?(?! off)|signature|land\w*|go(?:es)? live|decision)\b|关单|签|成交|结单", re.I
)
_NEEDS_TOO = worded(
    (
        r"\b(?:needs?|wants?|takes?|taking)\b(?=.*\b(?:as well|too|also|on top)\b)|\balso (?:needs?|wants?"
        r"|takes?)\b|也要|还要"
    ),
    re.I,
)
_SHARED_SIGN = worded(r"[$¥￥]")
_CURRENCY_IN_WORDS = worded(
    (
        r"\b(?:in|to) (?P<word>us dollars|dollars|usd|euros?|eur|pounds|sterling|gbp|yuan|rmb|cny|yen"
        r"|swiss francs|chf)\b|按?(?P<zh>美元|美金|欧元|英镑|人民币|港币)"
    ),
    re.I,
)
_STATED = {
    "d": "USD",
    "u": "USD",
    "e": "EUR",
    "p": "GBP",
    "st": "GBP",
    "g": "GBP",
    "yu": "CNY",
    "r": "CNY",
    "c": "CNY",
    "ye": "JPY",
    "sw": "CHF",
    "ch": "CHF",
}
_STATED_ZH = {"美元": "USD", "美金": "USD", "欧元": "EUR", "英镑": "GBP", "人民币": "CNY", "港币": "HKD"}


def read_changes(clause: str, changes: dict[str, Any], context: Context) -> None:
    """Put what a clause changes into `changes`, the close date aside."""
    forecast = next(((name, found) for name, cue in cues.FORECAST if (found := cue.search(clause))), None)
    if forecast:
        changes["forecast"] = forecast[0]
    bare = clause[: forecast[1].start()] + clause[forecast[1].end() :] if forecast else clause
    stage = None if cues.UNREAL.search(clause) else find_stage(bare, context.stages, context.process)
    if stage:
        changes["stage"] = stage
    if kind_of(changes.get("stage"), context.stages) is StageKind.LOST:
        add_loss_reason(clause, changes, context)
    _read_amount(clause, changes)
    _read_owner(clause, changes, context)
    renamed = cues.RENAME.search(clause)
    if renamed:
        changes["name"] = (renamed["new"] or renamed["new2"]).strip(" .!。")
    _read_products(clause, changes, context)


_NOT_FOR = worded(
    r"(?:(?:\bnot|n['’]?t)(?: (?:on|for|about|because of|over))?|\bnothing to do with|不是(?:因为)?)\s+"
    r"(?:(?:the|an?)\s+)?$",
    re.I,
)


def add_loss_reason(text: str, changes: dict[str, Any], context: Context) -> None:
    """The first reason that a text names, where none is known yet; to lose to somebody by name is to lose to a
    competitor.
    """
    names = "|".join(name for name, _ in cues.LOSS_REASONS)
    said = re.search(rf"\breason\b\W*(?:is |was |being |= ?)?({names})\b|\b({names})\W*$", text, re.I)
    reason = (
        (said[1] or said[2]).lower()
        if said and not _NOT_FOR.search(text[: said.start(1 if said[1] else 2)])
        else next(
            (
                name
                for name, cue in cues.LOSS_REASONS
                if any(not _NOT_FOR.search(text[: hit.start()]) for hit in cue.finditer(text))
            ),
            None,
        )
    )
    named = (rf"(?<![A-Za-z0-9_]){loose(name)}(?![A-Za-z0-9_])" for name in context.competitors)
    if reason is None and any(re.search(name, text, re.I) for name in named):
        reason = "competitor"
    if reason and not changes.get("loss_reason"):
        changes["loss_reason"] = reason


def close_date(clause: str, ahead: list[DateSaid], context: Context) -> DateSaid | None:
    """The day or period by which a clause says that the deal closes; the day of a move to a stage is none."""
    cue = cues.CLOSE.search(clause)
    ahead = [d for d in ahead if not _NOW.fullmatch(clause[d.start : d.end].strip())]
    if ahead and not _CLOSING.search(clause) and find_stage(clause, context.stages, context.process):
        return None
    if not cue or not ahead:
        return None
    after = [d for d in ahead if d.start >= cue.start()] or (ahead if HAS_CJK.search(clause) else [])
    strong = cues.STRONG_CLOSE.search(clause)
    if not after and strong:
        after = ahead
    denied = None if _NOT_BEFORE.search(clause) else cues.NEGATED.search(clause)
    if not after or (denied and denied.start() <= after[-1].start and (strong or denied.start() < cue.start())):
        return None
    return after[-1]


def read_shift(clause: str, changes: dict[str, Any]) -> None:
    """`slips two weeks`: the close date moves by a span from where it is."""
    shift = find_shift(clause)
    if shift and not cues.NEGATED.search(clause):
        changes["close_shift_days" if shift.days else "close_shift_months"] = shift.days or shift.months


_ASKED_OFF = worded(
    (
        r"\b(?:ask(?:s|ed|ing)?|want(?:s|ed|ing)?|request(?:s|ed)?|demand(?:s|ed)?|push(?:es|ed|ing)|hop(?:es"
        r"|ed|ing)|wish(?:es|ed)?|fish(?:es|ed|ing))\b.{0,20}%|(?:要求|想要|希望|问).{0,10}(?:折|%|优惠)"
    ),
    re.I,
)
"""A discount that a customer asks for changes nothing yet."""


def _read_amount(clause: str, changes: dict[str, Any]) -> None:
    factor = find_factor(clause)
    if factor and _RELATIVE.search(clause) and not _ASKED_OFF.search(clause):
        changes["amount_factor"] = factor
        return
    stated = _CURRENCY_IN_WORDS.search(clause)
    if cues.NOT_AMOUNT.search(clause) or cues.UNREAL.search(clause) or _RANGE.search(clause):
        return
    net = find_net(clause)
    if net is not None:
        changes["amount"] = net
        return
    difference = find_difference(clause)
    if difference is not None:
        changes["amount_delta"] = difference
        return
    monies = [
        m for m in find_money(clause) if not cues.OLD_AMOUNT.search(clause[: m.start]) and not _minutes(m, clause)
    ]
    sure = [m for m in monies if m.sure]
    if sure:
        said = sure[-1]
        changes["amount"] = said.amount
        changes.pop("bare_amount", None)
        if said.currency:
            changes["currency"] = said.currency
            changes["currency_by_sign"] = bool(_SHARED_SIGN.match(clause[said.start :]))
        if stated:
            changes["currency"], changes["currency_by_sign"] = _stated(stated), False
        return
    parted = [
        m
        for m in monies
        if m.amount >= 1000 and "," in clause[m.start : m.end] and _THOUSANDS.search(clause[: m.start])
    ]
    if parted:
        changes["amount"] = parted[-1].amount
        return
    bare = cues.BARE_AMOUNT.search(clause)
    spans = [(d.start, d.end) for d in find_dates(clause, date(2000, 1, 1), ahead=True)]
    if bare and _TOLD_AS_MONEY.search(clause) and not any(a <= bare.start("n") < b for a, b in spans):
        changes["amount"], changes["bare_amount"] = Decimal(bare["n"]), True


def _minutes(money: MoneySaid, clause: str) -> bool:
    """`call w/ Sam, 20m` is twenty minutes: a bare m that no word makes money."""
    duration = find_duration(clause)
    if not duration or not (duration[1][0] <= money.start < duration[1][1]) or money.currency:
        return False
    return not re.search(
        r"\b(?:about|worth|deal|budget|quote|value|at|amount|for|to|now|is)\s*~?$", clause[: money.start].rstrip(), re.I
    )


def _stated(match: re.Match[str]) -> str:
    if match["zh"]:
        return _STATED_ZH[match["zh"]]
    word = match["word"].lower()
    return _STATED[word[:2]] if word[:2] in _STATED else _STATED[word[0]]


def _read_owner(clause: str, changes: dict[str, Any], context: Context) -> None:
    owner = cues.OWNER.search(clause)
    if owner:
        who = next(owner[name] for name in ("who", "who2", "who3", "who4", "who5") if owner[name])
        if context.lexicon.names_in(who, {"person"}):
            changes["owner"] = who.strip()


def _read_products(clause: str, changes: dict[str, Any], context: Context) -> None:
    add = cues.ADD_PRODUCT.search(clause)
    if (add and _ADDS.match(clause)) or (add := _NEEDS_TOO.search(clause)):
        products = [
            n for n in context.lexicon.names_in(clause, {"product"}) if n.start >= add.start() and n.score >= 0.5
        ]
        words = tuple(dict.fromkeys(clause[n.start : n.end] for n in products))
        if words:
            changes["products"] = (*changes.get("products", ()), *words[:3])
