"""How long something took: `30 min`, `1h`, `an hour and a half`, `一个半小时`, in whole minutes."""

import re
from decimal import Decimal

from bot.domain.text import simplified, worded
from bot.language.spans import numbers as n

_HOURS = r"hours?|hrs?|h"
_MINUTES = r"minutes?|mins?|min|m|['’](?!\w)"
_SMALL = r"quarters?|thirds?"
_ENGLISH = worded(
    rf"(?<![\w$€£.,/])(?:(?P<n>\d{{1,3}}/\d|½|¼|¾|{n.FIGURE}|(?:{n.SPELT}|an?|half an?|half"
    rf"|a quarter of an?|quarter of an?|three quarters? of an?|a few|few|a couple(?: of)?)(?=[\s-]))"
    rf"(?P<and>\s+and\s+(?:an?\s+)?(?:half|(?P<quarters>(?:one |two |three |a )?quarters?)))?(?:\s+of(?: an?)?)?[\s-]?)"
    rf"(?:more|less|fewer|extra|additional|full|solid|good)?\s?(?P<unit>{_HOURS}"
    rf"|{_MINUTES})(?![\w€$£])(?P<half>\s+and\s+(?:an?\s+)?(?:half|(?P<quarter>quarter)))?"
    rf"(?:\s?(?:and\s|,\s?)?(?P<rest>\d{{1,2}}|{n.SPELT})(?:\s?(?:minutes?|mins?|min|m)\b|(?=\s*(?:$|[,.;]))))?",
    re.I,
)
_HOUR_AND_A_HALF = worded(r"(?<!an )(?<!one )(?<!1 )(?<!\w)hour and a (?P<part>half|quarter)\b", re.I)
_CHINESE = worded(
    rf"(?P<n>半|\d+(?:\.\d+)?|{n.CHINESE})\s*(?:来|多)?个?(?P<half>半)?(?P<unit>小时|钟头|分钟|分|刻钟)(?:(?P<tail>半)"
    rf"|[零又]?(?P<rest>\d+|{n.CHINESE})(?:分钟|分|(?P<quarter>刻钟?)))?"
)
_FRACTIONS = {"½": Decimal("0.5"), "¼": Decimal("0.25"), "¾": Decimal("0.75")}


_FROM_TO = worded(
    r"(?<![\d/.-])(?P<h1>\d{1,2})(?::(?P<m1>\d\d))?\s?(?P<a1>am|pm)?\s?(?:-|–|to|until)\s?"
    r"(?P<h2>\d{1,2})(?::(?P<m2>\d\d))?\s?(?P<a2>am|pm)?(?![\d/.-])",
    re.I,
)


def _between(clock: re.Match[str]) -> int | None:
    """The minutes of `9-9:45am`; None where nothing says that these are times of day."""
    if not (clock["a1"] or clock["a2"] or (clock["m1"] and clock["m2"])):
        return None
    start = int(clock["h1"]) % 12 * 60 + int(clock["m1"] or 0)
    end = int(clock["h2"]) % 12 * 60 + int(clock["m2"] or 0)
    minutes = (end - start) % (12 * 60)
    return minutes if 0 < minutes <= 8 * 60 else None


def find_duration(text: str) -> tuple[int, tuple[int, int]] | None:
    """(minutes, place in the text) of the first duration, or None."""
    clock = _FROM_TO.search(text)
    if clock and (between := _between(clock)):
        return between, clock.span()
    bare = _HOUR_AND_A_HALF.search(text)
    if bare:
        return 90 if bare["part"].lower() == "half" else 75, bare.span()
    for match in _ENGLISH.finditer(text):
        minutes = _minutes(match, text)
        if minutes is not None and 0 < minutes <= 24 * 60:
            return int(minutes), match.span()
    for found in _CHINESE.finditer(simplified(text)):
        minutes = _chinese_minutes(found)
        if 0 < minutes <= 24 * 60:
            return int(minutes), found.span()
    return None


def _minutes(match: re.Match[str], text: str) -> Decimal | None:
    said, unit = match["n"].lower(), match["unit"].lower()
    if unit in {"m", "'", "’"} and (not said.isdigit() or (int(said) < 5 and unit == "m")):
        return None
    number = _number(said)
    if match["and"]:
        number += _quarters(match["quarters"])
    if match["half"]:
        number += Decimal("0.25") if match["quarter"] else Decimal("0.5")
    minutes = number * (60 if unit.startswith("h") else 1)
    if match["rest"] and unit.startswith("h"):
        rest = match["rest"]
        minutes += int(rest) if rest.isdigit() else n.english(rest)
    return minutes


def _quarters(said: str | None) -> Decimal:
    """`and a half` or `and three quarters`."""
    if not said:
        return Decimal("0.5")
    return Decimal("0.25") * {"two": 2, "three": 3}.get(said.split()[0].lower(), 1)


def _number(said: str) -> Decimal:
    if said in _FRACTIONS:
        return _FRACTIONS[said]
    if "/" in said:
        over, under = said.split("/")
        return Decimal(over) / Decimal(under) if int(under) else Decimal(0)
    if "three quarter" in said:
        return Decimal("0.75")
    if "quarter" in said:
        return Decimal("0.25")
    if said.startswith("half"):
        return Decimal("0.5")
    if said in {"a", "an"}:
        return Decimal(1)
    if said.startswith(("a few", "few", "a couple")):
        return Decimal(3 if "few" in said else 2)
    return n.english(said) if said[0].isalpha() else n.figure(said)


def _chinese_minutes(found: re.Match[str]) -> Decimal:
    said, unit = found["n"], found["unit"]
    number = Decimal("0.5") if said == "半" else n.figure(said) if said[0].isdigit() else n.chinese(said)
    if found["half"] or found["tail"]:
        number += Decimal("0.5")
    minutes = number * (15 if unit == "刻钟" else 1 if unit.startswith("分") else 60)
    if found["rest"] and not unit.startswith("分"):
        rest = int(found["rest"]) if found["rest"].isdigit() else n.chinese(found["rest"])
        minutes += rest * (15 if found["quarter"] else 1)
    return minutes
