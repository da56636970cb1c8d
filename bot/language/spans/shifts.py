"""By how much a date moves: `slips two weeks`, `shift by one month`, `pull in a fortnight`, `推迟两周`."""

import re
from dataclasses import dataclass, replace

from bot.domain.text import simplified, worded
from bot.language.spans import english_dates as en
from bot.language.spans import numbers as n

_LATER = r"slip\w*|shift\w*|push\w*|delay\w*|postpon\w*|mov\w*|knock\w*|put back|set back|extend\w*|drift\w*"
_EARLIER = r"pull\w*|bring\w*|brought"
_ENGLISH = worded(
    rf"\b(?:(?P<later>{_LATER})|(?P<earlier>{_EARLIER}))\b[^.;,]{{0,40}}?\s(?:out\s|back\s|in\s|forward\s"
    rf"|up\s)?(?:by\s+|another\s+)*(?P<num>{en.NUM})\s+(?:more\s+)?(?P<unit>days?|weeks?|wks?|fortnights?"
    rf"|months?|mths?|quarters?)\b"
    rf"(?:\s+(?P<way>earlier|forward|sooner|later|back|out))?(?!\s+(?:ago|from|after|before))",
    re.I,
)
_CHINESE = worded(
    rf"(?:(?P<later>推迟|延期|延后|推后|[往向]后[推延挪移]|拖|晚)|(?P<earlier>提前|[往向]前[提挪移]))了?\s*(?P<num>\d+|{n.CHINESE}"
    rf"|半)\s*(?P<unit>天|日|周|(?:个)?(?:星期|礼拜|季度)|个月)"
)


@dataclass(frozen=True, slots=True)
class Shift:
    """Whole days or whole months, negative where the date comes forward."""

    days: int = 0
    months: int = 0
    start: int = 0
    end: int = 0


def find_shift(text: str) -> Shift | None:
    english = _ENGLISH.search(text)
    if english:
        sooner = (
            bool(english["earlier"])
            or (english["way"] or "").lower() in {"earlier", "forward", "sooner"}
            or bool(re.search(r"\bin\s+(?:by\s+)?$", text[: english.start("num")]))
        )
        return replace(
            _shift(en.count_of(english["num"]), english["unit"].lower(), -1 if sooner else 1),
            start=english.start(),
            end=english.end(),
        )
    chinese = _CHINESE.search(simplified(text))
    if chinese:
        said, unit = (
            chinese["num"],
            {"天": "d", "日": "d", "个月": "m", "季度": "q", "个季度": "q"}.get(chinese["unit"], "w"),
        )
        if said == "半":
            found = Shift(days=(15 if unit == "m" else 3) * (-1 if chinese["earlier"] else 1))
        else:
            found = _shift(int(said) if said.isdigit() else int(n.chinese(said)), unit, -1 if chinese["earlier"] else 1)
        return replace(found, start=chinese.start(), end=chinese.end())
    return None


def _shift(count: int, unit: str, sign: int) -> Shift:
    match unit[0]:
        case "d":
            return Shift(days=sign * count)
        case "w":
            return Shift(days=sign * 7 * count)
        case "f":
            return Shift(days=sign * 14 * count)
        case "m":
            return Shift(months=sign * count)
        case _:
            return Shift(months=sign * 3 * count)
