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
def _pattern(meaning: str) -> re.Pattern[str]:
    return re.compile("|".join(words(meaning)), re.IGNORECASE)


def said(meaning: str, text: str) -> bool:
    """Whether a text has a word for a meaning."""
    return bool(_pattern(meaning).search(text))
