"""What an aid must or should be, and how well it is that."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from bot.domain.text import HAS_CJK, loose, words
from knowledge.kinds.base import Aid
from knowledge.kinds.battle_card import BattleCard
from knowledge.kinds.reference_story import ReferenceStory
from knowledge.lexical import terms
from knowledge.taxonomy import Taxonomy

SAME_WORD, TAGGED = 0.3, 0.35


@dataclass(frozen=True, slots=True)
class Facets:
    """What a hit must or should be. `kind`, `role`, `industry`, `product` are asked for: an aid for another one does
    not fit.

    The `near_…` ones come from a deal and only rank. `on` is the day for which an aid must be current; None takes all.
    `said` are the words of the request for roles and industries: an aid that uses the very same comes first.
    `sold_in` are the regions in which a promotion would be used: one for other regions is no offer there.
    `words_only` leaves the embedding model out, for requests that the facets answer by themselves.
    """

    kind: str | None = None
    roles: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    language: str | None = None
    status: str | None = None
    on: date | None = None
    aids_only: bool = False
    said: tuple[str, ...] = ()
    sold_in: tuple[str, ...] = ()
    words_only: bool = False
    near_roles: tuple[str, ...] = ()
    near_industries: tuple[str, ...] = ()
    near_products: tuple[str, ...] = ()
    near_stages: tuple[str, ...] = ()
    near_regions: tuple[str, ...] = ()


def fit_of(aid: Aid, facets: Facets, taxonomy: Taxonomy) -> tuple[float, tuple[tuple[str, str], ...], bool]:
    """(bonus, reasons, fits) of an aid against the facets asked for and those of the deal."""
    has = {
        "role": unique(taxonomy.meaning("roles", v) for v in aid.roles),
        "industry": unique(taxonomy.meaning("industries", v) for v in aid.industries),
        "product": unique(v.casefold() for v in aid.products),
        "region": aid.regions,
        "stage": aid.stages,
    }
    main = {
        "role": unique(taxonomy.meaning("roles", v) for v in aid.main_roles),
        "industry": unique(taxonomy.meaning("industries", v) for v in aid.main_industries),
    }
    asked = {
        "role": facets.roles,
        "industry": facets.industries,
        "product": tuple(p.casefold() for p in facets.products),
        "region": facets.regions,
        "stage": facets.stages,
    }
    near = {
        "role": facets.near_roles,
        "industry": facets.near_industries,
        "product": tuple(p.casefold() for p in facets.near_products),
        "region": facets.near_regions,
        "stage": facets.near_stages,
    }
    bonus, fits = 0.0, True
    why: list[tuple[str, str]] = []
    for name, weight in (("role", 0.8), ("industry", 1.0), ("product", 0.8), ("region", 0.3), ("stage", 0.2)):
        own = {*has[name], *main.get(name, ())}
        wanted = [v for v in asked[name] if v in own]
        if wanted:
            bonus += weight + (0.3 if any(v in main.get(name, ()) for v in wanted) else 0.0)
            why.append((name, ", ".join(wanted)))
        elif asked[name] and own:
            bonus, fits = bonus - weight, False
        shared = [v for v in near[name] if v in own]
        if shared and not asked[name]:
            bonus += weight * (0.6 if name != "industry" else 1.2)
            why.append((name, ", ".join(dict.fromkeys(shared))))
        elif near[name] and own and name == "industry":
            bonus -= 0.4
    return bonus, tuple(why), fits


def same_words(aid: Aid, said: Sequence[str], question: Sequence[str]) -> float:
    """What it is worth that an aid carries the very industry or role that was said, and tags that the question
    names.
    """
    own = {value.casefold() for value in (*aid.industries, *aid.main_industries, *aid.roles, *aid.main_roles)}
    tagged = any((tag := set(terms(t))) and tag <= set(question) for t in aid.tags)
    return (SAME_WORD if own & set(said) else 0.0) + (TAGGED if tagged else 0.0)


def named_in(aid: Aid, question: str) -> bool:
    """Whether a question names the customer or the competitor that an aid is about."""
    name = (
        aid.customer
        if isinstance(aid, ReferenceStory) and aid.named
        else aid.competitor
        if isinstance(aid, BattleCard)
        else None
    )
    if not name:
        return False
    if HAS_CJK.search(name):
        return name in question
    said = next((w.text for w in words(name) if len(w.text) > 3), "")
    return bool(said) and bool(re.search(rf"(?<![A-Za-z0-9_]){loose(said)}(?:'?s)?(?![A-Za-z0-9_])", question, re.I))


def offered(aid: Aid, sold_in: Sequence[str], known_regions: frozenset[str]) -> bool:
    """Whether a promotion holds in one of these regions; regions that no aid speaks of tell nothing."""
    here = {region.casefold() for region in sold_in} & known_regions
    return (
        aid.kind != "promotion"
        or not aid.regions
        or not here
        or bool(here & {region.casefold() for region in aid.regions})
    )


def unique(values: Iterable[str]) -> tuple[str, ...]:
    """Each value once, in order."""
    return tuple(dict.fromkeys(values))
