"""Amounts of money: `$1.2m`, `180k`, `90 grand`, `half a million`, `€45,5k`, `12万`, and relative changes."""

import re
from dataclasses import dataclass
from decimal import Decimal

from bot.language.entities import numbers as n

CURRENCIES = {
    "$": "USD", "us$": "USD", "usd": "USD", "dollar": "USD", "dollars": "USD", "bucks": "USD", "美元": "USD", "美金": "USD",
    "€": "EUR", "eur": "EUR", "euro": "EUR", "euros": "EUR", "欧元": "EUR",
    "£": "GBP", "gbp": "GBP", "pound": "GBP", "pounds": "GBP", "quid": "GBP", "英镑": "GBP",
    "¥": "CNY", "￥": "CNY", "cny": "CNY", "rmb": "CNY", "yuan": "CNY", "人民币": "CNY", "元": "CNY", "块": "CNY", "块钱": "CNY",
    "jpy": "JPY", "yen": "JPY", "日元": "JPY", "chf": "CHF", "inr": "INR", "₹": "INR", "aud": "AUD", "a$": "AUD", "sgd": "SGD",
    "s$": "SGD", "cad": "CAD", "c$": "CAD", "hkd": "HKD", "hk$": "HKD", "港币": "HKD", "港元": "HKD",
}  # fmt: skip
SUFFIXES = {
    "k": 1_000, "grand": 1_000, "thousand": 1_000, "m": 1_000_000, "mm": 1_000_000, "mio": 1_000_000, "mil": 1_000_000,
    "mn": 1_000_000, "million": 1_000_000, "millions": 1_000_000, "b": 1_000_000_000, "bn": 1_000_000_000, "billion": 1_000_000_000,
    "lakh": 100_000, "crore": 10_000_000, "hundred": 100, "千": 1_000, "万": 10_000, "w": 10_000, "百万": 1_000_000,
    "千万": 10_000_000, "亿": 100_000_000,
}  # fmt: skip
_PREFIX = r"(?P<prefix>us\$|hk\$|a\$|s\$|c\$|[$€£¥￥₹]|\b(?:usd|eur|gbp|cny|rmb|chf|jpy|inr|aud|sgd|cad|hkd)\b|人民币|美元|美金|欧元)"
_AFTER = (
    r"(?P<after>usd|eur|gbp|cny|rmb|chf|jpy|inr|aud|sgd|cad|hkd|dollars?|euros?|pounds?|yuan|yen|bucks|quid|[€£$]"
    r"|美元|美金|欧元|英镑|人民币|港币|港元|日元|元|块钱|块)(?![a-z])"
)
_SUFFIX = r"(?P<suffix>k|grand|thousand|mm|mio|mil|mn|millions?|m|bn|billion|b|lakh|crore|百万|千万|千|万|亿|w)(?![a-z])"
_FIGURES = re.compile(rf"(?:{_PREFIX}\s*)?(?<![A-Za-z0-9_.])(?P<figure>{n.FIGURE})(?:\s?{_SUFFIX})?(?:\s?{_AFTER})?", re.I)
_WORDS = re.compile(
    rf"(?:{_PREFIX}\s*)?(?P<half>\b(?:a\s+)?(?:half|quarter)\s+(?:of\s+)?a\s+|\ba\s+)?(?P<words>\b{n.ENGLISH}\b)(?:\s?(?P<suffix>grand|k)\b)?(?:\s?{_AFTER})?",
    re.I,
)
_CHINESE = re.compile(rf"(?:{_PREFIX}\s*)?(?<![\d.])(?P<words>(?=[^千万亿]){n.CHINESE})(?:\s?{_AFTER})?")
_PERCENT = re.compile(
    r"\b(?P<up>up|raise|increase|bump|grow|add)?(?P<down>cut|down|reduce|drop|lower|decrease|take)?\b[^.,;%]{0,20}?"
    r"(?:by\s+)?(?P<figure>\d+(?:\.\d+)?)\s?(?:%|percent|pct)(?:\s+(?P<off>off|less|lower|discount|down)|\s+(?P<more>more|up|higher))?",
    re.I,
)
_FRACTION = re.compile(r"\b(half|double|twice|triple|two thirds|a third) (?:of )?(?:what|the|it|that|that amount|the amount)\b|(减半|翻倍|翻一番)", re.I)
_FACTORS = {"half": "0.5", "double": "2", "twice": "2", "triple": "3", "two thirds": "0.6667", "a third": "0.3333", "减半": "0.5", "翻倍": "2", "翻一番": "2"}
_COUNTED = re.compile(
    r"^\s?(?:%|percent|pct|min|mins|minutes?|h\b|hr|hrs|hours?|days?|weeks?|wks?|months?|years?|yrs?|seats?|users?|licen[cs]es?|units?|pcs|sites?"
    r"|people|times|am\b|pm\b|th\b|st\b|nd\b|rd\b|points?|gateways?|doors?|台|套|个|人|分钟|小时|天|周|月|年|号|日|次|点|期|家|条|位|座|楼)",
    re.I,
)


@dataclass(frozen=True, slots=True)
class MoneySaid:
    """An amount in a text. `sure` is False for a bare number, which only its surroundings can make money."""

    start: int
    end: int
    amount: Decimal
    currency: str | None
    sure: bool


def find_money(text: str) -> list[MoneySaid]:
    """All amounts in a text in order, longest reading first; numbers that count something else are left out."""
    found: list[MoneySaid] = []
    for pattern in (_WORDS, _CHINESE, _FIGURES):
        for match in pattern.finditer(text):
            said = _read(match, text)
            if said and not any(said.start < other.end and other.start < said.end for other in found):
                found.append(said)
    return sorted(found, key=lambda m: m.start)


def _read(match: re.Match[str], text: str) -> MoneySaid | None:
    groups = match.groupdict()
    prefix, after, suffix = groups.get("prefix"), groups.get("after"), (groups.get("suffix") or "").lower()
    if _COUNTED.match(text[match.end() :]) and not prefix:
        return None
    currency = CURRENCIES.get((prefix or after or "").lower())
    if groups.get("figure"):
        amount = n.figure(groups["figure"])
        if text[max(match.start() - 1, 0) : match.start()] in {"/", "-", ":", "#", "."} and not currency and not suffix:
            return None
        if re.match(r"[/:-]\d", text[match.end() :]):
            return None
        sure = bool(currency or suffix)
    else:
        words = groups["words"]
        scaled = any(scale in words.lower() for scale in n.SCALES) or any(c in words for c in "万亿")
        half = groups.get("half") or ""
        sure = bool(currency or suffix or (scaled and (n.english(words) >= 1000 if words.isascii() else True)))
        if not sure or (after in {"元", "块"} and len(words) == 1 and not currency):
            return None
        amount = n.english(words) if words.isascii() else n.chinese(words)
        if "half" in half.lower():
            amount /= 2
        elif "quarter" in half.lower():
            amount /= 4
    amount *= SUFFIXES.get(suffix, 1)
    return MoneySaid(match.start(), match.end(), amount, currency, sure)


def find_factor(text: str) -> Decimal | None:
    """A relative change: `bump it by 10 %` is 1.1, `cut 20%` is 0.8, `half of what we quoted` is 0.5."""
    fraction = _FRACTION.search(text)
    if fraction:
        return Decimal(_FACTORS[(fraction.group(1) or fraction.group(2)).lower()])
    for match in _PERCENT.finditer(text):
        share = Decimal(match["figure"]) / 100
        if match["down"] or match["off"]:
            return 1 - share
        if match["up"] or match["more"]:
            return 1 + share
    return None
