"""The six factors of a deal, judged from signs alone: a factor without a sign stays unknown."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from math import sqrt
from typing import Literal, get_args

FactorName = Literal["pain", "power", "vision", "value", "control", "urgency"]
Level = Literal["unknown", "weak", "fair", "strong"]
FACTORS: tuple[FactorName, ...] = get_args(FactorName)
LEVELS: tuple[Level, ...] = get_args(Level)


@dataclass(frozen=True, slots=True)
class Sign:
    """One piece of evidence: for or against a factor; `firm` where it is quantified, agreed, or done by the buyer."""

    factor: FactorName
    favourable: bool
    firm: bool
    day: date | None
    words: str


@dataclass(frozen=True, slots=True)
class Judged:
    level: Level
    signs: tuple[Sign, ...]


def judge(signs: Iterable[Sign]) -> dict[FactorName, Judged]:
    """Each factor's level with the signs that it rests on, the newest first.

    Strong: a firm sign, or signs for it on two days, and none against it since. Fair: one sign for it, or older ones
    with a newer one against. Weak: only signs against it. Unknown: none.
    """
    found: dict[FactorName, list[Sign]] = {name: [] for name in FACTORS}
    for sign in signs:
        found[sign.factor].append(sign)
    return {
        name: _judged(sorted(ours, key=lambda s: (s.day or date.min, s.favourable), reverse=True))
        for name, ours in found.items()
    }


def _judged(signs: list[Sign]) -> Judged:
    level: Level = "unknown"
    good = [s for s in signs if s.favourable]
    if signs and not good:
        level = "weak"
    elif good:
        days = {s.day for s in good}
        sure = any(s.firm for s in good) or len(days) > 1
        doubted = any(not s.favourable and (s.day or date.min) >= (good[0].day or date.min) for s in signs)
        level = "strong" if sure and not doubted else "weak" if doubted and not sure else "fair"
    return Judged(level, tuple(signs))


def weakest(judged: Mapping[FactorName, Judged]) -> FactorName:
    """The factor at the lowest level; of equals the first, for each builds on the one before."""
    return min(FACTORS, key=lambda name: (LEVELS.index(judged[name].level), FACTORS.index(name)))


def interval(part: int, whole: int, z: float = 1.96) -> tuple[float, float]:
    """The Wilson score interval of a share (E. B. Wilson, JASA 22, 1927): where the true rate lies in 19 of 20
    cases.
    """
    if not whole:
        return 0.0, 1.0
    share, square = part / whole, z * z / whole
    middle, half = (
        (share + square / 2) / (1 + square),
        z * sqrt(share * (1 - share) / whole + square / whole / 4) / (1 + square),
    )
    return max(0.0, middle - half), min(1.0, middle + half)
