"""The scoreboard of the culture: how well a team keeps its records and uses its aids, beside what it wins."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.contract.phrases import phrase
from bot.domain.periods import Period
from bot.handlers.asking.scopes import Asked, Scope
from bot.handlers.turn import Turn
from bot.pipeline.figures import Tallies, metrics_of

ENOUGH_TEAMS = 4


@dataclass(frozen=True, slots=True)
class Score:
    """One team or person in a period: shares between 0 and 1, None where there is nothing to divide by."""

    label: str
    captured: float | None
    fresh: float | None
    hygiene: float | None
    aids: int
    win_rate: float | None
    won: float


def scoreboard(asked: Asked, parts: Sequence[Scope], turn: Turn) -> tuple[str, tuple[str, ...]]:
    """Efficiency beside effectiveness: capture, freshness, hygiene and use of aids, then win rate and won amount.

    Capture: share of open deals with an activity in the period so far. Freshness: share of open deals not stalled.
    """
    say = turn.language
    scores = [_score(part, asked, turn) for part in parts or (asked.scope,)]
    lines = [
        phrase(
            say,
            "score_line",
            who=s.label,
            captured=_share(s.captured, say),
            fresh=_share(s.fresh, say),
            hygiene=_share(s.hygiene, say),
            aids=s.aids,
            rate=_share(s.win_rate, say),
            won=f"{s.won:,.0f} {asked.currency}",
        )
        for s in scores
    ]
    return phrase(say, "section_scoreboard"), (*lines, _relation(scores, say))


def _score(part: Scope, asked: Asked, turn: Turn) -> Score:
    clock, selection = turn.clock, asked.selection.within(part.owners)
    so_far = (
        Period(asked.period.start, min(asked.period.end, clock.today))
        if asked.period.start <= clock.today
        else asked.period
    )
    touched = turn.desk.records.touched(selection, so_far, turn.sight).values()
    by_owner = asked.tallies.by_owner()
    tallies = Tallies.joined([by_owner[o] for o in sorted(part.owners & by_owner.keys())])
    metrics = metrics_of(tallies, [], asked.currency)
    deals = sum(t.deals for t in tallies.open)
    stalled = int(metrics["stalled_count"] or 0)
    aids = turn.desk.library_use.asked_by(*clock.bounds(asked.period))
    return Score(
        part.label,
        sum(active for _, active in touched) / deals if deals else None,
        1 - stalled / deals if deals else None,
        metrics["hygiene_score"],
        sum(n for person, n in aids.items() if person in part.owners),
        metrics["win_rate_count"],
        float(metrics["won_amount"] or 0),
    )


def _relation(scores: Sequence[Score], say: str) -> str:
    """Whether those who keep better records win more here: Spearman's rank correlation, never called a cause."""
    pairs = [(s.hygiene, s.win_rate) for s in scores if s.hygiene is not None and s.win_rate is not None]
    if len(pairs) < ENOUGH_TEAMS or len({a for a, _ in pairs}) < 2 or len({b for _, b in pairs}) < 2:
        return phrase(say, "score_too_few", n=ENOUGH_TEAMS)
    rho = _pearson(_ranks([a for a, _ in pairs]), _ranks([b for _, b in pairs]))
    return phrase(say, "score_relation", rho=f"{rho:+.2f}", n=len(pairs))


def _ranks(values: Sequence[float]) -> list[float]:
    """Ranks from 1; equal values share the mean of theirs."""
    ordered = sorted(values)
    return [(ordered.index(v) + len(ordered) - ordered[::-1].index(v) + 1) / 2 for v in values]


def _pearson(xs: Sequence[float], ys: Sequence[float]) -> float:
    mx, my = sum(xs) / len(xs), sum(ys) / len(ys)
    spread = (sum((x - mx) ** 2 for x in xs) * sum((y - my) ** 2 for y in ys)) ** 0.5
    return float(sum((x - mx) * (y - my) for x, y in zip(xs, ys, strict=True)) / spread)


def _share(value: float | None, say: str) -> str:
    return phrase(say, "not_enough") if value is None else f"{value:.0%}"
