"""Names by their words in compact arrays, with who may see each: hundreds of thousands fit in some tens of
megabytes.
"""

import math
from array import array
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from bot.domain.names import NameKind
from bot.domain.text import HAS_CJK, normal, simplified, words

KINDS: tuple[NameKind, ...] = ("account", "contact", "deal", "product", "person")
FAR_SPELLING = 2
Mask = NDArray[np.bool_]
Numbers = NDArray[np.int32]


class NameRow(NamedTuple):
    """A record's names, and what decides who may see it: the owner of a deal or account, the account of a deal or
    contact.
    """

    kind: NameKind
    ref: str
    names: tuple[str, ...]
    owner: str | None = None
    account: str | None = None


class _Texts:
    """Many strings in one block of bytes: a Python string each would cost three times as much."""

    def __init__(self, texts: Iterable[str]) -> None:
        block, ends = bytearray(), array("q", [0])
        for text in texts:
            block += text.encode()
            ends.append(len(block))
        self._block, self._ends = bytes(block), ends

    def __getitem__(self, n: int) -> str:
        return self._block[self._ends[n] : self._ends[n + 1]].decode()


class NameTable:
    """The entries (one for each name of a record) in the order given, found by their words."""

    def __init__(self, rows: Iterable[NameRow], like: "NameTable | None" = None) -> None:
        """`like` lends its weights, so that a small table scores as the large one does, and its numbers of accounts."""
        self._like = like
        ids: dict[str, int] = {}
        owners, firsts = array("i"), array("i")
        kinds, accounts, entry_of, token_of = array("b"), array("i"), array("i"), array("i")
        texts: list[str] = []
        refs: list[str] = []
        self._owner_numbers: dict[str, int] = {}
        self._account_numbers: dict[str, int] = {} if like is None else like._account_numbers
        self._surnames: dict[str, list[int]] = defaultdict(list)
        for row in rows:
            first = len(texts)
            kind = KINDS.index(row.kind)
            own_account = row.ref if row.kind == "account" else row.account
            for name in dict.fromkeys(row.names):
                tokens = _words_of(name)
                if not tokens:
                    continue
                n = len(texts)
                texts.append(name)
                refs.append(row.ref)
                kinds.append(kind)
                firsts.append(first)
                owners.append(
                    -1 if row.owner is None else self._owner_numbers.setdefault(row.owner, len(self._owner_numbers))
                )
                accounts.append(
                    -1
                    if own_account is None
                    else self._account_numbers.setdefault(own_account, len(self._account_numbers))
                )
                for token in (*tokens, *_initial_words(row.kind, tokens)):
                    entry_of.append(n)
                    token_of.append(ids.setdefault(token, len(ids)))
                if row.kind == "contact" and HAS_CJK.match(name):
                    self._surnames[simplified(name[0])].append(n)
        self._texts, self._refs = _Texts(texts), _Texts(refs)
        self.size = len(texts)
        self.kinds = np.frombuffer(kinds, dtype=np.int8) if texts else np.zeros(0, np.int8)
        self.owners, self.accounts, self._firsts = _numbers(owners), _numbers(accounts), _numbers(firsts)
        self._ids = ids
        self._index(_numbers(entry_of), _numbers(token_of))
        self._by_spelling: dict[tuple[str, int], list[str]] = defaultdict(list)
        for token in ids:
            if token.isalpha() and token.isascii() and len(token) > 3:
                self._by_spelling[token[0], len(token)].append(token)

    def _index(self, entry_of: Numbers, token_of: Numbers) -> None:
        """Entries by word, and each entry's whole weight."""
        order = np.argsort(token_of, kind="stable")
        self._entries = entry_of[order]
        counts = np.bincount(token_of, minlength=len(self._ids))
        self._starts = np.concatenate([[0], np.cumsum(counts)])
        total = max(self.size, 1)
        own = (
            np.log1p(total / np.maximum(counts, 1))
            if self._like is None
            else np.array([self._like.weight(t) for t in self._ids])
        )
        self._weights = own.astype(np.float32)
        counted = np.array([not token.startswith("^") for token in self._ids], dtype=np.float32)
        weights = (self._weights * counted)[token_of] if len(token_of) else np.zeros(0, np.float32)
        self._whole = np.bincount(entry_of, weights=weights, minlength=self.size).astype(np.float32)

    def __contains__(self, token: str) -> bool:
        return token in self._ids

    def kind(self, n: int) -> NameKind:
        return KINDS[int(self.kinds[n])]

    def ref(self, n: int) -> str:
        return self._refs[n]

    def name(self, n: int) -> str:
        """The record's own name, also where the entry is an alias."""
        return self._texts[int(self._firsts[n])]

    def tokens(self, n: int) -> tuple[str, ...]:
        return _words_of(self._texts[n])

    def initials(self, n: int) -> str:
        found = _initial_words(self.kind(n), self.tokens(n))
        return found[0] if found else ""

    def weight(self, token: str) -> float:
        """How telling a word is: ln(1 + entries ÷ entries with the word), the smoothed inverse document frequency."""
        number = self._ids.get(token)
        return math.log1p(max(self.size, 1)) if number is None else float(self._weights[number])

    def spelt_like(self, token: str) -> Iterable[str]:
        """The words near in length with the same first letter."""
        for length in range(len(token) - FAR_SPELLING, len(token) + FAR_SPELLING + 1):
            yield from self._by_spelling.get((token[0], length), ())

    def candidates(
        self, heard: Mapping[str, float], kinds: Collection[NameKind] | None, allowed: Mask | None, most: int
    ) -> list[int]:
        """The entries that share words with what was heard, the `most` likely of each kind."""
        score = np.zeros(self.size, np.float32)
        for token, quality in heard.items():
            number = self._ids.get(token)
            if number is None:
                continue
            entries = self._entries[self._starts[number] : self._starts[number + 1]]
            if allowed is not None:
                entries = entries[allowed[entries]]
            score[entries] += np.float32(quality) * self._weights[number]
        found = np.flatnonzero(score)
        scores = score[found] / self._whole[found]
        chosen: list[int] = []
        for kind in kinds or KINDS:
            of_kind = self.kinds[found] == KINDS.index(kind)
            entries, values = found[of_kind], scores[of_kind]
            if len(entries) > most:
                entries = entries[np.argpartition(-values, most)[:most]]
            chosen += entries.tolist()
        return chosen

    def surnamed(self, surname: str, allowed: Any) -> list[int]:
        found = self._surnames.get(surname, ())
        return [n for n in found if allowed is None or allowed[n]]

    def places(self, records: frozenset[tuple[str, str]]) -> Mask | None:
        """Where none of these records stands; None where there are none."""
        if not records:
            return None
        wanted = {ref for _, ref in records}
        return np.array(
            [
                self._refs[n] not in wanted or (KINDS[self.kinds[n]], self._refs[n]) not in records
                for n in range(self.size)
            ]
        )

    def owned_by(self, owners: frozenset[str]) -> Mask:
        numbers = [self._owner_numbers[o] for o in owners if o in self._owner_numbers]
        return np.isin(self.owners, np.array(numbers, dtype=np.int32))

    @property
    def account_count(self) -> int:
        return len(self._account_numbers)


