"""The prompts of `prompts/` for models, loaded once."""

from functools import cache
from string import Template

from bot.contract.phrases import FOLDER


@cache
def _template(name: str) -> Template:
    return Template((FOLDER / f"{name}.md").read_text(encoding="utf-8"))


def prompt(name: str, **values: str) -> str:
    """A prompt with its named variables filled in. Raises KeyError where one is missing."""
    return _template(name).substitute(values)
