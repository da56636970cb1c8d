"""Words that mean the same role, industry or topic, from an editable file."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict

from bot.domain.text import HAS_CJK, normal


class TaxonomyFile(BaseModel):
    model_config = ConfigDict(extra="forbid")
    roles: list[list[str]] = []
    industries: list[list[str]] = []
    topics: list[list[str]] = []


@dataclass(frozen=True, slots=True)
class Found:
    """A meaning found in a text and the words that said it."""

    meaning: str
    words: str
    start: int
    end: int


class Taxonomy:
    """Maps words to meanings; the first word of a line names the meaning. Values outside the file mean themselves."""

    def __init__(self, file: Path) -> None:
        self._file = TaxonomyFile.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))

    @cached_property
    def _meanings(self) -> dict[str, dict[str, str]]:
        kinds = {"roles": self._file.roles, "industries": self._file.industries, "topics": self._file.topics}
        return {kind: {word.casefold(): line[0] for line in lines for word in line} for kind, lines in kinds.items()}

    def meaning(self, kind: str, value: str) -> str:
        """The meaning of one value, such as a role on an aid."""
        known = self._meanings[kind]
        value = normal(value).casefold().strip()
        return known.get(value) or known.get(re.sub(r"s$", "", value)) or value

    def words(self, kind: str, value: str) -> list[str]:
        """All ways to say a value, itself included."""
        meaning = self.meaning(kind, value)
        return list(dict.fromkeys([value.casefold(), *(word for word, means in self._meanings[kind].items() if means == meaning)]))

    def find(self, kind: str, text: str, values: frozenset[str] = frozenset()) -> list[Found]:
        """The meanings said in a text, longest words first, each place once; `values` are further words to look for."""
        text = normal(text)
        phrases = sorted({*self._meanings[kind], *(v.casefold() for v in values)}, key=len, reverse=True)
        found: list[Found] = []
        for phrase in phrases:
            for match in _pattern(phrase).finditer(text):
                if not any(f.start < match.end() and match.start() < f.end for f in found):
                    found.append(Found(self.meaning(kind, phrase), match.group(), match.start(), match.end()))
        return found

    def phrasings(self, text: str) -> list[str]:
        """All ways to say the topics that a text names."""
        meanings = {topic.meaning for topic in self.find("topics", text)}
        return [word for line in self._file.topics if line[0] in meanings for word in line]

    def widened(self, text: str) -> str:
        """The text with the other words for its topics behind it, so that one language finds the other."""
        return " ".join([text, *self.phrasings(text)])


def _pattern(phrase: str) -> re.Pattern[str]:
    escaped = re.escape(phrase).replace(r"\ ", r"[\s-]+")
    return re.compile(escaped if HAS_CJK.search(phrase) else rf"(?<!\w){escaped}s?(?!\w)", re.I)
