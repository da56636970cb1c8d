"""Coaching: a deal by its six factors, a person or a team by where deals are lost."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from bot.contract.commands.coaching import CoachDeal, CoachPerson
from bot.contract.phrases import phrase
from bot.contract.replies.aids import FoundAid
from bot.contract.replies.base import Reply
from bot.contract.replies.coaching import Coaching, Factor
from bot.contract.replies.notices import Refusal
from bot.domain.activities import Activity
from bot.domain.deals import Contact, Deal
from bot.domain.people import Role
from bot.domain.periods import Period
from bot.handlers.asking.scopes import Scope, scope_of, which_person
from bot.handlers.asking.sections import said
from bot.handlers.clarifying.ask import ask, deal_options
from bot.handlers.clarifying.names import meant_deal
from bot.handlers.guiding.aids import by_language, near, source_of
from bot.handlers.turn import Turn
from bot.language.evidence import signs_of
from bot.language.lexicon import said as has_word
from bot.pipeline.deal_status import Conversion, DealStatus
from bot.pipeline.factors import FACTORS, FactorName, Judged, Sign, interval, judge, weakest
from bot.pipeline.figures import main_currency, metrics_of
from bot.pipeline.rules import Rule
from bot.pipeline.selection import Selection
from knowledge.facets import Facets

NOTES_MOST, SIGNS_SHOWN = 200, 4
ENTERED_ENOUGH, PAST_DAYS = 5, 180
_UNPLANNED: tuple[Rule, ...] = ("no_next_step", "next_step_unchanged", "stalled")
_SEEKS: dict[FactorName, tuple[str, str]] = {
    "pain": ("pain_sheet", ""),
    "power": ("best_practice", "reach the person with authority power sponsor decision maker"),
    "vision": ("value_proposition", ""),
    "value": ("value_proposition", "value savings payback"),
    "control": ("best_practice", "agreed plan with dates next steps"),
    "urgency": ("reference_story", "deadline compelling reason to act now"),
}


@dataclass(frozen=True, slots=True)
class Examined:
    """A deal with all that its judgement rests on."""

    status: DealStatus
    contacts: tuple[Contact, ...]
    activities: tuple[Activity, ...]
    judged: dict[FactorName, Judged]

    @property
    def deal(self) -> Deal:
        return self.status.deal


def coach_deal(command: CoachDeal, turn: Turn) -> list[Reply]:
    """The six factors with their evidence, the weakest, what to ask next and the aid to use; for the asker alone."""
    found = one_deal(command.deal, command, turn)
    if not isinstance(found, Deal):
        return [found]
    turn.conversation = turn.conversation.model_copy(update={"deal_id": found.id, "account_id": found.account_id})
    examined = examine(found, turn)
    low = weakest(examined.judged)
    aid = aid_for(low, examined, turn)
    return [
        Coaching(
            subject=found.name,
            factors={name: _shown(examined.judged[name], turn) for name in FACTORS},
            weakest=low,
            findings=tuple(_status_lines(examined.status, turn)),
            questions=tuple(questions_for(low, examined, turn)),
            aids=(aid,) if aid else (),
            sources=(source_of(aid),) if aid else (),
            audience=private(turn),
            language=turn.language,
        )
    ]


def private(turn: Turn) -> Literal["channel", "ephemeral"]:
    """Coaching is for the asker alone, whoever else is there."""
    return "channel" if turn.audience.direct else "ephemeral"


def one_deal(words: str, command: object, turn: Turn) -> Deal | Reply:
    """The one deal meant by words, or by the thread where nothing is said; else the question which one, or a
    refusal.
    """
    if not words and turn.conversation.deal_id:
        deal = turn.desk.mirror.deal(turn.conversation.deal_id)
        if deal and deal.owner_id in turn.readable:
            return deal
    if not words:
        return turn.refuse("not_found", "which_deal")
    meant = meant_deal(words, (), turn)
    if not meant.deal and not meant.options:
        meant = meant_deal(words, (), turn, closed_too=True)
    if not meant.deal and not meant.options:
        meant = meant_deal("", (words,), turn)
    if meant.deal:
        return meant.deal
    if meant.options:
        return ask("deal", deal_options(meant.options, turn), command, turn, words)
    return turn.refuse("not_found", "no_such_deal", words=words)


def examine(deal: Deal, turn: Turn) -> Examined:
    """The deal with its notes, contacts and the judgement of its factors."""
    mirror = turn.desk.mirror
    status = turn.desk.records.status(deal.id, turn.sight)
    assert status is not None
    activities = tuple(a for a in mirror.activities(deal_id=deal.id, limit=NOTES_MOST) if a.at <= turn.now)
    met = {i for a in activities for i in a.contact_ids}
    contacts = tuple(mirror.contacts([*deal.contact_ids, *(met - set(deal.contact_ids))]))
    signs = [s for a in activities for s in signs_of(a.summary, turn.clock.day(a.at))]
    return Examined(status, contacts, activities, judge([*signs, *_facts(status, contacts, activities, turn)]))


def _facts(
    status: DealStatus, contacts: tuple[Contact, ...], activities: tuple[Activity, ...], turn: Turn
) -> Iterator[Sign]:
    """What fields and contacts say by themselves."""
    deal, today, say = status.deal, turn.company_today, turn.language
    senior = [c for c in contacts if is_senior(c.title)]
    for contact in senior:
        met = next((a for a in activities if contact.id in a.contact_ids), None)
        if met:
            yield Sign(
                "power",
                True,
                True,
                turn.clock.day(met.at),
                phrase(say, "sign_met", name=contact.name, title=contact.title or ""),
            )
    if contacts and not senior:
        yield Sign(
            "power",
            False,
            False,
            None,
            phrase(say, "sign_nobody_senior", names=", ".join(f"{c.name} ({c.title or '?'})" for c in contacts[:3])),
        )
    if deal.next_step and deal.next_step_due and deal.next_step_due >= today:
        yield Sign(
            "control",
            True,
            False,
            today,
            phrase(say, "sign_next_step", step=deal.next_step, due=deal.next_step_due.isoformat()),
        )
    for rule in _UNPLANNED:
        if rule in status.rules:
            yield Sign("control", False, False, today, said(status, rule, turn))
    if "close_date_past" in status.rules:
        yield Sign("urgency", False, False, today, said(status, "close_date_past", turn))
    if status.pushes >= 2:
        yield Sign("urgency", False, False, today, phrase(say, "sign_pushed", n=status.pushes))


def is_senior(title: str | None) -> bool:
    """Whether a title lets its holder spend money that was not planned."""
    return has_word("senior_title", title or "")


def _shown(judged: Judged, turn: Turn) -> Factor:
    lines = []
    for sign in judged.signs[:SIGNS_SHOWN]:
        mark = "+" if sign.favourable else "−"
        lines.append(f"{mark} {sign.day.isoformat() + ': ' if sign.day else ''}{sign.words}")
    return Factor(level=judged.level, evidence=tuple(lines))


def _status_lines(status: DealStatus, turn: Turn) -> Iterator[str]:
    for rule in status.rules:
        yield said(status, rule, turn)


def questions_for(low: FactorName, examined: Examined, turn: Turn) -> Iterator[str]:
    """What to ask next: for the weakest factor, then what the stage still needs from the buyer."""
    level = examined.judged[low].level
    yield phrase(turn.language, f"ask_{low}_{'first' if level in {'unknown', 'weak'} else 'more'}")
    stage = turn.desk.mirror.snapshot.stages[examined.deal.stage]
    process_stage = turn.desk.process.stage(stage.process_stage)
    for evidence in process_stage.evidence[:1] if process_stage else ():
        yield phrase(turn.language, "ask_evidence", evidence=evidence)


def aid_for(factor: FactorName, examined: Examined, turn: Turn) -> FoundAid | None:
    """The current aid that helps with a factor, near to the deal's industry, roles, products and stage."""
    kind, topic = _SEEKS[factor]
    for wanted in (kind, None):
        facets = Facets(
            kind=wanted, on=turn.company_today, aids_only=True, words_only=True, **near(examined.deal, turn)
        )
        found = by_language(turn.desk.library.search(topic, facets, limit=4), turn.language)
        hits = [h for h in found if h.aid and (h.fits or h.why)]
        for hit in hits:
            if hit.aid:
                why = "; ".join(f"{phrase(turn.language, 'why_' + name)}: {values}" for name, values in hit.why)
                why = why or phrase(turn.language, f"factor_{factor}")
                return FoundAid(
                    id=hit.aid.id,
                    kind=hit.aid.kind,
                    title=hit.aid.title,
                    version=hit.aid.version,
                    score=round(hit.score, 4),
                    why=why,
                )
    return None


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


def _others(scope: Scope, turn: Turn) -> frozenset[str]:
    """Whom to compare with: the colleagues under the same manager, else all sellers but these."""
    organization = turn.organization
    head = organization.people.get(scope.head or "")
    peers = organization.tree(head.manager_id) - scope.owners if head and head.manager_id else frozenset()
    if organization.role(scope.head or "") is not Role.REP or not peers:
        peers = frozenset(organization.people) - scope.owners
    return frozenset(peers)


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
