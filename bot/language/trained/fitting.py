"""From annotated messages to the model; the same examples make the same model."""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np

from bot.domain.text import normal
from bot.language.acts import FAMILY
from bot.language.examples import Example
from bot.language.spans.clauses import clauses_in_all
from bot.language.spans.places import Place, PlaceKind, values_in
from bot.language.trained.features import Token, of_clauses, of_message, of_place, tokens_of
from bot.language.trained.model import Floats, Model, Scorer

TRAINED_ON = date(2026, 3, 11)
"""The day on which the examples are read, a Wednesday: it settles only what lies ahead and what behind."""
OTHER = "other"
COMMON_FROM = 2
"""A word that so many questions are put in says nothing that had to be taken up."""
FEWEST = 2
"""A feature that fewer examples have is not kept."""
ACT_STRENGTH, PART_STRENGTH, STEP_STRENGTH = 12.0, 8.0, 30.0
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
_THOUSANDS = re.compile(r"\[(\d{2,3}(?:\.5)?)k\]\(amount\)")


@dataclass(frozen=True)
class Read:
    """An example as the reader sees it: its tokens and places, and of each place what it stands for."""

    example: Example
    text: str
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
    return Read(example, text, tokens_of(text, places), places, parts)


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
    acts, steps = _fit_acts(read), _fit_steps(read)
    also = {"number": [as_read(one) for example in found if (one := _without_unit(example)) is not None]}
    parts: dict[str, Scorer] = {
        kind: scorer for kind in PARTS if (scorer := _fit_parts(kind, [*read, *also.get(kind, [])])) is not None
    }
    counts = Counter(
        word
        for r in read
        if any(FAMILY[act] == "asking" for act in r.example.acts)
        for word in {token.text for token in r.tokens}
    )
    words = frozenset(word for word, count in counts.items() if count >= COMMON_FROM and word.isalpha())
    return Model(acts, steps, parts, fingerprint(found), words)


def _without_unit(example: Example) -> Example | None:
    """An amount in thousands as many write it, `185` for `185k`; None where a message has none."""
    bare = _THOUSANDS.sub(r"[\1](amount)", example.say)
    return (
        example.model_copy(update={"say": bare})
        if bare != example.say and "writing" in map(FAMILY.get, example.acts)
        else None
    )


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
    return Scorer(labels, vocabulary, _rounded(weights))


def steps_in(read: Read) -> Iterator[tuple[set[str], bool]]:
    """The clauses of a report as their features, each with whether it says what is to be done next; none of a message
    whose step is not marked.
    """
    steps = [m for m in read.example.marks if m.role == "step"]
    families = {FAMILY[act] for act in read.example.acts}
    if not families <= {"writing", "threads"} or ("next_step" in read.example.acts and not steps):
        return
    if len(read.text) != len(read.example.text):
        return
    clauses = list(clauses_in_all(read.text))
    for features, (start, end) in zip(of_clauses(read.text, clauses, read.places, TRAINED_ON), clauses, strict=True):
        yield features, any(m.start < end and start < m.end for m in steps)


def _fit_steps(read: Sequence[Read]) -> Scorer:
    from sklearn.linear_model import LogisticRegression

    found = [clause for one in read for clause in steps_in(one)]
    vocabulary, matrix = _matrix([features for features, _ in found])
    fit = LogisticRegression(C=STEP_STRENGTH, solver="liblinear", fit_intercept=False, random_state=0)
    fit.fit(matrix, np.array([step for _, step in found]))
    return Scorer(("step",), vocabulary, _rounded(fit.coef_.T))


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
    return Scorer(labels, vocabulary, _rounded(weights.T), one_of=True)


def _rounded(weights: Any) -> Floats:
    """To the nearest 32nd: the file is a quarter as large, and the probabilities are the same to the second digit."""
    rounded: Floats = (np.round(weights * 32) / 32).astype(np.float32)
    return rounded


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
