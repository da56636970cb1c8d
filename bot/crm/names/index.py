"""Finding the CRM's names in what people type: in part, in any case, misspelt, shortened, in English and Chinese."""

import re
import threading
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Protocol

from nicknames import NickNamer
from rapidfuzz import fuzz, process

from bot.crm.names.table import KINDS, NameRow, NameTable, Scopes
from bot.domain.names import NamedSpan, NameKind
from bot.domain.text import Word, normal, simplified, words

COMMON = frozenset((Path(__file__).parent / "common_words.txt").read_text(encoding="utf-8").split())
_TITLES = "|".join((Path(__file__).parent / "chinese_titles.txt").read_text(encoding="utf-8").split())
HONORIFIC = re.compile(rf"([\u4e00-\u9fff])({_TITLES})")
_TO_SOMEBODY = re.compile(
    (
        r"\b(?:talked to|spoke to|spoke with|met|met with|with|w/?|called|rang|emailed|told|asked|send|ask|tell"
        r"|hi|dear)\s+$"
    ),
    re.I,
)
_BY_SOMEBODY = re.compile(r"\s+(?:was (?:there|on|in)|joined|attended|came along|dialled in|dialed in)\b", re.I)
_PEOPLE: frozenset[NameKind] = frozenset({"contact", "person"})
MISSPELT_FROM = 4
MISSPELT_RATIO = 80.0
NICKNAME_QUALITY = 0.9
INITIALS_QUALITY = 0.85
SURNAME_QUALITY = 0.6
BEST_OF_A_KIND = 60
OVERLAY_MOST = 2000


@dataclass(frozen=True, slots=True)
class Match:
    """A name found: `score` 0–1 is how much of the name was said, less for misspelling; `spans` is where."""

    kind: NameKind
    id: str
    name: str
    score: float
    spans: tuple[tuple[int, int], ...]
    exact: bool


@dataclass(slots=True)
class _Heard:
    """A word of the index that the text may mean: how sure, where, and whether it can only name a person."""

    quality: float
    spans: list[tuple[int, int]]
    person: bool = False


