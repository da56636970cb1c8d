"""Annotated messages, one file a family and language: what the reader learns from and what help shows."""

import hashlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

FOLDER = Path(__file__).parent
SET_ASIDE = 8
"""One of so many examples is never trained on, chosen by its text's hash."""
Thread = Literal["card", "question", "list", "report", "aids", "deal"]
_MARK = re.compile(r"\[([^\]]+)\]\(([a-z_]+)\)")


@dataclass(frozen=True, slots=True)
class Mark:
    """What the words from `start` to `end` stand for."""

    start: int
    end: int
    role: str


class Example(BaseModel):
    """A message with marks, and what it does; `thread` is what stands open above it (docs/examples.md).

    `help` marks what help shows, to whom (`role`) where it is not for everybody.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    say: str
    acts: tuple[str, ...]
    thread: Thread | None = None
    help: bool = False
    role: Literal["manager", "marketing"] | None = None

    @property
    def text(self) -> str:
        """The message without its marks."""
        return _MARK.sub(r"\1", self.say)

    @property
    def marks(self) -> tuple[Mark, ...]:
        """The marks, at their places in `text`."""
        found, taken = [], 0
        for match in _MARK.finditer(self.say):
            start = match.start() - taken
            found.append(Mark(start, start + len(match[1]), match[2]))
            taken += len(match.group()) - len(match[1])
        return tuple(found)

    @property
    def set_aside(self) -> bool:
        return int(hashlib.sha256(self.text.encode()).hexdigest(), 16) % SET_ASIDE == 0


@cache
def examples(language: str, folder: Path = FOLDER) -> Mapping[str, tuple[Example, ...]]:
    """The examples of each family in a language (`en`, `zh`)."""
    files = sorted(folder.glob(f"*.{language}.yaml"))
    return {
        file.name.split(".")[0]: tuple(
            Example.model_validate(one) for one in yaml.safe_load(file.read_text(encoding="utf-8"))
        )
        for file in files
    }


def every(folder: Path = FOLDER) -> Iterator[tuple[str, str, Example]]:
    """(family, language, example) of all."""
    for language in ("en", "zh"):
        for family, listed in examples(language, folder).items():
            yield from ((family, language, one) for one in listed)
