"""The one list of what can be measured of the records, and of what it can be broken down by."""

from collections.abc import Mapping
from typing import Literal, get_args

Measure = Literal[
    "count", "amount", "average_amount", "median_amount", "weighted_amount", "share",
    "win_rate", "win_rate_amount", "cycle_days", "age_days", "stage_days", "quiet_days", "pushes",
    "quota", "attainment", "gap", "activities", "accounts",
]  # fmt: skip
Dimension = Literal[
    "rep", "manager", "region", "stage", "product", "industry", "forecast", "loss_reason", "account", "country",
    "activity", "month", "quarter", "week",
]  # fmt: skip
State = Literal["open", "won", "lost", "closed", "any"]
Unit = Literal["count", "money", "share", "days", "number"]
MEASURES: tuple[Measure, ...] = get_args(Measure)
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
BUCKETS: frozenset[str] = frozenset({"month", "quarter", "week"})
OF_OWNER: frozenset[str] = frozenset({"rep", "manager", "region"})
OF_QUOTA: frozenset[str] = frozenset({"quota", "attainment", "gap"})
UNITS: Mapping[Measure, Unit] = {
    "count": "count", "amount": "money", "average_amount": "money", "median_amount": "money",
    "weighted_amount": "money", "share": "share", "win_rate": "share", "win_rate_amount": "share",
    "cycle_days": "days", "age_days": "days",
    "stage_days": "days", "quiet_days": "days", "pushes": "number", "quota": "money", "attainment": "share",
    "gap": "money", "activities": "count", "accounts": "count",
}  # fmt: skip
ALWAYS: Mapping[Measure, State] = {
    "weighted_amount": "open", "age_days": "open", "stage_days": "open", "quiet_days": "open",
    "win_rate": "closed", "win_rate_amount": "closed", "cycle_days": "won",
}  # fmt: skip
"""Measures that only make sense of deals in one state, whatever state was asked for."""
