"""The job aids that fit what was asked."""

import re
from typing import Any, Literal

from bot.contract.commands.guiding import FindAid, FollowAid
from bot.contract.drafts import AidsShown
from bot.contract.phrases import aid_kinds, phrase
from bot.contract.replies.aids import AidsFound, Chain, ChainNode, FoundAid
from bot.contract.replies.base import Reply, Source
from bot.contract.replies.notices import Nearest, NotUnderstood
from bot.domain.deals import Deal
from bot.domain.text import HAS_CJK
from bot.handlers.clarifying.names import meant_deal
from bot.handlers.turn import Turn
from bot.language.lexicon import said
from bot.language.lexicon import words as words_for
from knowledge.facets import Facets
from knowledge.kinds.base import Aid
from knowledge.kinds.pain_chain import PainChain
from knowledge.lexical import terms
from knowledge.library import Hit

SHOWN, BRIEF_SECTIONS = 3, 2


def find_aid(command: FindAid, turn: Turn) -> list[Reply]:
    """The aids of a kind that fit what was asked, best first with the reason; the gap is noted where none does."""
    named = "" if turn.audience.external else command.deal
    deal = _deal(named, turn) if named else _theirs(command.words, turn)
    asked = turn.desk.library.asked(_without_deal(command.words, named), product_names(turn))
    wanted = AidsShown(
        kind=command.kind,
        deal_id=deal.id if deal else None,
        roles=asked.roles,
        industries=asked.industries,
        products=asked.products,
        topic=_topic(asked.topic),
        said=asked.said,
    )
    return [_shown(wanted, command.words, turn)]


def follow_aid(command: FollowAid, turn: Turn) -> list[Reply]:
    """The same request with what is said now in place of what was said before; those shown already left out where
    others are wanted.
    """
    library, kept = turn.desk.library, turn.conversation.aids
    if kept is None:
        return [NotUnderstood(suggestions=(), language=turn.language)]
    last = library.aid(kept.shown[-1], turn.company_today) if kept.shown else None
    if command.share or command.brief:
        if last is None or not last.current(turn.company_today):
            return [turn.refuse("not_found", "aid_over")]
        again = shown_alone(last, turn)
        short = tuple(
            aid.model_copy(update={"sections": aid.sections[:BRIEF_SECTIONS], "body": "", "chain": None})
            for aid in again.aids
        )
        return [again.model_copy(update={"aids": short}) if command.brief else again]
    now = library.asked(command.words, product_names(turn))
    language = "zh" if said("in_chinese", command.words) else "en" if said("in_english", command.words) else None
    wanted = AidsShown(
        kind=command.kind or kept.kind or (last.kind if last else None),
        deal_id=kept.deal_id,
        shown=kept.shown,
        roles=now.roles or kept.roles,
        industries=now.industries or kept.industries,
        products=now.products or kept.products,
        topic=kept.topic
        if command.another or language or now.roles or now.industries or now.products
        else _topic(command.words) or kept.topic,
        said=now.said or kept.said,
    )
    return [_shown(wanted, command.words, turn, left_out=kept.shown if command.another else (), language=language)]


def _shown(
    wanted: AidsShown, words: str, turn: Turn, *, left_out: tuple[str, ...] = (), language: str | None = None
) -> Reply:
    """The aids that fit, which the thread is about from now on."""
    deal = _readable(wanted.deal_id, turn)
    facets = Facets(
        kind=wanted.kind,
        language=language,
        words_only=deal is not None and not terms(wanted.topic),
        roles=wanted.roles,
        industries=wanted.industries,
        products=wanted.products,
        said=wanted.said,
        on=turn.company_today,
        sold_in=sold_in(deal, turn),
        **near(deal, turn),
    )
    hits = turn.desk.library.search(
        wanted.topic if deal is None else f"{wanted.topic} {deal.name}", facets, limit=8 + len(left_out)
    )
    hits = [
        h for h in by_language(hits, language or language_in(words)) if h.fits and h.aid and h.aid.id not in left_out
    ]
    if not hits:
        return nothing_fits(words, facets, turn)
    shown = [h for h in hits if hits[0].score - h.score < 0.6][:SHOWN]
    ids = tuple(h.aid.id for h in shown if h.aid)
    note_use("asked", words, list(ids), turn, deal.id if deal else None)
    kept = wanted.model_copy(update={"shown": (*wanted.shown, ids[0])})
    turn.conversation = turn.conversation.model_copy(update={"aids": kept, "last_query": None})
    if deal:
        turn.conversation = turn.conversation.model_copy(update={"deal_id": deal.id, "account_id": deal.account_id})
    return _aids(shown, deal, turn)


def _aids(hits: list[Hit], deal: Deal | None, turn: Turn) -> AidsFound:
    aids = tuple(found_aid(h, turn, deal) for h in hits if h.aid)
    place = turn.place(frozenset({deal.owner_id})) if deal else place_here(turn)
    return AidsFound(aids=aids, sources=tuple(source_of(aid) for aid in aids), audience=place, language=turn.language)


def shown_alone(aid: Aid, turn: Turn) -> AidsFound:
    """One aid by itself, nothing asked."""
    return _aids([turn.desk.library.hit(aid)], None, turn)


def _theirs(words: str, turn: Turn) -> Deal | None:
    """The deal that the thread is about, where the words point to its people."""
    return _readable(turn.conversation.deal_id, turn) if said("theirs", words) else None


