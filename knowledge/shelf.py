"""All that the library holds at one moment, in memory."""

from functools import cached_property
from typing import Any

from knowledge.aids import AIDS, Aid, BattleCard
from knowledge.catalogue import Catalogue
from knowledge.embedding import Embedder
from knowledge.facets import unique
from knowledge.lexical import LexicalIndex

FRESH_MOST = 64


class Shelf:
    """Everything of one version of the catalogue, in memory."""

    def __init__(self, catalogue: Catalogue, version: int) -> None:
        self.version = version
        self.passages = catalogue.passages()
        self.place = {p.id: n for n, p in enumerate(self.passages)}
        self.aids: dict[str, Aid] = {key: AIDS.validate_python(aid) for key, aid in catalogue.aids().items()}
        self.aid_places = [n for n, p in enumerate(self.passages) if p.is_aid and p.document in self.aids]
        self.titles = catalogue.titles()
        self.waiting = catalogue.waiting()
        self._fresh: tuple[list[str], Any] | None = None

    def fresh(self, vector: Any, embedder: Embedder) -> dict[str, float]:
        """Cosine of the passages that no ingest has embedded yet, such as a draft just sent; of many, none: the words find them."""
        if self._fresh is None:
            waiting = self.waiting if len(self.waiting) <= FRESH_MOST else []
            self._fresh = [p.id for p in waiting], embedder.encode([f"{p.heading}\n{p.text}" for p in waiting]) if waiting else None
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
