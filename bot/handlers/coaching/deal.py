"""Coaching on one deal: what its notes and fields say of the six factors, and what to ask next."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from bot.contract.commands.coaching import CoachDeal
from bot.contract.phrases import phrase
from bot.contract.replies.aids import FoundAid
from bot.contract.replies.base import Reply
from bot.contract.replies.coaching import Coaching, Factor
from bot.domain.activities import Activity
from bot.domain.deals import Contact, Deal
from bot.handlers.asking.sections import said
from bot.handlers.clarifying.ask import ask, deal_options
from bot.handlers.clarifying.names import meant_deal
from bot.handlers.guiding.aids import by_language, near, source_of
from bot.handlers.turn import Turn
from bot.language.evidence import signs_of
from bot.language.lexicon import said as has_word
from bot.pipeline.deal_status import DealStatus
from bot.pipeline.factors import FACTORS, FactorName, Judged, Sign, judge, weakest
from bot.pipeline.rules import Rule
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
