"""The lexical side of search: BM25 over English stems and Chinese characters and character pairs."""

import logging
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np

from bot.domain.text import HAS_CJK, normal, words

STOP = frozenset(
    [
        "a",
        "an",
        "and",
        "are",
        "as",
        "at",
        "be",
        "been",
        "but",
        "by",
        "can",
        "could",
        "did",
        "do",
        "does",
        "for",
        "from",
        "get",
        "got",
        "had",
        "has",
        "have",
        "he",
        "her",
        "his",
        "how",
        "i",
        "if",
        "in",
        "into",
        "is",
        "it",
        "its",
        "just",
        "me",
        "my",
        "of",
        "on",
        "or",
        "our",
        "she",
        "should",
        "so",
        "some",
        "than",
        "that",
        "the",
        "their",
        "them",
        "then",
        "there",
        "they",
        "this",
        "to",
        "us",
        "was",
        "we",
        "were",
        "what",
        "whats",
        "when",
        "where",
        "which",
        "who",
        "why",
        "will",
        "with",
        "would",
        "you",
        "your",
        "any",
        "about",
        "am",
        "not",
        "new",
        "please",
        "tell",
        "show",
        "give",
        "need",
        "want",
        "find",
        "say",
        "says",
    ]
)


@lru_cache(maxsize=1)
def _stemmer() -> Any:
    import Stemmer

    return Stemmer.Stemmer("english")


def terms(text: str, *, keep_all: bool = False) -> list[str]:
    """The terms of a text: English stems without stop words, Chinese characters and pairs of them."""
    found: list[str] = []
    latin: list[str] = []
    for word in words(normal(text)):
        if HAS_CJK.match(word.text):
            found.append(word.text)
            if len(word.text) == 2:
                found.append(word.text[0])
        elif keep_all or word.text not in STOP:
            latin.append(word.text)
    stems: list[str] = _stemmer().stemWords(latin)
    return stems + found


class LexicalIndex:
    """BM25 (Lucene's form, k1 1.5, b 0.75) over a fixed list of texts."""

    def __init__(self, texts: Sequence[str]) -> None:
        self._terms = [terms(text) for text in texts]
        self._index = self._build()

    def _build(self) -> Any:
        if not any(self._terms):
            return None
        import bm25s

        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it sets itself to DEBUG on import

        index = bm25s.BM25(method="lucene")
        index.index(self._terms, show_progress=False)
        return index

    def scores(self, question: Sequence[str]) -> "np.ndarray[Any, np.dtype[np.float32]]":
        """A score for each text."""
        known = [term for term in question if self._index is not None and term in self._index.vocab_dict]
        if not known:
            return np.zeros(len(self._terms), dtype=np.float32)
        scores: np.ndarray[Any, np.dtype[np.float32]] = self._index.get_scores(known)
        return scores

    def weight(self, term: str) -> float:
        """Inverse document frequency; a term unknown here weighs the most."""
        return self._weights.get(term, self._most)

    @property
    def _most(self) -> float:
        return float(np.log(1 + len(self._terms) or 1))

    @property
    def _weights(self) -> dict[str, float]:
        if not hasattr(self, "_idf"):
            counts: dict[str, int] = {}
            for found in self._terms:
                for term in set(found):
                    counts[term] = counts.get(term, 0) + 1
            total = len(self._terms)
            self._idf = {term: float(np.log(1 + (total - n + 0.5) / (n + 0.5))) for term, n in counts.items()}
        return self._idf

    def holds(self, phrase: Sequence[str], place: int) -> bool:
        """Whether a text has all terms of a phrase."""
        return bool(phrase) and set(phrase) <= set(self._terms[place])

    def names(self, question: str, title: str) -> bool:
        """Whether a question and a title share a word that hardly any other text has: a proper name."""
        shared = set(terms(question)) & set(terms(title))
        return any(self.weight(term) >= 0.75 * self._most for term in shared)

    def coverage(self, question: Sequence[str], place: int) -> float:
        """How much of the question's weight a text holds, 0–1."""
        held = set(self._terms[place])
        whole = sum(self.weight(term) for term in set(question))
        return sum(self.weight(term) for term in set(question) if term in held) / whole if whole else 0.0


def plain_words(text: str) -> str:
    """Text without Markdown's signs, for showing and sentence work."""
    text = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", text)
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)
    return re.sub(r"[*_`#>|]+", " ", text)
