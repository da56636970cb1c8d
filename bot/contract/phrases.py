"""The sentences and labels that people read, by name and language, loaded once."""

from functools import cache
from pathlib import Path

import yaml

from bot.errors import CaddieError, CrmRefused

FOLDER = Path(__file__).parents[2] / "prompts"


@cache
def phrases(language: str) -> dict[str, str]:
    """All of them in a language (`en`, `zh`)."""
    loaded: dict[str, str] = yaml.safe_load((FOLDER / f"phrases.{language}.yaml").read_text(encoding="utf-8"))
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
