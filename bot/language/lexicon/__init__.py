"""Words by meaning, one file a language; who asks for a meaning gets the words of all languages."""

import re
from functools import cache
from pathlib import Path

import yaml

LANGUAGES = ("en", "zh")
FOLDER = Path(__file__).parent


@cache
def _language(name: str) -> dict[str, list[str]]:
    loaded: dict[str, list[str]] = yaml.safe_load((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))
    return loaded


def words(meaning: str) -> tuple[str, ...]:
    """The words for a meaning, as pieces of patterns. Raises KeyError for a meaning that no file has."""
    return tuple(word for language in LANGUAGES for word in _language(language)[meaning])


@cache
def vocabulary(section: str) -> dict[str, re.Pattern[str]]:
    """What people call measures, dimensions, fields and records: a pattern of whole words for each meaning.

    Raises KeyError for a section that no file has.
    """
    pieces: dict[str, list[str]] = {}
    for language in LANGUAGES:
        loaded = yaml.safe_load((FOLDER / f"records.{language}.yaml").read_text(encoding="utf-8"))[section]
        meanings = loaded if isinstance(loaded, dict) else {section: loaded}
        for meaning, words_ in meanings.items():
            bounded = [rf"(?<![A-Za-z0-9_])(?:{w})(?![A-Za-z0-9_])" if language == "en" else f"(?:{w})" for w in words_]
            pieces.setdefault(str(meaning), []).extend(bounded)
    return {meaning: re.compile("|".join(found), re.IGNORECASE) for meaning, found in pieces.items()}


@cache
def _pattern(meaning: str) -> re.Pattern[str]:
    return re.compile("|".join(words(meaning)), re.IGNORECASE)


def said(meaning: str, text: str) -> bool:
    """Whether a text has a word for a meaning."""
    return bool(_pattern(meaning).search(text))
