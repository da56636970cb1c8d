"""Where a person or a team wins and loses deals."""

from collections.abc import Iterator
from datetime import timedelta

from bot.contract.commands.coaching import CoachPerson
from bot.contract.phrases import phrase
from bot.contract.replies.base import Reply
from bot.contract.replies.coaching import Coaching
from bot.contract.replies.notices import Refusal
from bot.domain.people import Role
from bot.domain.periods import Period
from bot.handlers.asking.scopes import Scope, scope_of, which_person
from bot.handlers.coaching.deal import ENTERED_ENOUGH, PAST_DAYS, private
from bot.handlers.turn import Turn
from bot.pipeline.deal_status import Conversion
from bot.pipeline.factors import interval
from bot.pipeline.figures import main_currency, metrics_of
from bot.pipeline.selection import Selection


def coach_person(command: CoachPerson, turn: Turn) -> list[Reply]:
    """Where a person or a team loses deals, against the others and the own past; only to their managers and
    themselves.
    """
    unclear = which_person(command, turn)
    if unclear:
        return [unclear]
    scope = scope_of(command.whose or "me", turn)
    if isinstance(scope, Refusal):
        return [scope]
    if not scope.owners <= turn.organization.tree(turn.person.id):
        return [turn.refuse("not_allowed", "not_your_person", scope=scope.label)]
    period = Period(command.period_from, command.period_to) if command.period_from and command.period_to else None
    return [_person(scope, period, turn)]


def _person(scope: Scope, created: Period | None, turn: Turn) -> Coaching:
    records, say = turn.desk.records, turn.language
    mine = Selection(owners=scope.owners, created=created)
    others = _others(scope, turn)
    own, theirs = (
        records.conversion(mine, turn.sight),
        records.conversion(Selection(owners=others, created=created), turn.sight),
    )
    lines = [_conversion_line(c, t, say) for c, t in zip(own, theirs, strict=True) if c.entered]
    low = _leak(own, theirs)
    findings = [*lines, *_beside(scope, others, turn)]
    if low is None:
        return Coaching(
            subject=scope.label,
            findings=(*findings, phrase(say, "too_few_deals")),
            audience=private(turn),
            language=say,
            questions=(phrase(say, "ask_any_lost"),),
        )
    here, there = low
    pattern = _pattern(scope, here, there, turn)
    past = _past(scope, here, turn)
    return Coaching(
        subject=scope.label,
        weakest=here.stage.name,
        pattern=pattern,
        findings=(*findings, *([past] if past else [])),
        questions=(_question(here, turn),),
        audience=private(turn),
        language=say,
    )


FEWEST = 5
"""Figures of fewer colleagues, whose deals the asker may not read, would show one person's: these are not told."""


def _others(scope: Scope, turn: Turn) -> frozenset[str]:
    """Whom to compare with: the colleagues under the same manager, else all sellers but these."""
    organization = turn.organization
    head = organization.people.get(scope.head or "")
    peers = organization.tree(head.manager_id) - scope.owners if head and head.manager_id else frozenset()
    if organization.role(scope.head or "") is not Role.REP or not peers:
        peers = frozenset(organization.people) - scope.owners
    if not _may_be_told(peers, turn):
        peers = frozenset(organization.people) - scope.owners
    return frozenset(peers) if _may_be_told(peers, turn) else frozenset()


def _may_be_told(peers: frozenset[str], turn: Turn) -> bool:
    """Whether figures of these colleagues together show nobody's own: the asker reads them, or enough have deals."""
    selling = turn.desk.mirror.snapshot.once("selling", turn.desk.mirror.sellers)
    return peers <= turn.readable or len((peers & selling) - turn.readable) >= FEWEST


def _leak(own: list[Conversion], theirs: list[Conversion]) -> tuple[Conversion, Conversion] | None:
    """The stage from which most deals are lost beyond what the others lose there; None where too few entered any."""
    seen = [(c, t) for c, t in zip(own, theirs, strict=True) if c.entered >= ENTERED_ENOUGH and c.lost]
    if not seen:
        return None

    def excess(pair: tuple[Conversion, Conversion]) -> float:
        mine, them = pair
        return mine.lost - mine.entered * (them.lost / them.entered if them.entered else 0.0)

    return max(seen, key=excess)