def _readable(deal_id: str | None, turn: Turn) -> Deal | None:
    """A deal that the thread is about, for who may read it: a thread may have other readers than the one who named the
    deal.
    """
    deal = turn.desk.mirror.deal(deal_id) if deal_id and not turn.audience.external else None
    return deal if deal and deal.owner_id in turn.readable else None


def sold_in(deal: Deal | None, turn: Turn) -> tuple[str, ...]:
    person = turn.organization.people[deal.owner_id] if deal else turn.person
    return (person.region,) if person.region else ()


def _deal(words: str, turn: Turn) -> Deal | None:
    """The deal meant; of several at an account the largest, for an aid is no write and need not ask."""
    meant = meant_deal(words, (), turn)
    if not meant.deal and not meant.options:
        meant = meant_deal(words, (), turn, closed_too=True)
    return meant.deal or max(meant.options, key=lambda d: d.amount or 0, default=None)


def _without_deal(words: str, deal: str) -> str:
    for word in deal.split():
        words = words.replace(word, " ")
    return words


def _topic(words: str) -> str:
    """What a request is about once the words of asking are gone."""
    names = [name for kind in aid_kinds().values() for name in kind.names]
    for phrase_ in (*sorted(names, key=len, reverse=True), *words_for("asking_for_aids")):
        pattern = re.escape(phrase_) if HAS_CJK.search(phrase_) else rf"\b{re.escape(phrase_)}\b"
        words = re.sub(pattern, " ", words, flags=re.I)
    return " ".join(words.split())


def near(deal: Deal | None, turn: Turn) -> dict[str, Any]:
    """The deal's industry, its contacts' roles, products, stage and region, as meanings of the taxonomy."""
    if deal is None:
        return {}
    mirror, taxonomy = turn.desk.mirror, turn.desk.library.taxonomy
    account = next(iter(mirror.accounts([deal.account_id])), None) if deal.account_id else None
    titles = [c.title for c in mirror.contacts(deal.contact_ids) if c.title]
    stage = mirror.snapshot.stages[deal.stage]
    owner = turn.organization.people[deal.owner_id]
    return {
        "near_industries": (taxonomy.meaning("industries", account.industry),) if account and account.industry else (),
        "near_roles": tuple(taxonomy.meaning("roles", title) for title in titles),
        "near_products": tuple(
            mirror.snapshot.products[i].name for i in deal.product_ids if i in mirror.snapshot.products
        ),
        "near_stages": tuple(s for s in (stage.process_stage, stage.name) if s),
        "near_regions": (owner.region,) if owner.region else (),
    }


def product_names(turn: Turn) -> dict[str, str]:
    return {word: p.name for p in turn.desk.mirror.snapshot.products.values() for word in (p.name, *p.aliases)}


def language_in(words: str) -> str:
    return "zh" if HAS_CJK.search(words) else "en"


def by_language(hits: list[Hit], wanted: str) -> list[Hit]:
    """Among hits nearly as good, those in a language (en, zh) first."""
    return sorted(hits, key=lambda h: (not h.fits, -(h.score + (0.5 if h.aid and h.aid.language == wanted else 0.0))))


def found_aid(hit: Hit, turn: Turn, deal: Deal | None) -> FoundAid:
    assert hit.aid is not None
    reasons = [f"{phrase(turn.language, 'why_' + name)}: {values}" for name, values in hit.why]
    if not reasons or hit.coverage > 0.3:
        reasons.append(phrase(turn.language, "why_topic"))
    about = phrase(turn.language, "why_deal", deal=deal.name) + " – " if deal else ""
    return FoundAid(
        id=hit.aid.id,
        kind=hit.aid.kind,
        title=hit.aid.title,
        version=hit.aid.version,
        score=round(hit.score, 4),
        why=about + ", ".join(reasons),
        owner=hit.aid.owner,
        valid_until=hit.aid.valid_until,
        sections=tuple(hit.aid.sections()),
        body=hit.aid.body,
        chain=chain_of(hit.aid) if isinstance(hit.aid, PainChain) else None,
    )


def chain_of(aid: PainChain) -> Chain:
    """What is drawn, and the same in words for who cannot see it."""
    told = "; ".join(f"{node.role}: {node.pain}" for node in aid.nodes)
    nodes = tuple(ChainNode(**node.model_dump()) for node in aid.nodes)
    return Chain(title=aid.title, nodes=nodes, edges=aid.edges, alt=f"{aid.title}. {told}")


def nothing_fits(words: str, facets: Facets, turn: Turn) -> Reply:
    note_use("gap", words, [], turn)
    nearest = turn.desk.library.nearest(words, turn.company_today, facets)
    refusal = turn.refuse("not_found", "nothing_approved")
    return refusal.model_copy(update={"nearest": tuple(Nearest(id=a.id, kind=a.kind, title=a.title) for a in nearest)})


def note_use(kind: str, words: str, sources: list[str], turn: Turn, deal_id: str | None = None) -> None:
    turn.desk.library_use.note(kind, words, sources, turn.person.id, turn.thread, turn.now, deal_id)


def place_here(turn: Turn) -> Literal["channel", "ephemeral"]:
    """Aids are for the company: outside people see none."""
    return "ephemeral" if turn.audience.external else "channel"


def source_of(aid: Aid | FoundAid) -> Source:
    return Source(id=aid.id, kind=aid.kind, title=aid.title, version=aid.version, location=f"{aid.id}, v{aid.version}")
