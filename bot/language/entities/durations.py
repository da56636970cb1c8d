"""How long something took: `30 min`, `1h`, `an hour and a half`, `一个半小时`, in whole minutes."""

import re
from decimal import Decimal

from bot.language.entities import numbers as n

_ENGLISH = re.compile(
    rf"\b(?:(?P<n>{n.FIGURE}|{n.WORD}|an?|half an?|half)[\s-]?)(?P<unit>hours?|hrs?|h|minutes?|mins?|min|m)\b(?P<half>\s+and a half|\s+and an half)?"
    rf"(?:\s?(?:and\s)?(?P<rest>\d+)\s?(?:minutes?|mins?|min|m)?\b)?",
    re.I,
)
_CHINESE = re.compile(rf"(?P<n>半|\d+(?:\.\d+)?|{n.CHINESE})个?(?P<half>半)?(?P<unit>小时|钟头|分钟|分)(?P<tail>半)?")


def find_duration(text: str) -> tuple[int, tuple[int, int]] | None:
    """(minutes, place in the text) of the first duration, or None."""
    for match in _ENGLISH.finditer(text):
        said, unit = match["n"].lower(), match["unit"].lower()
        if unit == "m" and (not said.isdigit() or int(said) < 5 or "$" in text[max(0, match.start() - 2) : match.start()]):
            continue
        if said.startswith("half"):
            number = Decimal("0.5")
        elif said in {"a", "an"}:
            number = Decimal(1)
        else:
            number = n.english(said) if said.isalpha() else n.figure(said)
        minutes = number * (60 if unit.startswith("h") else 1)
        if match["half"]:
            minutes += 30
        if match["rest"] and unit.startswith("h"):
            minutes += int(match["rest"])
        if 0 < minutes <= 24 * 60:
            return int(minutes), match.span()
    found = _CHINESE.search(text)
    if found is None:
        return None
    said = found["n"]
    number = Decimal("0.5") if said == "半" else n.figure(said) if said[0].isdigit() else n.chinese(said)
    if found["half"] or found["tail"]:
        number += Decimal("0.5")
    minutes = number * (1 if found["unit"].startswith("分") else 60)
    return (int(minutes), found.span()) if 0 < minutes <= 24 * 60 else None
