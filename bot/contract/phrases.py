"""The sentences and labels that people read, by name and language, loaded once."""

from functools import cache
from pathlib import Path

import yaml

FOLDER = Path(__file__).parents[2] / "prompts"


@cache
def phrases(language: str) -> dict[str, str]:
    """All of them in a language (`en`, `zh`)."""
    loaded: dict[str, str] = yaml.safe_load((FOLDER / f"phrases.{language}.yaml").read_text(encoding="utf-8"))
    return loaded


def phrase(language: str, name: str, /, **values: object) -> str:
    """One sentence or label, filled in; every language has them all."""
    return phrases(language)[name].format(**values)
