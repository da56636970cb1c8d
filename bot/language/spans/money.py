"""Amounts of money: `$1.2m`, `180k`, `90 grand`, `half a million`, `€45,5k`, `186.850 €`, `12万`, and relative
changes.
"""

import itertools
import re
from dataclasses import dataclass
from decimal import Decimal

from bot.domain.text import simplified, worded
from bot.language.spans import numbers as n

_SIGNS = {
    "USD": "$ us$ usd$ us_$ u.s._$ u.s.$", "EUR": "€", "GBP": "£", "CNY": "¥ ￥ rmb￥ cn¥", "JPY": "jp¥",
    "INR": "₹ rs. rs", "KRW": "₩", "AUD": "a$ au$ aud$", "CAD": "c$ c_$ ca$ cad$",
    "NZD": "nz$ nzd$", "SGD": "s$ sg$ sgd$", "HKD": "hk$ hk_$ hkd$", "MXN": "mx$ mex$ mxn$", "BRL": "r$ brl$",
    "TWD": "nt$", "ILS": "₪", "CHF": "sfr.", "ZAR": "", "SEK": "",
    "NOK": "", "DKK": "", "PLN": "", "THB": "", "IDR": "", "HUF": "", "CZK": "", "AED": "", "SAR": "", "MYR": "",
    "PHP": "", "RUB": "₽", "TRY": "₺",
}  # fmt: skip
_WORDS = {
    "USD": "us dollars|american dollars|u.s. dollars|united states dollars|dollars|dollar|bucks|buck|美元|美金",
    "EUR": "euros|euro|欧元",
    "GBP": "pounds sterling|british pounds|pounds|pound|quid|sterling|英镑",
    "CNY": "chinese yuan|yuan|renminbi|rmb|人民币|块钱|元|块", "JPY": "japanese yen|yen|日元|日圆",
    "INR": "indian rupees|rupees|rupee", "KRW": "korean won|south korean won|韩元",
    "AUD": "australian dollars|aussie dollars|澳元",
    "CAD": "canadian dollars|加元", "NZD": "new zealand dollars", "SGD": "singapore dollars|新加坡元|新元",
    "HKD": "hong kong dollars|港币|港元",
    "MXN": "mexican pesos|mexican peso", "BRL": "brazilian reais|brazilian reals|reais", "TWD": "taiwan dollars|新台币",
    "ILS": "israeli shekels|shekels|shekel",
    "CHF": "swiss francs|swiss franc|francs", "ZAR": "south african rand|rand",
    "SEK": "swedish kronor|swedish krona|swedish kronas", "NOK": "norwegian kroner|norwegian krone",
    "DKK": "danish kroner|danish krone", "PLN": "polish zloty|zlotys|zloty", "THB": "thai baht|baht",
    "RUB": "russian rubles|russian roubles|rubles|roubles", "TRY": "turkish lira|turkish liras",
    "AED": "dirhams|dirham", "SAR": "saudi riyals|saudi riyal", "MYR": "malaysian ringgit|ringgit",
    "PHP": "philippine pesos", "IDR": "indonesian rupiah|rupiah", "HUF": "forints|forint",
    "CZK": "czech koruna|czech crowns",
}  # fmt: skip
CURRENCIES = (
    {iso.lower(): iso for iso in _SIGNS}
    | {sign.replace("_", " "): iso for iso, signs in _SIGNS.items() for sign in signs.split()}
    | {word: iso for iso, said in _WORDS.items() for word in said.split("|")}
)
SUFFIXES = {
    "k": 1_000, "grand": 1_000, "thousand": 1_000, "thousands": 1_000, "m": 1_000_000, "mm": 1_000_000,
    "mio": 1_000_000, "mil": 1_000_000,
    "mn": 1_000_000, "million": 1_000_000, "millions": 1_000_000, "b": 1_000_000_000, "bn": 1_000_000_000,
    "billion": 1_000_000_000,
    "billions": 1_000_000_000, "trillion": 10**12, "lakh": 100_000, "lakhs": 100_000, "lac": 100_000,
    "crore": 10_000_000, "crores": 10_000_000,
    "千": 1_000, "万": 10_000, "w": 10_000, "百万": 1_000_000, "千万": 10_000_000, "亿": 100_000_000,
}  # fmt: skip


def _any(words: list[str]) -> str:
    return "|".join(re.escape(w) for w in sorted(words, key=len, reverse=True))


