"""The sentences and labels that people read, by name and language, loaded once."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path

import yaml

from bot.errors import CaddieError, CrmRefused

FOLDER = Path(__file__).parents[2] / "prompts"


@dataclass(frozen=True, slots=True)
class AidKindTexts:
    """What people call a kind of job aid and its sections, and the words by which they ask for it (as patterns)."""

    label: Mapping[str, str]
    names: tuple[str, ...]
    sections: Mapping[str, Mapping[str, str]]
    asked_by: tuple[str, ...]


@cache
def aid_kinds() -> Mapping[str, AidKindTexts]:
    """The kinds by name; of several that a message may ask for, the one that stands first is meant."""
    loaded = {file.stem: yaml.safe_load(file.read_text(encoding="utf-8")) for file in FOLDER.glob("kinds/*.yaml")}
    return {
        name: AidKindTexts(one["label"], _flat(one["names"]), one["sections"], _flat(one["asked_by"]))
        for name, one in sorted(loaded.items(), key=lambda item: item[1]["rank"])
    }


def _flat(by_language: Mapping[str, list[str]]) -> tuple[str, ...]:
    return tuple(chain.from_iterable(by_language.values()))


@cache
def phrases(language: str) -> dict[str, str]:
    """All of them in a language (`en`, `zh`)."""
    loaded: dict[str, str] = yaml.safe_load((FOLDER / f"phrases.{language}.yaml").read_text(encoding="utf-8"))
    for name, kind in aid_kinds().items():
        loaded[f"aid_{name}"] = kind.label[language]
        loaded |= {f"section_{section}": labels[language] for section, labels in kind.sections.items()}
    return loaded


def phrase(language: str, name: str, /, **values: object) -> str:
    """One sentence or label, filled in; every language has them all."""
    return phrases(language)[name].format(**values)


def sentence(language: str, error: CaddieError) -> str:
    """What an error says, in a language; of an operator's error its English sentence."""
    return phrase(language, error.say, **values_of(language, error))


def values_of(language: str, error: CaddieError) -> dict[str, str]:
    """What fills an error's sentence: its values, the name of the field at fault, the errors that it sums up."""
    values = dict(error.values)
    if isinstance(error, CrmRefused) and error.field:
        name = f"field_{error.field}"
        values["field"] = phrases(language).get(name, error.field)
    if error.reasons:
        values["reasons"] = "; ".join(sentence(language, reason) for reason in error.reasons)
    return values
