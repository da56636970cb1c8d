"""Sales metrics of the Maven pipeline, computed with pandas alone.

An independent yardstick: it shares no code with the product. Dates stay as the files have them.

Choices the data leave open:
* A deal belongs to the period its ``close_date`` lies in, both ends included.
* ``close_value`` is the revenue obtained, so lost deals carry 0: ``lost_amount`` is 0 and
  ``win_rate_amount`` is 1.0 wherever something was won, None elsewhere.
* The cycle runs from ``engage_date``, the only start date there is, to ``close_date``.
* A ratio is None where its divisor is zero, a median where nothing was won.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Literal

import pandas as pd

ScopeKind = Literal["all", "manager", "region", "product"]
Scope = tuple[ScopeKind, str]
Metrics = dict[str, float | int | None]

EVERYTHING: Scope = ("all", "all")
WON = "Won"
LOST = "Lost"
OPEN_STAGES = ("Prospecting", "Engaging")


@dataclass(frozen=True)
class Expected:
    """The metrics of one scope over one period; ``start`` and ``end`` both count."""

    scope_kind: ScopeKind
    scope: str
    start: date
    end: date
    metrics: Metrics


@dataclass(frozen=True)
class _World:
    """All deals, each with its manager and region, and the scopes to measure."""

    deals: pd.DataFrame
    scopes: tuple[Scope, ...]


def truth(folder: Path) -> list[Expected]:
    """Return the metrics of every scope in every calendar quarter the closes span."""
    world = _load(folder)
    quarters = list(_quarters(world.deals["close_date"]))
    expected: list[Expected] = []
    for kind, name in world.scopes:
        deals = _within(world.deals, (kind, name))
        for start, end in quarters:
            closed = deals[deals["close_date"].between(pd.Timestamp(start), pd.Timestamp(end))]
            expected.append(Expected(kind, name, start, end, _metrics(closed)))
    return expected


def open_deals(folder: Path) -> dict[Scope, int]:
    """Return how many deals of each scope are still in an open stage."""
    world = _load(folder)
    still_open = world.deals[world.deals["deal_stage"].isin(OPEN_STAGES)]
    return {scope: len(_within(still_open, scope)) for scope in world.scopes}


def _load(folder: Path) -> _World:
    products = _read(folder / "products.csv")
    teams = _read(folder / "sales_teams.csv")
    pipeline = _read(folder / "sales_pipeline.csv")

    spelling = {_key(name): name for name in products["product"]}
    pipeline["product"] = pipeline["product"].map(_key).map(spelling)
    for column in ("engage_date", "close_date"):
        pipeline[column] = pd.to_datetime(pipeline[column], format="%Y-%m-%d")
    pipeline["close_value"] = pd.to_numeric(pipeline["close_value"])

    deals = pipeline.merge(
        teams.rename(columns={"regional_office": "region"}),
        on="sales_agent",
        how="left",
        validate="many_to_one",
    )
    _check(deals)
    scopes = (
        EVERYTHING,
        *(("manager", name) for name in sorted(teams["manager"].unique())),
        *(("region", name) for name in sorted(teams["regional_office"].unique())),
        *(("product", name) for name in sorted(products["product"].unique())),
    )
    return _World(deals, scopes)


def _read(path: Path) -> pd.DataFrame:
    """Read a file as trimmed text; only an empty cell means unknown."""
    table = pd.read_csv(path, dtype=str, keep_default_na=False, na_values=[""])
    for column in table.columns:
        table[column] = table[column].str.strip()
    return table


def _key(name: str) -> str:
    """Return what two spellings of one name share: ``GTXPro`` and ``GTX Pro`` agree."""
    return "".join(name.split()).casefold()


def _check(deals: pd.DataFrame) -> None:
    """Refuse data on which the numbers would be quietly wrong."""
    closed = deals[deals["deal_stage"].isin([WON, LOST])]
    faults = {
        "repeated opportunity_id": deals["opportunity_id"].duplicated().any(),
        "unknown product": deals["product"].isna().any(),
        "agent without a manager or region": deals[["manager", "region"]].isna().any(axis=None),
        "unknown stage": not deals["deal_stage"].isin([WON, LOST, *OPEN_STAGES]).all(),
        "closed deal lacking a date or value": closed[["engage_date", "close_date", "close_value"]]
        .isna()
        .any(axis=None),
        "open deal with a close date": deals.drop(closed.index)["close_date"].notna().any(),
    }
    found = [fault for fault, present in faults.items() if present]
    if found:
        raise ValueError("; ".join(found))


def _quarters(closes: pd.Series) -> Iterator[tuple[date, date]]:
    first, last = closes.min(), closes.max()
    for quarter in pd.period_range(first, last, freq="Q"):
        yield quarter.start_time.date(), quarter.end_time.date()


def _within(deals: pd.DataFrame, scope: Scope) -> pd.DataFrame:
    kind, name = scope
    return deals if kind == "all" else deals.loc[deals[kind] == name]


def _metrics(closed: pd.DataFrame) -> Metrics:
    won = closed[closed["deal_stage"] == WON]
    lost = closed[closed["deal_stage"] == LOST]
    won_amount = float(won["close_value"].sum())
    lost_amount = float(lost["close_value"].sum())
    cycle_days = (won["close_date"] - won["engage_date"]).dt.days
    return {
        "won_count": len(won),
        "won_amount": won_amount,
        "lost_count": len(lost),
        "lost_amount": lost_amount,
        "win_rate_count": _ratio(len(won), len(won) + len(lost)),
        "win_rate_amount": _ratio(won_amount, won_amount + lost_amount),
        "cycle_days_median": float(cycle_days.median()) if len(won) else None,
        "needed_coverage": _ratio(len(won) + len(lost), len(won)),
    }


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
