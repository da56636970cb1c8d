"""The trained model: what it knows, kept in one file, and what it says of a message."""

import io
import json
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

MODEL = Path(__file__).parent / "model.zip"
Floats = npt.NDArray[np.float32]
_DAY = (2000, 1, 1, 0, 0, 0)
"""The date of the entries in the file: the same examples make the same bytes."""


@dataclass(frozen=True)
class Scorer:
    """Linear scores of `labels` over sparse features; `one_of` says that exactly one label holds."""

    labels: tuple[str, ...]
    vocabulary: Mapping[str, int]
    weights: Floats
    one_of: bool = False

    def __call__(self, features: Iterable[str]) -> dict[str, float]:
        """The probability of each label: of each by itself, or of one among all where `one_of`."""
        rows = sorted({n for f in features if (n := self.vocabulary.get(f)) is not None})
        scores = self.weights[rows].sum(axis=0) / np.sqrt(max(len(rows), 1)) if rows else np.zeros(len(self.labels))
        if self.one_of:
            risen = np.exp(scores - scores.max())
            return dict(zip(self.labels, (risen / risen.sum()).tolist(), strict=True))
        return dict(zip(self.labels, (1 / (1 + np.exp(-scores))).tolist(), strict=True))


@dataclass(frozen=True)
class Model:
    """`acts` tells what a message does, `steps` whether a clause says what is to be done next, `parts` for each kind of
    place what it stands for; `examples` names what it was trained on, `asked_with` are the words of questions.
    """

    acts: Scorer
    steps: Scorer
    parts: Mapping[str, Scorer]
    examples: str
    asked_with: frozenset[str] = frozenset()

    def save(self, path: Path) -> None:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
            _put(file, "examples.txt", self.examples.encode())
            _put(file, "asked_with.txt", "\n".join(sorted(self.asked_with)).encode())
            for name, scorer in {"acts": self.acts, "steps": self.steps, **self.parts}.items():
                about = {"labels": scorer.labels, "one_of": scorer.one_of, "vocabulary": list(scorer.vocabulary)}
                _put(file, f"{name}.json", json.dumps(about, ensure_ascii=False).encode())
                held = io.BytesIO()
                np.save(held, scorer.weights.astype(np.float16), allow_pickle=False)
                _put(file, f"{name}.npy", held.getvalue())

    @classmethod
    def read(cls, path: Path) -> "Model":
        with zipfile.ZipFile(path) as file:
            names: Sequence[str] = [n.removesuffix(".json") for n in file.namelist() if n.endswith(".json")]
            scorers = {name: _scorer(file, name) for name in names}
            words = frozenset(file.read("asked_with.txt").decode().split("\n"))
            acts, steps = scorers.pop("acts"), scorers.pop("steps")
            return cls(acts, steps, scorers, file.read("examples.txt").decode(), words)


def _put(file: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, _DAY)
    entry.compress_type = zipfile.ZIP_DEFLATED
    file.writestr(entry, content)


def _scorer(file: zipfile.ZipFile, name: str) -> Scorer:
    about = json.loads(file.read(f"{name}.json"))
    weights = np.load(io.BytesIO(file.read(f"{name}.npy")), allow_pickle=False).astype(np.float32)
    vocabulary = {feature: n for n, feature in enumerate(about["vocabulary"])}
    return Scorer(tuple(about["labels"]), vocabulary, weights, about["one_of"])


@cache
def trained(path: Path = MODEL) -> Model:
    """The model as it came with Caddie, or as a company trained it, read once."""
    return Model.read(path)
