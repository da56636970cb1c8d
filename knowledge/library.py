"""Library.search: from a question and facets to the passages and aids that fit, with the reason why."""

import hashlib
import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from threading import RLock
from typing import Any

import numpy as np

from bot.domain.text import HAS_CJK, loose, normal
from knowledge.catalogue import SENT, Catalogue, Document, Passage
from knowledge.embedding import Embedder
from knowledge.facets import Facets, fit_of, named_in, offered, same_words, unique
from knowledge.front_matter import read_aid
from knowledge.kinds.base import Aid
from knowledge.lexical import terms
from knowledge.reranking import Reranker
from knowledge.sentences import best_sentences, points_asked_for, sentences_of
from knowledge.shelf import Shelf
from knowledge.taxonomy import Taxonomy
from knowledge.vectors import VectorStore

log = logging.getLogger(__name__)
DENSE_WEIGHT = 0.65
SURE_ENOUGH, COVER_COUNTS = 0.6, 0.4
"""Cosine + COVER_COUNTS × coverage from which a text answers: on four collections 95 of 100 own questions and 6 of 100
strange ones reach it.
"""
COVERED_ENOUGH, COVERED_CHINESE = 0.55, 0.3
COVERED_WITH_NAME = 0.15
PASSAGES_ASKED = 60
SMALL, RERANKED = 300, 20


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found. `score` 0–1 and up with facets; `dense` and `coverage` tell how sure the text itself is."""

    passage: Passage
    aid: Aid | None
    score: float
    dense: float
    coverage: float
    why: tuple[tuple[str, str], ...] = ()
    fits: bool = True


@dataclass(frozen=True, slots=True)
class Asked:
    """What the words of a request name: facets as meanings, the words that `said` them, and the topic that is left."""

    roles: tuple[str, ...]
    industries: tuple[str, ...]
    products: tuple[str, ...]
    topic: str
    said: tuple[str, ...] = ()


class Library:
    """All that was ingested, found by meaning and by words; one object a process."""

    def __init__(
        self,
        catalogue: Catalogue,
        vectors: VectorStore,
        embedder: Embedder,
        taxonomy: Taxonomy,
        reranker: Reranker | None = None,
    ) -> None:
        self._reranker = reranker
        self.catalogue, self.vectors, self.embedder, self.taxonomy = catalogue, vectors, embedder, taxonomy
        self._lock = RLock()
        self._held: Shelf | None = None

    @property
    def shelf(self) -> Shelf:
        with self._lock:
            version = self.catalogue.version
            if self._held is None or self._held.version != version:
                self._held = Shelf(self.catalogue, version)
            return self._held

    def aid(self, aid_id: str, day: date) -> Aid | None:
        """The version of an aid that holds on a day, else its newest one."""
        versions = self.shelf.versions.get(aid_id, [])
        return next((a for a in versions if a.current(day)), versions[0] if versions else None)

    def take_draft(self, text: str) -> Aid | None:
        """Take a job aid that did not come by a file of the library's folders: a draft, whatever it says of itself.
        None where the text is no aid.

        Under the id of an aid that is there already it is the next version, which changes no answer until it is
        approved; a draft sent
        before is replaced. Raises BadRequest where its front matter is wrong.
        """
        aid = read_aid(text)
        if aid is None:
            return None
        aid = aid.model_copy(update={"status": "draft", "version": self._next_version(aid)})
        key, digest = f"{SENT}{aid.id}@{aid.version}", hashlib.sha256(text.encode()).hexdigest()
        passage = Passage(hashlib.sha256(key.encode()).hexdigest()[:32], key, 0, aid.title, aid.text(), True)
        self.catalogue.put(
            Document(
                key, digest, aid.title, [passage], aid.id, aid.version, aid.model_dump(mode="json", exclude_none=True)
            )
        )
        return aid

    def _next_version(self, aid: Aid) -> int:
        """The version under which a draft is kept: that of the draft it replaces, or one that is free above all
        others.
        """
        known = self.shelf.versions.get(aid.id, [])
        if not known:
            return aid.version
        newest = known[0]
        replaces = newest.status == "draft" and self.catalogue.versions(aid.id)[newest.version].startswith(SENT)
        return newest.version if replaces and aid.version <= newest.version else max(aid.version, newest.version + 1)

    def title(self, document: str) -> str:
        return self.shelf.titles.get(document, document)

    def hit(self, aid: Aid) -> Hit:
        """An aid by itself, as if it had been found."""
        shelf = self.shelf
        place = next(n for n in shelf.aid_places if shelf.aids[shelf.passages[n].document] == aid)
        return Hit(shelf.passages[place], aid, 1.0, 1.0, 1.0)

    def competitors(self) -> tuple[str, ...]:
        """The competitors that the battle cards name."""
        return self.shelf.competitors

    def asked(self, text: str, products: Mapping[str, str]) -> Asked:
        """What a request names; `products` maps each name and alias of the company's products to its name."""
        shelf = self.shelf
        roles = self.taxonomy.find("roles", text, shelf.values("roles"))
        industries = self.taxonomy.find("industries", text, shelf.values("industries"))
        industries = [i for i in industries if not any(r.start <= i.start < r.end for r in roles)]
        known = {
            word.casefold(): name for word, name in ({v: v for v in shelf.values("products")} | dict(products)).items()
        }
        named: dict[str, str] = {}
        rest = normal(text)
        for word in sorted(known, key=len, reverse=True):
            pattern = re.escape(word) if HAS_CJK.search(word) else rf"(?<!\w){loose(word)}s?(?!\w)"
            if re.search(pattern, rest, re.I):
                named.setdefault(known[word], word)
                rest = re.sub(pattern, " ", rest, flags=re.I)
        for found in (*roles, *industries):
            rest = rest.replace(found.words, " ")
        return Asked(
            unique(r.meaning for r in roles),
            unique(i.meaning for i in industries),
            tuple(named),
            rest,
            unique(f.words.casefold() for f in (*roles, *industries)),
        )

    def search(self, question: str, facets: Facets = Facets(), limit: int = 10) -> list[Hit]:
        """The best hits, best first; `fits` is False for those too far from the question or for another facet."""
        shelf = self.shelf
        allowed = self._allowed(facets, shelf)
        if not allowed.any():
            return []
        wanted = terms(self.taxonomy.widened(question))
        lexical = np.where(allowed, shelf.lexical.scores(wanted), -1.0)
        most = max(float(lexical.max()), 0.0) or 1.0
        dense = self._dense(question, facets, shelf) if wanted and not facets.words_only else {}
        own = terms(question)
        topics = [terms(phrase) for phrase in self.taxonomy.phrasings(question)]
        hits = []
        for n in _promising(allowed, lexical, dense, shelf):
            passage = shelf.passages[n]
            near = dense.get(passage.id, 0.0)
            coverage = shelf.lexical.coverage(own, n)
            on_topic = any(shelf.lexical.holds(topic, n) for topic in topics)
            by_words = max(float(lexical[n]), 0.0) / most
            base = DENSE_WEIGHT * near + (1 - DENSE_WEIGHT) * by_words if dense else by_words
            aid = shelf.aids.get(passage.document) if passage.is_aid else None
            bonus, why, fits = fit_of(aid, facets, self.taxonomy) if aid else (0.0, (), True)
            bonus += same_words(aid, facets.said, own) if aid else 0.0
            hits.append(
                Hit(
                    passage,
                    aid,
                    base + bonus,
                    near,
                    coverage,
                    why,
                    fits
                    and (
                        on_topic
                        or self._says_enough(question, near if dense else None, coverage, facets, passage, len(why))
                    ),
                )
            )
        hits.sort(key=lambda h: (not h.fits, -h.score, h.passage.id))
        return self._looked_at_again(question, hits)[:limit] if wanted and not facets.words_only else hits[:limit]

    def _looked_at_again(self, question: str, hits: list[Hit]) -> list[Hit]:
        """The best fitting hits in the reranker's order, where there is one; they share out the scores that the search
        gave.
        """
        fitting = sum(hit.fits for hit in hits[:RERANKED])
        if self._reranker is None or fitting < 2:
            return hits
        order = self._reranker.order(question, [f"{hit.passage.heading}\n{hit.passage.text}" for hit in hits[:fitting]])
        return [*(replace(hits[n], score=hits[place].score) for place, n in enumerate(order)), *hits[fitting:]]

    def _allowed(self, facets: Facets, shelf: Shelf) -> "np.ndarray[Any, np.dtype[np.bool_]]":
        """Which passages may be found at all: every document, where documents are asked for, and the aids that are of
        the kind and current.
        """
        allowed = np.full(len(shelf.passages), not (facets.aids_only or facets.kind))
        for n in shelf.aid_places:
            allowed[n] = self._passes(shelf.aids[shelf.passages[n].document], facets, shelf)
        return allowed

    def _passes(self, aid: Aid, facets: Facets, shelf: Shelf) -> bool:
        if facets.kind and aid.kind != facets.kind:
            return False
        if facets.language and aid.language != facets.language:
            return False
        if facets.status and aid.status != facets.status:
            return False
        return (facets.on is None or shelf.current(aid, facets.on)) and offered(aid, facets.sold_in, shelf.regions)

    def _dense(self, question: str, facets: Facets, shelf: Shelf) -> dict[str, float]:
        """Cosine by passage id; empty where the model does not know the language or the index cannot be read."""
        if HAS_CJK.search(question) and not self.embedder.knows_chinese:
            return {}
        try:
            if not self.vectors.exists:
                return {}
            vector = self.embedder.encode([question])[0]
            found = self.vectors.near("aids", vector, len(shelf.aids)) | shelf.fresh(vector, self.embedder)
            if not (facets.kind or facets.aids_only):
                found |= self.vectors.near("passages", vector, PASSAGES_ASKED)
            return found
        except Exception:  # a damaged index may raise anything; words still find
            log.exception("the vector index cannot be read; answering from the lexical side")
            return {}

    def _says_enough(
        self, question: str, dense: float | None, coverage: float, facets: Facets, passage: Passage, shared: int
    ) -> bool:
        """Whether the text itself is near enough; an aid asked for by its kind and facets that it has need not repeat
        the topic.
        """
        asked = bool(facets.roles or facets.industries or facets.products)
        if passage.is_aid and (shared >= 2 or (facets.kind and (shared if asked else facets.near_industries))):
            return True
        if facets.kind and not asked and not terms(question):
            return True
        aid = self.shelf.aids.get(passage.document) if passage.is_aid else None
        if aid and (
            named_in(aid, question)
            or (coverage >= COVERED_WITH_NAME and self.shelf.lexical.names(question, passage.heading))
        ):
            return True
        if HAS_CJK.search(question):
            return coverage >= COVERED_CHINESE
        return coverage >= COVERED_ENOUGH if dense is None else dense + COVER_COUNTS * coverage >= SURE_ENOUGH

    def nearest(self, question: str, day: date, facets: Facets, limit: int = 3) -> list[Aid]:
        """Current aids closest to a question that none answers, those of the kind asked for first."""
        of_kind = self.search(question, Facets(kind=facets.kind, on=day, aids_only=True), limit)
        others = self.search(question, Facets(on=day, aids_only=True), limit)
        found = [hit.aid for hit in (*of_kind, *others) if hit.aid]
        return list({aid.id: aid for aid in found}.values())[:limit]

    def sentences(self, hit: Hit, question: str, limit: int = 3) -> list[str]:
        """The sentences of a hit's section that answer best, in their order; at least its first."""
        asked_for = points_asked_for(hit.aid, question) if hit.aid else []
        pieces = list(sentences_of(hit.aid, self.shelf.section(hit.passage))) if not asked_for else []
        return asked_for or (
            best_sentences(pieces, self.taxonomy.widened(question), self.shelf.lexical, limit) if pieces else []
        )


def _promising(allowed: Any, lexical: Any, dense: Mapping[str, float], shelf: Shelf) -> list[int]:
    """The places worth judging in full: all of a small set, else the best of either side."""
    places = np.flatnonzero(allowed)
    if len(places) <= SMALL:
        return [int(n) for n in places]
    best = np.argpartition(-lexical, PASSAGES_ASKED)[:PASSAGES_ASKED]
    by_words = [int(n) for n in best if allowed[n]]
    by_meaning = [n for i in dense if (n := shelf.place.get(i)) is not None and allowed[n]]
    return list(dict.fromkeys([*by_words, *by_meaning]))
