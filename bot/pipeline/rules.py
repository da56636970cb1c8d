"""The rules by which an open deal is a finding or a risk, with their thresholds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal, get_args

Rule = Literal[
    "close_date_past",
    "no_next_step",
    "next_step_unchanged",
    "no_amount",
    "amount_zero",
    "close_date_unchanged",
    "stage_skipped",
    "single_contact",
    "no_contact",
    "account_missing",
    "stalled",
    "overaged",
]
RULES: tuple[Rule, ...] = get_args(Rule)
RISKS: frozenset[Rule] = frozenset({"stalled", "overaged"})
LARGE_DEAL = {"USD": Decimal(100_000), "EUR": Decimal(100_000), "CNY": Decimal(700_000)}


@dataclass(frozen=True, slots=True)
class Thresholds:
    """When a deal is a finding or a risk (PRODUCT: Metrics); days and amounts."""

    stalled_days: int = 30
    stalled_days_closing: int = 14
    next_step_days: int = 21
    close_date_days: int = 60
    single_contact_amounts: Mapping[str, Decimal] = field(default_factory=lambda: LARGE_DEAL)
    overaged_factor: float = 1.5