class Scopes:
    """Which entries of some tables the deals of given owners lead to; computed once for each set of owners.

    A deal is seen through its owner; an account through a deal or its own owner, or where it has none;
    a contact through its account or where it has none; products and colleagues by everybody.
    """

    def __init__(self, tables: Sequence[NameTable], alive: Sequence[Mask | None]) -> None:
        self._tables, self._alive = tables, alive
        self._known: dict[frozenset[str], list[Mask]] = {}

    def allowed(self, number: int, owners: frozenset[str] | None) -> Mask | None:
        """The entries of table `number` that may be seen; None for all."""
        if owners is None:
            return self._alive[number]
        if owners not in self._known:
            self._known[owners] = self._compute(owners)
        return self._known[owners][number]

    def _compute(self, owners: frozenset[str]) -> list[Mask]:
        deal, account, contact = (KINDS.index(k) for k in ("deal", "account", "contact"))
        alive = [np.ones(t.size, bool) if a is None else a for t, a in zip(self._tables, self._alive, strict=True)]
        deals = []
        seen = np.zeros(
            self._tables[0].account_count + 1, bool
        )  # by the accounts' numbers; the last stands for none (-1)
        for table, live in zip(self._tables, alive, strict=True):
            owned = table.owned_by(owners) & live
            deals.append(owned & (table.kinds == deal))
            seen[table.accounts[owned]] = True
            seen[table.accounts[live & (table.kinds == account) & (table.owners < 0)]] = True
        seen[-1] = False
        masks = []
        for table, own, live in zip(self._tables, deals, alive, strict=True):
            at_seen = seen[table.accounts]
            contacts = (table.kinds == contact) & (at_seen | (table.accounts < 0))
            open_to_all = table.kinds > deal
            masks.append(live & (own | ((table.kinds == account) & at_seen) | contacts | open_to_all))
        return masks


def _words_of(name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(word.text for word in words(normal(name))))


def _initial_words(kind: NameKind, tokens: Sequence[str]) -> tuple[str, ...]:
    """DR for Dana Reyes, LBO for Lantern Bay Outfitters, marked so that they are no word of the name."""
    if (
        kind not in {"account", "contact"}
        or not 2 <= len(tokens) <= 4
        or not all(t.isascii() and t.isalpha() for t in tokens)
    ):
        return ()
    return ("^" + "".join(t[0] for t in tokens),)


def _numbers(values: "array[int]") -> Numbers:
    return np.frombuffer(values, dtype=np.int32) if len(values) else np.zeros(0, np.int32)
