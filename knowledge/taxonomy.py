"""Words that mean the same role, industry or topic, from an editable file; what it does not hold is read from the words
themselves.
"""

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
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
        self._known: dict[tuple[str, str], str] = {}
        self._file = TaxonomyFile.model_validate(yaml.safe_load(file.read_text(encoding="utf-8")))

    @cached_property
    def _meanings(self) -> dict[str, dict[str, str]]:
        kinds = {"roles": self._file.roles, "industries": self._file.industries, "topics": self._file.topics}
        return {kind: {word.casefold(): line[0] for line in lines for word in line} for kind, lines in kinds.items()}

    def meaning(self, kind: str, value: str) -> str:
        """The meaning of one value: that of the whole, else of the longest known words in it (“Third-party Logistics
        (3PL)”), else of a title's function.
        """
        if (kind, value) not in self._known:
            self._known[kind, value] = self._meaning(kind, value)
        return self._known[kind, value]

    def _meaning(self, kind: str, value: str) -> str:
        known = self._meanings[kind]
        value = normal(value).casefold().strip()
        whole = known.get(value) or known.get(re.sub(r"s$", "", value))
        if whole:
            return whole
        inside = self.find(kind, value) if kind != "topics" else []
        if inside:
            return max(inside, key=lambda found: found.end - found.start).meaning
        function = function_of(value) if kind == "roles" else ""
        return self._functions.get(function, function) or value

    @cached_property
    def _functions(self) -> dict[str, str]:
        """What the file's roles are responsible for: finance → CFO, operations → VP Operations; of two roles the
        first.
        """
        found: dict[str, str] = {}
        for line in self._file.roles:
            for word in line:
                if function := function_of(word):
                    found.setdefault(function, line[0])
        return found

    def words(self, kind: str, value: str) -> list[str]:
        """All ways to say a value, itself included."""
        meaning = self.meaning(kind, value)
        return list(
            dict.fromkeys(
                [value.casefold(), *(word for word, means in self._meanings[kind].items() if means == meaning)]
            )
        )

    def find(self, kind: str, text: str, values: frozenset[str] = frozenset()) -> list[Found]:
        """The meanings said in a text, longest words first, each place once; `values` are further words to look for."""
        text = normal(text)
        phrases = sorted({*self._meanings[kind], *(v.casefold() for v in values)}, key=len, reverse=True)
        patterns = [(_pattern(phrase), phrase) for phrase in phrases]
        if kind == "roles":
            functions = {function_of(v): v for v in values} | self._functions
            patterns += [(_level_of(function), value) for function, value in functions.items() if function]
            patterns += [(_pattern(short), value) for value in values if (short := _initials(value))]
        found: list[Found] = []
        for pattern, phrase in patterns:
            for match in pattern.finditer(text):
                if not any(f.start < match.end() and match.start() < f.end for f in found):
                    found.append(
                        Found(
                            self._meanings[kind].get(phrase.casefold()) or self.meaning(kind, phrase),
                            match.group(),
                            match.start(),
                            match.end(),
                        )
                    )
        return found

    def phrasings(self, text: str) -> list[str]:
        """All ways to say the topics that a text names."""
        meanings = {topic.meaning for topic in self.find("topics", text)}
        return [word for line in self._file.topics if line[0] in meanings for word in line]

    def widened(self, text: str) -> str:
        """The text with the other words for its topics behind it, so that one language finds the other."""
        return " ".join([text, *self.phrasings(text)])


_LEVELS = (
    r"(?:chief|head|director|vp|svp|evp|vice president|president|manager|lead|leader|boss|supervisor|officer"
    r"|chef|guy|people|folks)"
)
_LEVEL = re.compile(
    rf"\b(?:{_LEVELS}|senior|sr|junior|deputy|assistant|global|regional|group|executive|of|the|and|for)\b|[^\w\s]", re.I
)
_SHORT = {
    "ops": "operations",
    "fin": "finance",
    "procurement": "purchasing",
    "people": "hr",
    "human resources": "hr",
    "hr": "hr",
    "mfg": "manufacturing",
}


@lru_cache(maxsize=2_000)
def function_of(title: str) -> str:
    """What a title is responsible for, without its level: “Chief Nursing Officer” and “director of nursing” are both
    nursing.
    """
    if HAS_CJK.search(title) or not re.search(rf"\b{_LEVELS}\b", title, re.I):
        return ""
    words = " ".join(_LEVEL.sub(" ", title.casefold()).split())
    return _SHORT.get(words, words)


@lru_cache(maxsize=2_000)
def _level_of(function: str) -> re.Pattern[str]:
    """Any title for a function: head of payroll, payroll boss, VP payroll."""
    spoken = "|".join(
        re.escape(word) for word in (function, *(short for short, long in _SHORT.items() if long == function))
    )
    return re.compile(
        rf"(?<!\w){_LEVELS}(?: of)?(?: the)? (?:{spoken})(?!\w)|(?<!\w)(?:{spoken}) {_LEVELS}s?(?!\w)", re.I
    )


def _initials(title: str) -> str:
    """CNO for Chief Nursing Officer; none for titles of fewer than three words."""
    words = [word for word in re.findall(r"[A-Za-z]+", title) if word.lower() not in {"of", "the", "and", "for"}]
    return "".join(word[0] for word in words).lower() if len(words) >= 3 and words[0].lower() == "chief" else ""


@lru_cache(maxsize=5_000)
def _pattern(phrase: str) -> re.Pattern[str]:
    escaped = re.escape(phrase).replace(r"\ ", r"[\s-]+")
    return re.compile(escaped if HAS_CJK.search(phrase) else rf"(?<!\w){escaped}s?(?!\w)", re.I)
