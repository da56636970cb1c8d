"""Free questions answered from the library, with sources, and one line of advice after a log."""

from datetime import date
from pathlib import PurePath

from bot.contract.commands.guiding import AskLibrary
from bot.contract.drafts import AidsShown, Draft
from bot.contract.phrases import phrase
from bot.contract.replies.aids import Answer
from bot.contract.replies.base import Reply, Source
from bot.contract.replies.cards import Advice
from bot.domain.deals import Deal
from bot.handlers.guiding.aids import (
    by_language,
    language_in,
    near,
    note_use,
    nothing_fits,
    place_here,
    product_names,
    sold_in,
    source_of,
)
from bot.handlers.turn import Turn
from knowledge.facets import Facets
from knowledge.library import Hit

ANSWERED_FROM = 3


def ask_library(command: AskLibrary, turn: Turn) -> list[Reply]:
    """The sentences that answer, each cited; where the best material is not current, that is said instead."""
    library, day, kept = turn.desk.library, turn.company_today, turn.conversation.aids
    told = library.aid(kept.shown[-1], day) if command.about_shown and kept and kept.shown else None
    last = library.hit(told) if told else None
    asked = library.asked(command.question, product_names(turn))
    facets = Facets(
        sold_in=sold_in(None, turn),
        near_roles=asked.roles,
        near_industries=asked.industries,
        near_products=asked.products,
    )
    hits = [last] if last else library.search(command.question, facets, limit=12)
    fitting = [h for h in hits if h.fits]
    current = [h for h in fitting if h.aid is None or library.shelf.current(h.aid, day)]
    if not current or _stale_is_better(fitting, current):
        return [nothing_fits(command.question, Facets(), turn)]
    best = current[0].score
    apart: dict[str, Hit] = {}
    sections = set()
    for hit in current:
        section = (hit.passage.document, hit.passage.heading)
        if hit.score >= 0.75 * best and section not in sections:
            sections.add(section)
            apart.setdefault(hit.passage.text, hit)
    used = list(apart.values())[:ANSWERED_FROM]
    passages = [
        (f"[{n}]", sentence) for n, hit in enumerate(used, 1) for sentence in library.sentences(hit, command.question)
    ]
    sources = tuple(source_of(h.aid) if h.aid else _document_source(h, turn) for h in used)
    prose = turn.desk.prose.answer(
        command.question, passages, turn.language, turn.heard if place_here(turn) == "channel" else None
    )
    note_use("asked", command.question, [s.id for s in sources], turn)
    now = tuple(h.aid.id for h in used if h.aid)[:1]
    if now:
        aids = (kept or AidsShown()).model_copy(update={"shown": (*(kept.shown if kept else ()), *now)})
        turn.conversation = turn.conversation.model_copy(update={"aids": aids, "last_query": None})
    return [Answer(prose=prose, sources=sources, audience=place_here(turn), language=turn.language)]


def _stale_is_better(fitting: list[Hit], current: list[Hit]) -> bool:
    """Whether an expired, draft or retired aid answers clearly better than anything current."""
    top = fitting[0]
    stale = top.aid is not None and top not in current
    return stale and top.score > 1.25 * current[0].score and top.coverage > current[0].coverage + 0.15


def _document_source(hit: Hit, turn: Turn) -> Source:
    key, title = hit.passage.document, turn.desk.library.title(hit.passage.document)
    name = "/".join(PurePath(key).parts[-3:])
    return Source(id=name, kind="document", title=title, location=f"{name} · {hit.passage.heading}")


def advise(deal: Deal, draft: Draft, turn: Turn) -> Advice:
    """One line after a log: the evidence that the deal's stage needs next, with an aid for its industry and roles."""
    stage = turn.desk.mirror.snapshot.stages[deal.stage]
    process_stage = turn.desk.process.stage(stage.process_stage)
    evidence = process_stage.evidence[0] if process_stage and process_stage.evidence else None
    day: date = turn.company_today
    facets = Facets(on=day, aids_only=True, **near(deal, turn))
    hits = [h for h in by_language(turn.desk.library.search("", facets, limit=5), language_in(draft.source)) if h.why]
    aid = hits[0].aid if hits else None
    if evidence and aid:
        return Advice(
            text=phrase(turn.language, "advice_both", evidence=evidence, aid=aid.title), sources=(source_of(aid),)
        )
    if evidence:
        return Advice(text=phrase(turn.language, "advice_evidence", evidence=evidence))
    if aid:
        return Advice(text=phrase(turn.language, "advice_aid", aid=aid.title), sources=(source_of(aid),))
    return Advice(text=phrase(turn.language, "advice_closed" if stage.kind != "open" else "advice_none"))