class NameIndex:
    """The names of the CRM: a large table and, over it, a small one of what changed since; immutable."""

    def __init__(
        self, table: NameTable, overlay: NameTable | None = None, gone: frozenset[tuple[str, str]] = frozenset()
    ) -> None:
        self._table, self._overlay, self._gone = table, overlay, gone
        self._tables = (table,) if overlay is None else (table, overlay)
        self._scopes = Scopes(self._tables, [table.places(gone), *([] if overlay is None else [None])])
        self._spelt = lru_cache(maxsize=20_000)(self._misspelt)

    @classmethod
    def of(cls, rows: Iterable[NameRow]) -> "NameIndex":
        return cls(NameTable(rows))

    def changed(self, rows: Iterable[NameRow], gone: Iterable[tuple[str, str]]) -> "NameIndex":
        """The index with these records as they are now; `gone` names all that differ from the large table."""
        return NameIndex(self._table, NameTable(rows, like=self._table), frozenset(gone))

    def find(
        self, text: str, kinds: Collection[NameKind] | None = None, owners: frozenset[str] | None = None
    ) -> list[Match]:
        """The names said in a normal text, best first; only what the deals of `owners` lead to, all where None."""
        heard = self._heard(text)
        qualities = {word: h.quality for word, h in heard.items()}
        best: dict[tuple[NameKind, str], Match] = {}
        for number, table in enumerate(self._tables):
            allowed = self._scopes.allowed(number, owners)
            for n in table.candidates(qualities, kinds, allowed, BEST_OF_A_KIND):
                match = self._judge(table, n, heard, text)
                if match:
                    known = best.get((match.kind, match.id))
                    if known is None or match.score > known.score:
                        best[match.kind, match.id] = match
            if kinds is None or "contact" in kinds:
                for match in self._polite(table, text, allowed):
                    best.setdefault((match.kind, match.id), match)
        return sorted(best.values(), key=lambda m: (-m.score, m.id))

    def unknown_words(self, text: str) -> list[str]:
        """The words that are neither common nor part of any name, misspelt ones counted as known: somebody else's
        names.
        """
        return [word.text for word in uncommon(text) if not self._readings(word, text)]

    def _heard(self, text: str) -> dict[str, _Heard]:
        heard: dict[str, _Heard] = {}
        for word in words(text):
            for token, quality, person in self._readings(word, text):
                known = heard.get(token)
                if known is None:
                    heard[token] = _Heard(quality, [(word.start, word.end)], person)
                else:
                    known.quality = max(known.quality, quality)
                    known.person = known.person and person
                    known.spans.append((word.start, word.end))
        return heard

    def _knows(self, token: str) -> bool:
        return any(token in table for table in self._tables)

    def _readings(self, word: Word, text: str) -> list[tuple[str, float, bool]]:
        """The words of the index that a typed word may mean: how sure, and whether only as a person's name."""
        token = word.text
        found: list[tuple[str, float, bool]] = []
        if self._knows(token):
            found.append((token, 1.0, False))
        elif token.endswith("s") and self._knows(token[:-1]):
            found.append((token[:-1], 0.97, False))
        else:
            found += [(known, quality, False) for known, quality in self._spelt(token)]
        written = self._written_as_a_name(text, word.start, word.end)
        if token not in COMMON or written:
            found += [(full, NICKNAME_QUALITY, True) for full in _formal(token) if self._knows(full)]
        typed = text[word.start : word.end]
        if 2 <= len(typed) <= 4 and typed.isupper() and typed.isascii() and not found:
            found += [(f"^{token}", INITIALS_QUALITY, False)] if self._knows(f"^{token}") else []
        return found

    @staticmethod
    def _written_as_a_name(text: str, start: int, end: int) -> bool:
        """Whether an everyday word stands there as a person's name: capitalised, or where only a person fits."""
        return text[start].isupper() or bool(_TO_SOMEBODY.search(text[:start]) or _BY_SOMEBODY.match(text, end))

    def _misspelt(self, token: str) -> list[tuple[str, float]]:
        if len(token) < MISSPELT_FROM or not token.isalpha() or not token.isascii() or token in COMMON:
            return []
        alike = [known for table in self._tables for known in table.spelt_like(token) if known not in COMMON]
        near = process.extract(token, alike, scorer=fuzz.ratio, score_cutoff=MISSPELT_RATIO, limit=4)
        return [(known, ratio / 100 * 0.95) for known, ratio, _ in near]

    def _judge(self, table: NameTable, n: int, heard: dict[str, _Heard], text: str) -> Match | None:
        kind, tokens = table.kind(n), table.tokens(n)
        hits = [
            (token, heard[token]) for token in tokens if token in heard and (kind in _PEOPLE or not heard[token].person)
        ]
        if not hits:
            return self._by_initials(table, n, heard)
        everyday = all(token in COMMON or (token.isdigit() and len(token) < 3) for token, _ in hits)
        if everyday and kind == "deal" and len(hits) * 3 <= len(tokens):
            return None
        if everyday and kind != "deal":
            written = any(self._written_as_a_name(text, start, end) for _, h in hits for start, end in h.spans)
            if not (written and kind in _PEOPLE) and len(hits) < len(tokens):
                return None
        if kind == "account" and tokens[0] not in heard and len(hits) * 4 < len(tokens) * 3:
            return None
        whole = sum(self._table.weight(token) for token in tokens)
        score = sum(self._table.weight(token) * h.quality for token, h in hits) / whole
        spans = tuple(sorted({span for _, h in hits for span in h.spans}))
        return Match(
            kind, table.ref(n), table.name(n), score, spans, all(h.quality == 1.0 or h.person for _, h in hits)
        )

    def _by_initials(self, table: NameTable, n: int, heard: dict[str, _Heard]) -> Match | None:
        initials = table.initials(n)
        if initials not in heard:
            return None
        return Match(table.kind(n), table.ref(n), table.name(n), INITIALS_QUALITY, tuple(heard[initials].spans), False)

    def _polite(self, table: NameTable, text: str, allowed: object) -> Iterable[Match]:
        """王总, 赵厂长: the surname with a title stands for a contact of that surname."""
        for found in HONORIFIC.finditer(simplified(text)):
            for n in table.surnamed(found.group(1), allowed):
                yield Match("contact", table.ref(n), table.name(n), SURNAME_QUALITY, (found.span(),), True)


