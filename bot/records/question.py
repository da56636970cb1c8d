"""A question of measures, and the figures it comes to."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.domain.activities import ActivityKind
from bot.domain.periods import Period
from bot.pipeline.measures import Dimension, Measure, State
from bot.pipeline.selection import Selection

Keys = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """Measures of the deals of a selection, or of activities, by up to two dimensions.

    `state` and `period` say which deals count: open ones by close date, closed ones by the day of closing, any of
    both so; with `selection.created` the period is that of creation. Never wider than the selection's owners.
    """

    measures: tuple[Measure, ...]
    selection: Selection
    state: State = "open"
    period: Period | None = None
    by: tuple[Dimension, ...] = ()
    activity: ActivityKind | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One group: its keys as the records hold them (None where a record has none), and each measure's value."""

    keys: Keys
    values: dict[Measure, float | None]


@dataclass(frozen=True, slots=True)
class Figures:
    """What a question comes to, amounts in one currency and counts over all.

    `without` counts the records that lack the field a measure rests on; `others` are the measures in each further
    currency.
    """

    currency: str
    total: dict[Measure, float | None]
    rows: tuple[Row, ...] = ()
    others: Mapping[str, dict[Measure, float | None]] = field(default_factory=dict)
    records: int = 0
    without: Mapping[str, int] = field(default_factory=dict)


def in_order(keys: Keys) -> tuple[tuple[bool, str], ...]:
    """Groups by their keys, those without one last."""
    return tuple((key is None, key or "") for key in keys)
