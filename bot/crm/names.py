"""Finding the CRM's names in what people type: in part, in any case, misspelt, in English and Chinese."""

import math
import re
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

from rapidfuzz import fuzz, process

from bot.crm.mirror import Mirror
from bot.domain.names import NamedSpan, NameKind
from bot.domain.text import HAS_CJK, Word, normal, words

Visible = Callable[[NameKind, str], bool]
COMMON = frozenset((Path(__file__).parent / "common_words.txt").read_text(encoding="utf-8").split())
HONORIFIC = re.compile(r"([\u4e00-\u9fff])(总监|总|经理|厂长|主任|工|董|部长|老师|先生|女士|小姐|院长|局长)")
_TO_SOMEBODY = re.compile(r"\b(?:talked to|spoke to|spoke with|met|met with|with|w/?|called|rang|emailed|told|asked|send|ask|tell|hi|dear)\s+$", re.I)
MISSPELT_FROM = 4
MISSPELT_RATIO = 80.0


@dataclass(frozen=True, slots=True)
class Match:
    """A name found: `score` 0–1 is how much of the name was said, less for misspelling; `spans` is where."""

    kind: NameKind
    id: str
    name: str
    score: float
    spans: tuple[tuple[int, int], ...]
    exact: bool


@dataclass(frozen=True, slots=True)
class _Entry:
    kind: NameKind
    id: str
    name: str
    tokens: tuple[str, ...]


class NameIndex:
    """All names of the CRM by their words; built once for each version of the mirror."""

    def __init__(self, names: Iterable[tuple[NameKind, str, str, tuple[str, ...]]]) -> None:
        self._entries: list[_Entry] = []
        self._with: dict[str, list[int]] = defaultdict(list)
        self._surnames: dict[str, list[tuple[str, str]]] = defaultdict(list)
        for kind, ref, name, aliases in names:
            for alias in dict.fromkeys((name, *aliases)):
                tokens = tuple(dict.fromkeys(word.text for word in words(normal(alias))))
                if tokens:
                    self._add(_Entry(kind, ref, name, tokens))
            if kind == "contact" and HAS_CJK.match(name):
                self._surnames[name[0]].append((ref, name))
        total = max(len(self._entries), 1)
        self._weight = {token: math.log(1 + total / len(found)) for token, found in self._with.items()}
        self._distinct: dict[str, list[str]] = defaultdict(list)
        for token in self._with:
            if len(token) >= MISSPELT_FROM and token.isalpha() and token.isascii() and token not in COMMON:
                self._distinct[token[0]].append(token)

    def _add(self, entry: _Entry) -> None:
        for token in entry.tokens:
            self._with[token].append(len(self._entries))
        self._entries.append(entry)

    def find(self, text: str, visible: Visible, kinds: Collection[NameKind] | None = None) -> list[Match]:
        """The names said in a normal text, best first; only those that `visible` lets through."""
        said: dict[str, tuple[float, list[tuple[int, int]]]] = {}
        for word in words(text):
            for token, quality in self._readings(word):
                surest, spans = said.get(token, (0.0, []))
                said[token] = (max(surest, quality), [*spans, (word.start, word.end)])
        candidates = {n for token in said for n in self._with[token] if kinds is None or self._entries[n].kind in kinds}
        best: dict[tuple[NameKind, str], Match] = {}
        for n in candidates:
            match = self._judge(self._entries[n], said, text)
            if match and visible(match.kind, match.id):
                known = best.get((match.kind, match.id))
                if known is None or match.score > known.score:
                    best[match.kind, match.id] = match
        if kinds is None or "contact" in kinds:
            for match in self._polite(text):
                if visible(match.kind, match.id):
                    best.setdefault((match.kind, match.id), match)
        return sorted(best.values(), key=lambda m: (-m.score, m.id))

    def unknown_words(self, text: str) -> list[str]:
        """The words that are neither common nor part of any name, misspelt ones counted as known: somebody else's names."""
        return [
            word.text
            for word in words(text)
            if len(word.text) >= MISSPELT_FROM and word.text.isalpha() and word.text not in COMMON and not self._readings(word)
        ]

    def _readings(self, word: Word) -> list[tuple[str, float]]:
        """The known words that a typed word may mean, with how sure."""
        token = word.text
        if token in self._with:
            return [(token, 1.0)]
        plain = token[:-1] if token.endswith("s") and token[:-1] in self._with else None
        if plain:
            return [(plain, 0.97)]
        if len(token) < MISSPELT_FROM or not token.isalpha() or not token.isascii() or token in COMMON:
            return []
        alike = self._distinct.get(token[0], [])
        near = process.extract(token, alike, scorer=fuzz.ratio, score_cutoff=MISSPELT_RATIO, limit=4)
        return [(known, ratio / 100 * 0.95) for known, ratio, _ in near]

    def _judge(self, entry: _Entry, said: dict[str, tuple[float, list[tuple[int, int]]]], text: str) -> Match | None:
        hits = [(token, *said[token]) for token in entry.tokens if token in said]
        if all(token in COMMON or (token.isdigit() and len(token) < 3) for token, _, _ in hits) and entry.kind != "deal":
            written = any(text[start].isupper() or _TO_SOMEBODY.search(text[:start]) for _, _, spans in hits for start, _ in spans)
            if not (written and entry.kind in {"contact", "person"}) and len(hits) < len(entry.tokens):
                return None
        if entry.kind == "account" and entry.tokens[0] not in said and len(hits) * 4 < len(entry.tokens) * 3:
            return None
        whole = sum(self._weight[token] for token in entry.tokens)
        score = sum(self._weight[token] * quality for token, quality, _ in hits) / whole
        spans = tuple(sorted({span for _, _, found in hits for span in found}))
        return Match(entry.kind, entry.id, entry.name, score, spans, all(q == 1.0 for _, q, _ in hits))

    def _polite(self, text: str) -> Iterable[Match]:
        """王总, 赵厂长: the surname with a title stands for a contact of that surname."""
        for found in HONORIFIC.finditer(text):
            for ref, name in self._surnames.get(found.group(1), ()):
                yield Match("contact", ref, name, 0.6, (found.span(),), True)


def index_names(mirror: Mirror) -> NameIndex:
    """The index over everything the mirror holds, kept until the mirror changes."""

    def names() -> Iterable[tuple[NameKind, str, str, tuple[str, ...]]]:
        for account in mirror.accounts():
            yield "account", account.id, account.name, account.aliases
        for contact in mirror.contacts():
            yield "contact", contact.id, contact.name, ()
        for deal in mirror.deals():
            yield "deal", deal.id, deal.name, ()
        for product in snapshot.products.values():
            yield "product", product.id, product.name, product.aliases
        for person in snapshot.organization.people.values():
            yield "person", person.id, person.name, ()

    snapshot = mirror.snapshot
    return snapshot.once("names", lambda: NameIndex(names()))


@dataclass(frozen=True, slots=True)
class VisibleNames:
    """The names that one person may see, as places in a text."""

    index: NameIndex
    visible: Visible

    def names_in(self, text: str, kinds: Collection[NameKind]) -> list[NamedSpan]:
        """Each name found, words that stand together as one place."""
        found = []
        for match in self.index.find(text, self.visible, kinds):
            for start, end in _joined(match.spans, text):
                found.append(NamedSpan(match.kind, match.name, start, end, match.score))
        return found


def _joined(spans: tuple[tuple[int, int], ...], text: str) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1] + 1 and not text[joined[-1][1] : start].strip():
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
