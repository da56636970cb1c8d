"""The texts of `prompts/`: prompts for models and phrases for people, loaded once."""

from functools import cache
from pathlib import Path
from string import Template

import yaml

FOLDER = Path(__file__).parents[2] / "prompts"


@cache
def _template(name: str) -> Template:
    return Template((FOLDER / f"{name}.md").read_text(encoding="utf-8"))


def prompt(name: str, **values: str) -> str:
    """A prompt with its named variables filled in. Raises KeyError where one is missing."""
    return _template(name).substitute(values)


@cache
def phrases(language: str) -> dict[str, str]:
    """All sentences and labels that people read, by name, in a language (`en`, `zh`)."""
    loaded: dict[str, str] = yaml.safe_load((FOLDER / f"phrases.{language}.yaml").read_text(encoding="utf-8"))
    return loaded


def phrase(language: str, name: str, /, **values: object) -> str:
    """One sentence or label, filled in; every language has them all."""
    return phrases(language)[name].format(**values)