_SIGN = _any([sign.replace("_", " ") for signs in _SIGNS.values() for sign in signs.split() if not sign[-1].isalpha()])
_CODE = _any([iso.lower() for iso in _SIGNS if iso != "TRY"] + ["rmb", "rs"])
"""`try` is a word far oftener than the Turkish lira."""
_LATIN = _any(
    [form for said in _WORDS.values() for w in said.split("|") if w.isascii() for form in {w, w.removesuffix("s")}]
)
_CHARS = _any([w for said in _WORDS.values() for w in said.split("|") if not w.isascii()])
_SCALE = _any([s for s in SUFFIXES if s.isascii() and len(s) > 2])
_LETTER = "mm|mn|bn|k|m|b|w"
_PREFIX = (
    rf"(?P<prefix>(?<![a-z])(?:{_SIGN})|\$|(?<!\d )(?<!\d)\b(?:{_CODE})(?![a-z])|\b(?:{_CODE})(?=\d)|\b(?:us "
    rf"|canadian |australian )?dollars?(?= ?\d)|人民币|美元|美金|欧元|港币)"
)
_SUFFIX = rf"(?:\s?(?P<suffix>(?:{_SCALE}|{_LETTER})(?![a-z])|百万|千万|千|万|亿)|\s?(?P<million>[mkb])(?={_CODE}\b))"
_AFTER = (
    rf"(?:\s?-?\s?(?P<after>(?:{_LATIN}|{_CODE})(?![a-z\d])(?(prefix)(?!\s?\d))|(?:{_SIGN})(?!\s?\d)"
    rf"|{_CHARS})(?:\s(?P<scaled>(?:{_SCALE})\b))?)"
)
_FIGURE = (
    r"(?P<figure>(?<!\+)\d{1,3}(?:'\d{3})+(?!\d)|(?<!\+)(?<!\d )\d{1,3}(?:[ \u00a0\u202f]\d{3}){2,}(?! ?\d)"
    rf"|\d{{1,3}}(?:[,.]\d{{2,3}})+(?![\d])|{n.FIGURE})"
)
_FIGURES = worded(
    rf"(?:{_PREFIX}\s*|\bM(?P<mcode>{_CODE})\s*)?(?<![A-Za-z0-9_.])(?:(?<![,.]\d)"
    rf"|(?<=[a-z$€£¥]))(?:(?<=[a-z])|(?<![A-Za-z0-9_.])){_FIGURE}"
    rf"(?P<half>\s+and a half)?(?:{_SUFFIX})?(?:{_AFTER})?",
    re.I,
)
_GLUED = worded(rf"\b(?:(?P<prefix>{_CODE})|M(?P<mcode>{_CODE})\s?){_FIGURE}(?:{_SUFFIX})?", re.I)
_SHARE = r"(?P<share>\b(?:a\s+)?(?:half|quarter|third)|\bthree quarters)\s+(?:of\s+)?(?:an?\s+)?"
_SPELT = worded(
    rf"(?:{_PREFIX}\s*)?(?:{_SHARE}(?P<unit>(?:{_SCALE})\b)|(?P<one>\ban?\s+(?=(?:hundred|{_SCALE}|buck"
    rf"|dollar|pound|euro|quid)\b))?(?P<words>(?<=a )(?:hundred|{_SCALE})\b|\b{n.SPELT})"
    rf"(?P<half>\s+and a half)?(?:\s?(?P<suffix>(?:{_SCALE}|k)\b))?|(?P<single>\ban?)(?=[\s-](?:dollar"
    rf"|pound|euro|buck|quid)))(?:{_AFTER})?",
    re.I,
)
_CHINESE = worded(rf"(?:{_PREFIX}\s*)?(?<![\d.])(?P<words>(?=[^千万亿]){n.CHINESE})(?:\s?(?P<after>{_CHARS}))?")
_SPOKEN_REST = worded(r"[1-9](?![\d.万千百个台套年月日天周%人位家])")
_PERCENT = worded(
    (
        rf"(?:(?P<sign>[+-])?(?P<figure>\d+(?:\.\d+)?|\b{n.SPELT})\s?(?:%|percent|per cent|pct|个点)"
        rf"|(?P<tenths>[一二两三四五六七八九])成(?![交功本立为员熟]))(?:\s+(?:(?P<off>off|less|lower|discount|down|cheaper)"
        rf"|(?P<more>more|up|higher|extra)))?"
    ),
    re.I,
)
_UP = worded(r"\b(?:up|rais\w+|increas\w+|bump\w*|grow\w*|add\w*|uplift\w*|upp?ed)\b|上调|提高|增加|上浮|涨|加", re.I)
_DOWN = worded(
    (
        r"\b(?:cut\w*|down|reduc\w+|dropp?\w*|lower\w*|decreas\w+|tak\w+|took|shav\w+|knock\w*|discount\w*"
        r"|trim\w*)\b|下调|降低|减少|下浮|降|减|便宜|让利"
    ),
    re.I,
)
_FOLD = worded(r"(?P<fold>[1-9](?:\.?[1-9])?|[一二三四五六七八九](?:[一二三四五六七八九])?)折")
"""九折 is nine tenths, 85折 is 85 %."""
PERCENT_REACH = 40
_FRACTION = worded(
    (
        r"\b(half|double|twice|triple|two thirds|a third) (?:of )?(?:what|the|it|that|that amount|the amount)\b"
        r"|\b(halve|halved|double it|triple it)\b|(减半|翻倍|翻一番)"
    ),
    re.I,
)
_FACTORS = {
    "half": "0.5", "halve": "0.5", "halved": "0.5", "double": "2", "double it": "2", "twice": "2", "triple": "3",
    "triple it": "3", "two thirds": "0.6667",
    "a third": "0.3333", "减半": "0.5", "翻倍": "2", "翻一番": "2",
}  # fmt: skip
_COUNTED = worded(
    r"^\s?(?:%|percent|pct|个点|min|mins|minutes?|h\b|hr|hrs|hours?|days?|weeks?|wks?|months?|years?|yrs?"
    r"|seats?|users?|licen[cs]es?|units?|pcs|sites?"
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
    text = simplified(text)
    found: list[MoneySaid] = []
    for pattern, read in ((_FIGURES, _figures), (_GLUED, _figures), (_SPELT, _spelt), (_CHINESE, _chinese)):
        for match in pattern.finditer(text):
            said = read(match, text)
            if said and not any(said.start < other.end and other.start < said.end for other in found):
                found.append(said)
    return sorted(found, key=lambda m: m.start)


def _currency(*said: str | None) -> str | None:
    return next(
        (CURRENCIES[word] for s in said if s for word in (s.lower(), f"{s.lower()}s") if word in CURRENCIES), None
    )


def _figures(match: re.Match[str], text: str) -> MoneySaid | None:
    groups = match.groupdict()
    prefix, after = groups.get("prefix"), groups.get("after")
    suffix = (
        groups.get("suffix")
        or groups.get("million")
        or ("m" if groups.get("mcode") else "")
        or groups.get("scaled")
        or ""
    ).lower()
    if _COUNTED.match(text[match.end() :]) and not prefix:
        return None
    currency = _currency(prefix, groups.get("mcode"), after)
    if text[max(match.start() - 1, 0) : match.start()] in {"/", "-", ":", "#", "."} and not currency and not suffix:
        return None
    if re.match(r"[/:-]\d", text[match.end() :]) and not prefix:
        return None
    amount = n.money_figure(match["figure"], scaled=bool(suffix))
    if groups.get("half"):
        amount += Decimal("0.5")
    end = match.end()
    spoken = _SPOKEN_REST.match(text, end) if suffix in {"万", "千", "亿", "百万"} and not after else None
    if spoken:
        amount, end = amount + Decimal(spoken.group()) / 10, spoken.end()
    if groups.get("million"):
        code = worded(rf"(?:{_CODE})\b", re.I).match(text, end)
        currency, end = _currency(code.group()) if code else currency, code.end() if code else end
    return MoneySaid(match.start(), end, amount * SUFFIXES.get(suffix, 1), currency, bool(currency or suffix))


def _spelt(match: re.Match[str], text: str) -> MoneySaid | None:
    if _COUNTED.match(text[match.end() :]) and not match["prefix"]:
        return None
    currency = _currency(match["prefix"], match["after"])
    if match["share"]:
        share = {"half": "0.5", "quarter": "0.25", "third": "0.3333", "three quarters": "0.75"}[
            re.sub(r"^a\s+", "", match["share"].lower())
        ]
        return MoneySaid(match.start(), match.end(), Decimal(share) * SUFFIXES[match["unit"].lower()], currency, True)
    if match["single"]:
        return MoneySaid(match.start(), match.end(), Decimal(1), currency, True)
    words = match["words"].lower()
    amount = Decimal(SUFFIXES[words]) if words in SUFFIXES else n.english(words)
    if match["half"]:
        amount += Decimal("0.5") * (_last_scale(words) if not match["suffix"] else 1)
    amount *= SUFFIXES.get((match["suffix"] or match["scaled"] or "").lower(), 1)
    sure = bool(currency or match["suffix"] or amount >= 1000)
    return MoneySaid(match.start(), match.end(), amount, currency, True) if sure else None


def _last_scale(words: str) -> int:
    return next((SUFFIXES[w] for w in reversed(re.findall(r"[a-z]+", words)) if w in SUFFIXES), 1)


def _chinese(match: re.Match[str], text: str) -> MoneySaid | None:
    words, after = match["words"], match["after"]
    if _COUNTED.match(text[match.end() :]) and not match["prefix"]:
        return None
    currency = _currency(match["prefix"], after)
    if not (currency or any(c in words for c in "万亿")) or (after == "块" and len(words) == 1 and not match["prefix"]):
        return None
    return MoneySaid(match.start(), match.end(), n.chinese(words), currency, True)


def find_factor(text: str) -> Decimal | None:
    """A relative change: `bump it by 10 %` is 1.1, `cut 20%` is 0.8, `half of what we quoted` is 0.5."""
    fraction = _FRACTION.search(text)
    if fraction:
        return Decimal(_FACTORS[next(g for g in fraction.groups() if g).lower()])
    tenths = _FOLD.search(simplified(text))
    if tenths:
        said = "".join(str(n.ZH_DIGITS.get(c, c)) for c in tenths["fold"] if c != ".")
        return Decimal(f"0.{said}")
    for match in _PERCENT.finditer(simplified(text)):
        said = match["figure"] or match["tenths"]
        share = (
            n.chinese(said) / 10 if match["tenths"] else (n.english(said) if said[0].isalpha() else Decimal(said)) / 100
        )
        before = re.split(r"[;.!?]\s", text[max(0, match.start() - PERCENT_REACH) : match.start()])[-1]
        up = max((m.end() for m in _UP.finditer(before)), default=-1)
        down = max((m.end() for m in _DOWN.finditer(before)), default=-1)
        if match["off"] or match["sign"] == "-" or (down > up and not match["more"]):
            return 1 - share
        if match["more"] or match["sign"] == "+" or up > down:
            return 1 + share
    return None


_LESS = worded(r"\s*(?:less|minus|net of)\s+(?:an?\s+)?(?:[\w-]+\s+){0,2}$|\s*(?:减去?|扣掉?|去掉)\s*$", re.I)


def find_net(text: str) -> Decimal | None:
    """`60k less a 4.5k credit` is 55500: an amount of which another one is taken."""
    monies = find_money(text)
    for whole, part in itertools.pairwise(monies):
        if whole.sure and part.sure and part.amount < whole.amount and _LESS.fullmatch(text[whole.end : part.start]):
            return whole.amount - part.amount
    return None


_ADDED = worded(
    r"(?:(?<![\w.])(?P<plus>\+)\s?|\b(?:add|added|adding|up by|increase[ds]?(?: it| the (?:amount|price"
    r"|deal))? by|bump(?:ed)?(?: it| this| that| the \w+)? by|rais(?:e|ed)(?: it| the \w+)? by|another"
    r"|plus an? extra)\s+"
    r"|(?P<zup>加|涨|多|上调|增加)(?:了|价)?\s?)$",
    re.I,
)
_TAKEN = worded(
    r"(?:(?<![\w.\d])(?P<minus>[-−])\s?|\b(?:shav(?:e|ed|ing)|knock(?:ed)?|tak(?:e|en|ing)|took"
    r"|drop(?:ped)?(?: it)? by|cut(?: it| the \w+)? by|reduc(?:e|ed)(?: it| the \w+)? by"
    r"|lower(?:ed)?(?: it)? by|down by|discount(?:ed)?(?: it)? by|gave them|give them)\s+"
    r"|(?P<zdown>便宜|减|降|少|优惠|让利|下调)(?:了|价)?\s?)$",
    re.I,
)


def find_difference(text: str) -> Decimal | None:
    """An amount by which another one changes: `shave 5k off` is −5000, `+15k` is 15000, `便宜5万` is −50000."""
    for money in find_money(text):
        before, after = text[: money.start], text[money.end :]
        if not money.sure:
            continue
        taken = _TAKEN.search(before)
        if taken and (
            taken["minus"]
            or taken["zdown"]
            or re.match(r"\s*(?:off|less|discount|out)\b", after, re.I)
            or " by " in f"{taken.group()} "
        ):
            return -money.amount
        if re.match(r"\s+(?:off|less|lower|cheaper|discount)\b", after, re.I):
            return -money.amount
        if _ADDED.search(before) or re.match(r"\s+(?:more|extra|on top|higher)\b", after, re.I):
            return money.amount
    return None