def uncommon(text: str) -> list[Word]:
    """The words long enough to be a name that are no everyday words."""
    return [
        word
        for word in words(text)
        if len(word.text) >= MISSPELT_FROM and word.text.isalpha() and word.text not in COMMON
    ]


@lru_cache(maxsize=1)
def _nicknames() -> NickNamer:
    return NickNamer()


@lru_cache(maxsize=5_000)
def _formal(token: str) -> tuple[str, ...]:
    """The other forms of a given name: Bob is Robert, and Robert may stand in the CRM as Bob."""
    if not token.isalpha() or not token.isascii() or len(token) < 3:
        return ()
    known = _nicknames()
    return tuple(sorted((known.canonicals_of(token) | known.nicknames_of(token)) - {token}))


class NameSource(Protocol):
    """Where the names come from: all of them, those of some records, and how far they have changed."""

    def names_state(self) -> tuple[int, int]: ...

    def name_rows(self, refs: Collection[tuple[str, str]] | None = None) -> Iterable[NameRow]: ...

    def names_changed_since(self, seq: int) -> list[tuple[str, str]]: ...


class LiveNames:
    """The index as the CRM stands now: built once, then brought up to date by what other writes changed."""

    def __init__(self, source: NameSource) -> None:
        self._source = source
        self._epoch, self._base_seq, self._seq = -1, -1, -1
        self._index: NameIndex | None = None
        self._building = threading.Lock()

    def current(self) -> NameIndex:
        with self._building:
            return self._fresh()

    def _fresh(self) -> NameIndex:
        epoch, seq = self._source.names_state()
        if self._index is not None and (epoch, seq) == (self._epoch, self._seq):
            return self._index
        if self._index is None or epoch != self._epoch or seq - self._base_seq > OVERLAY_MOST:
            self._index = NameIndex.of(self._source.name_rows())
            self._base_seq = seq
        else:
            changed = list(dict.fromkeys(self._source.names_changed_since(self._base_seq)))
            self._index = self._index.changed(self._source.name_rows(changed), changed)
        self._epoch, self._seq = epoch, seq
        return self._index


@dataclass(frozen=True)
class VisibleNames:
    """The names that one person may see: those the deals of `owners` lead to, and all colleagues and products."""

    index: NameIndex
    owners: frozenset[str]
    _known: dict[tuple[str, frozenset[NameKind]], list[Match]] = field(default_factory=dict, compare=False)

    def find(self, text: str, kinds: Collection[NameKind]) -> list[Match]:
        """The names said, best first; `text` need not be normal."""
        asked = (text, frozenset(kinds))
        if asked not in self._known:
            self._known[asked] = self.index.find(normal(text), kinds, self.owners)
        return self._known[asked]

    def names_in(self, text: str, kinds: Collection[NameKind]) -> list[NamedSpan]:
        """Each name found as places in a normal text, words that stand together as one place."""
        return [
            NamedSpan(match.kind, match.name, start, end, match.score)
            for match in self.find(text, kinds)
            for start, end in _joined(match.spans, text)
        ]

    def strangers(self, text: str) -> list[tuple[int, int]]:
        """Where words stand that are neither everyday words nor names seen here."""
        seen = {span for match in self.find(text, KINDS) for span in match.spans}
        return [(word.start, word.end) for word in uncommon(text) if (word.start, word.end) not in seen]


def _joined(spans: tuple[tuple[int, int], ...], text: str) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        if joined and start <= joined[-1][1] + 1 and not text[joined[-1][1] : start].strip():
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
