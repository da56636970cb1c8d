"""From annotated messages to the model; the same examples make the same model."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from bot.domain.text import normal
from bot.language.acts import FAMILY
from bot.language.examples import Example
from bot.language.spans.places import Place, PlaceKind, values_in
from bot.language.trained.features import Token, of_message, of_place, tokens_of
from bot.language.trained.model import Model, Scorer

TRAINED_ON = date(2026, 3, 11)
"""The day on which the examples are read, a Wednesday: it settles only what lies ahead and what behind."""
OTHER = "other"
COMMON_FROM = 2
"""A word that so many questions are put in says nothing that had to be taken up."""
FEWEST = 2
"""A feature that fewer examples have is not kept."""
ACT_STRENGTH, PART_STRENGTH = 12.0, 8.0
"""The inverse of the regularisation, by cross-validation over the examples."""
NAME_OF: Mapping[str, PlaceKind] = {
    "account": "account", "other_account": "account", "deal": "deal", "contact": "contact", "mentioned": "contact",
    "colleague": "colleague", "owner": "colleague", "product": "product", "old_product": "product",
    "of_product": "product", "competitor": "competitor", "region": "region", "industry": "industry",
    "stage": "stage", "in_stage": "stage", "category": "category",
}  # fmt: skip
"""The kind of place that a mark of a name stands for; what is marked otherwise is a value, or plain words."""
PARTS: Mapping[PlaceKind, tuple[str, ...]] = {
    "date": ("at", "due", "close", "old_close", "period", "versus", "until"),
    "money": ("amount", "delta", "old_amount", "min", "max"),
    "span": ("minutes", "shift", "age"),
    "percent": ("factor",),
    "number": ("top", "pushes", "amount", "delta", "minutes"),
    "stage": ("stage", "in_stage"),
    "colleague": ("owner", "whose"),
    "product": ("product", "old_product"),
    "contact": ("contact",),
    "account": ("account",),
}
"""What a place of a kind may stand for; everything else is OTHER."""


@dataclass(frozen=True)
class Read:
    """An example as the reader sees it: its tokens and places, and of each place what it stands for."""

    example: Example
    tokens: Sequence[Token]
    places: Sequence[Place]
    parts: Sequence[str]


def as_read(example: Example) -> Read:
    """Names stand where they are marked, values where the grammars find them."""
    text = normal(example.text)
    marks = example.marks if len(text) == len(example.text) else ()
    names = [Place(_kind(m.role, text[m.start : m.end]), m.start, m.end) for m in marks if _is_name(m.role)]
    values = [v for v in values_in(text, TRAINED_ON) if not any(v.start < n.end and n.start < v.end for n in names)]
    places = sorted([*names, *values], key=lambda p: p.start)
    parts = [_part(place, example) for place in places]
    return Read(example, tokens_of(text, places), places, parts)


def _is_name(role: str) -> bool:
    return role in NAME_OF or role == "whose"


def _kind(role: str, words: str) -> PlaceKind:
    """A word for whose records is a person or a region by the mark alone; `my team` stays words."""
    return NAME_OF.get(role, "colleague")


def _part(place: Place, example: Example) -> str:
    role = next((m.role for m in example.marks if m.start < place.end and place.start < m.end), OTHER)
    return role if role in PARTS.get(place.kind, ()) else OTHER


def fitted(found: Sequence[Example]) -> Model:
    """The model that these examples make."""
    read = [as_read(one) for one in found]
    acts = _fit_acts(read)
    parts: dict[str, Scorer] = {kind: scorer for kind in PARTS if (scorer := _fit_parts(kind, read)) is not None}
    counts = Counter(
        word
        for r in read
        if any(FAMILY[act] == "asking" for act in r.example.acts)
        for word in {token.text for token in r.tokens}
    )
    words = frozenset(word for word, count in counts.items() if count >= COMMON_FROM and word.isalpha())
    return Model(acts, parts, fingerprint(found), words)


def fingerprint(found: Iterable[Example]) -> str:
    """What tells whether a model was made from just these examples."""
    lines = sorted(f"{one.say}|{' '.join(one.acts)}|{one.thread}" for one in found)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def _fit_acts(read: Sequence[Read]) -> Scorer:
    from sklearn.linear_model import LogisticRegression

    vocabulary, matrix = _matrix([set(of_message(r.tokens, r.example.thread)) for r in read])
    labels = tuple(sorted({act for r in read for act in r.example.acts}))
    weights = np.zeros((len(vocabulary), len(labels)), dtype=np.float32)
    for n, label in enumerate(labels):
        wanted = np.array([label in r.example.acts for r in read])
        fit = LogisticRegression(
            C=ACT_STRENGTH, solver="liblinear", fit_intercept=False, random_state=0, class_weight=_weight(wanted)
        ).fit(matrix, wanted)
        weights[:, n] = fit.coef_[0]
    return Scorer(labels, vocabulary, weights)


def _weight(wanted: Any) -> dict[bool, float]:
    """Rare acts weigh more, by the fourth root of how much rarer they are."""
    share = max(float(wanted.mean()), 1e-6)
    return {True: float(((1 - share) / share) ** 0.25), False: 1.0}


def _fit_parts(kind: PlaceKind, read: Sequence[Read]) -> Scorer | None:
    from sklearn.linear_model import LogisticRegression

    rows, wanted = [], []
    for r in read:
        for at, token in enumerate(r.tokens):
            if token.place is not None and r.places[token.place].kind == kind:
                rows.append(set(of_place(r.tokens, at, r.places[token.place], r.places, TRAINED_ON)))
                wanted.append(r.parts[token.place])
    labels = tuple(sorted(set(wanted)))
    if len(labels) < 2:
        return None
    vocabulary, matrix = _matrix(rows)
    truth = np.array([labels.index(w) for w in wanted])
    fit = LogisticRegression(C=PART_STRENGTH, fit_intercept=False, max_iter=2000, tol=1e-3).fit(matrix, truth)
    weights = np.concatenate([-fit.coef_ / 2, fit.coef_ / 2]) if len(labels) == 2 else fit.coef_
    return Scorer(labels, vocabulary, weights.T.astype(np.float32), one_of=True)


def _matrix(rows: Sequence[set[str]]) -> tuple[dict[str, int], Any]:
    """The features that enough rows have, numbered, and the rows over them, each of length one."""
    from scipy.sparse import csr_matrix

    counts = Counter(feature for row in rows for feature in row)
    vocabulary = {f: n for n, f in enumerate(sorted(f for f, count in counts.items() if count >= FEWEST))}
    data, columns, ends = [], [], [0]
    for row in rows:
        known = sorted(vocabulary[f] for f in row if f in vocabulary)
        columns += known
        data += [1 / np.sqrt(max(len(known), 1))] * len(known)
        ends.append(len(columns))
    return vocabulary, csr_matrix((data, columns, ends), shape=(len(rows), len(vocabulary)), dtype=np.float64)
