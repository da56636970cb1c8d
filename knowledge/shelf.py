"""All that the library holds at one moment, in memory."""

from datetime import date
from functools import cached_property
from typing import Any

from knowledge.catalogue import Catalogue, Passage
from knowledge.embedding import Embedder
from knowledge.facets import unique
from knowledge.kinds import aid_of
from knowledge.kinds.base import Aid
from knowledge.kinds.battle_card import BattleCard
from knowledge.lexical import LexicalIndex

FRESH_MOST = 64
NEIGHBOURS = 3


class Shelf:
    """Everything of one version of the catalogue, in memory."""

    def __init__(self, catalogue: Catalogue, version: int) -> None:
        self.version, self._catalogue = version, catalogue
        self.aids: dict[str, Aid] = {key: aid_of(aid) for key, aid in catalogue.aids().items()}
        self.versions: dict[str, list[Aid]] = {}
        for aid in sorted(self.aids.values(), key=lambda a: -a.version):
            self.versions.setdefault(aid.id, []).append(aid)
        self._fresh: tuple[list[str], Any] | None = None

    def current(self, aid: Aid, day: date) -> bool:
        """Whether this is the version of the aid that holds on a day: approved, begun, not run out, and no newer one
        is.
        """
        return aid.current(day) and next(a for a in self.versions[aid.id] if a.current(day)) is aid

    def newest(self) -> list[Aid]:
        """Each aid once, in its newest version, whatever its state."""
        return [versions[0] for versions in self.versions.values()]

    def current_aids(self, day: date) -> list[Aid]:
        """Each aid that holds on a day, in the version that does."""
        return [aid for versions in self.versions.values() for aid in [a for a in versions if a.current(day)][:1]]

    @cached_property
    def passages(self) -> list[Passage]:
        """Read when something is searched for; a message that logs a call needs none of them."""
        return self._catalogue.passages()

    @cached_property
    def place(self) -> dict[str, int]:
        return {p.id: n for n, p in enumerate(self.passages)}

    @cached_property
    def aid_places(self) -> list[int]:
        return [n for n, p in enumerate(self.passages) if p.is_aid and p.document in self.aids]

    def section(self, passage: Passage) -> str:
        """The passage joined again with its neighbours under the same heading, from which a long section was cut."""
        n = self.place[passage.id]
        first = last = n
        while first > max(0, n - NEIGHBOURS) and _same_section(self.passages[first - 1], passage):
            first -= 1
        while last < min(len(self.passages) - 1, n + NEIGHBOURS) and _same_section(self.passages[last + 1], passage):
            last += 1
        return "\n\n".join(p.text for p in self.passages[first : last + 1])

    @cached_property
    def titles(self) -> dict[str, str]:
        return self._catalogue.titles()

    def fresh(self, vector: Any, embedder: Embedder) -> dict[str, float]:
        """Cosine of the passages that no ingest has embedded yet, such as a draft just sent; of many, none: the words
        find them.
        """
        if self._fresh is None:
            waiting = self._catalogue.waiting(FRESH_MOST + 1)
            waiting = waiting if len(waiting) <= FRESH_MOST else []
            self._fresh = (
                [p.id for p in waiting],
                embedder.encode([f"{p.heading}\n{p.text}" for p in waiting]) if waiting else None,
            )
        ids, vectors = self._fresh
        return {} if vectors is None else dict(zip(ids, map(float, vectors @ vector), strict=True))

    @cached_property
    def lexical(self) -> LexicalIndex:
        return LexicalIndex([f"{p.heading} {p.text}" for p in self.passages])

    @cached_property
    def competitors(self) -> tuple[str, ...]:
        return unique(aid.competitor for aid in self.aids.values() if isinstance(aid, BattleCard) and aid.competitor)

    @cached_property
    def regions(self) -> frozenset[str]:
        return frozenset(region.casefold() for region in self.values("regions"))

    def values(self, field: str) -> frozenset[str]:
        return frozenset(v for aid in self.aids.values() for v in getattr(aid, field))


def _same_section(one: Passage, other: Passage) -> bool:
    return (one.document, one.heading) == (other.document, other.heading)