def _conversion_line(own: Conversion, theirs: Conversion, say: str) -> str:
    low, high = interval(own.advanced, own.entered)
    other = phrase(say, "unknown") if theirs.rate is None else f"{theirs.rate:.0%}"
    return phrase(
        say, "coach_conversion", stage=own.stage.name, advanced=own.advanced, entered=own.entered,
        rate=f"{own.rate or 0:.0%}",
        low=f"{low:.0%}", high=f"{high:.0%}", others=other, lost=own.lost,
    )  # fmt: skip


def _pattern(scope: Scope, here: Conversion, there: Conversion, turn: Turn) -> str:
    low, high = interval(here.advanced, here.entered)
    sure = there.rate is not None and not low <= there.rate <= high
    return phrase(
        turn.language, "coach_pattern_sure" if sure else "coach_pattern", who=scope.label, stage=here.stage.name,
        lost=here.lost, entered=here.entered,
        rate=f"{here.rate or 0:.0%}", others=phrase(turn.language,
        "unknown") if there.rate is None else f"{there.rate:.0%}",
    )  # fmt: skip


def _past(scope: Scope, here: Conversion, turn: Turn) -> str | None:
    """The same stage for deals created lately and before."""
    edge = turn.company_today - timedelta(days=PAST_DAYS)
    first = edge.replace(year=edge.year - 20)
    spans = (Period(first, edge - timedelta(days=1)), Period(edge, turn.company_today))
    rates = []
    for span in spans:
        found = next(
            (
                c
                for c in turn.desk.records.conversion(Selection(owners=scope.owners, created=span), turn.sight)
                if c.stage.name == here.stage.name
            ),
            None,
        )
        if found is None or not found.entered:
            return None
        rates.append(f"{found.rate or 0:.0%} ({found.advanced}/{found.entered})")
    return phrase(turn.language, "coach_past", stage=here.stage.name, before=rates[0], after=rates[1], days=PAST_DAYS)


def _beside(scope: Scope, others: frozenset[str], turn: Turn) -> Iterator[str]:
    """Win rate, cycle, deal size and hygiene of the last four quarters beside the others'."""
    fiscal, clock = turn.desk.fiscal, turn.clock
    year = Period(fiscal.quarter_around(clock.today, -3).start, clock.quarter.end)
    both = []
    for owners in (scope.owners, others):
        tallies = turn.desk.records.tallies(Selection(owners=owners), year, turn.sight)
        currency = turn.desk.currency or main_currency(tallies)
        metrics = metrics_of(tallies, [], currency)
        won = metrics["won_count"] or 0
        size = (metrics["won_amount"] or 0) / won if won else None
        both.append((metrics["win_rate_count"], metrics["cycle_days_median"], size, metrics["hygiene_score"], currency))
    mine, theirs = both
    none = phrase(turn.language, "not_enough")
    for n, (name, shape) in enumerate(
        (
            ("metric_win_rate_count", "{:.0%}"),
            ("metric_cycle_days_median", "{:.0f} d"),
            ("deal_size", "{:,.0f}"),
            ("metric_hygiene_score", "{:.0%}"),
        )
    ):
        if name == "deal_size" and mine[4] != theirs[4]:
            continue
        own, other = (shape.format(v) if v is not None else none for v in (mine[n], theirs[n]))
        yield phrase(turn.language, "coach_beside", what=phrase(turn.language, name), own=own, others=other)


def _question(here: Conversion, turn: Turn) -> str:
    process_stage = turn.desk.process.stage(here.stage.process_stage)
    if process_stage and process_stage.evidence:
        return phrase(turn.language, "coach_evidence", stage=here.stage.name, evidence=process_stage.evidence[0])
    return phrase(turn.language, "ask_any_lost")
