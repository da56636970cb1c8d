"""Where a period will land: by category, by weighted pipeline, and as an interval by simulation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from bot.pipeline.figures import Tallies

RUNS, SEED, PRIOR = 4000, 20260101, 10
MANY = 1000


@dataclass(frozen=True, slots=True)
class Landing:
    """What will have been won by the end of the period, in one currency: 10th, 50th and 90th percentile of the runs."""

    low: float
    middle: float
    high: float
    runs: int = RUNS
    seed: int = SEED


def simulate(
    amounts: Sequence[tuple[str, Decimal]],
    won: Decimal,
    probabilities: Mapping[str, Decimal],
    closed: Mapping[str, int],
) -> Landing:
    """An interval for won so far plus what the open deals of the period, given as (stage, amount), bring.

    Each run draws a rate for each stage from Beta(1 + wins, 1 + losses) of the company's closed deals that entered it
    (`closed` counts them; where they are few, the default probability counts as PRIOR deals), then wins each deal with
    its stage's rate at its full amount. Deals not yet in the pipeline are left out, so the interval is that of the
    open deals alone. Above MANY deals of a stage their sum is drawn from the normal distribution with the same mean
    and variance. Same input, same result.
    """
    import numpy as np

    random = np.random.Generator(np.random.PCG64(SEED))
    total = np.full(RUNS, float(won))
    by_stage: dict[str, list[float]] = {}
    for stage, amount in amounts:
        by_stage.setdefault(stage, []).append(float(amount))
    for stage in sorted(by_stage):
        share, seen = float(probabilities[stage]) / 100, max(closed.get(stage, 0), PRIOR)
        rates = random.beta(1e-6 + share * seen, 1e-6 + (1 - share) * seen, RUNS)
        sizes = np.array(by_stage[stage])
        if len(sizes) > MANY:
            spread = np.sqrt(rates * (1 - rates) * np.square(sizes).sum())
            total += np.clip(random.normal(rates * sizes.sum(), spread), 0, sizes.sum())
        else:
            total += (random.random((RUNS, len(sizes))) < rates[:, None]) @ sizes
    low, middle, high = (float(np.percentile(total, p)) for p in (10, 50, 90))
    return Landing(low, middle, high)


def by_category(tallies: Tallies, currency: str) -> dict[str, tuple[int, Decimal]]:
    """(deals, amount) closing in the period by forecast category; `none` where no category was given."""
    found: dict[str, tuple[int, Decimal]] = {}
    for row in tallies.open:
        if row.closing and row.key.currency == currency:
            count, amount = found.get(row.forecast or "none", (0, Decimal(0)))
            found[row.forecast or "none"] = (count + row.closing, amount + row.closing_amount)
    return found
