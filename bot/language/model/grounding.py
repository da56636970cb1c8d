"""Checking a model's prose against the facts it was given."""

import re

from bot.domain.text import worded

_NUMBERS = worded(r"\d[\d.,]*")
_LINKS = worded(r"https?://\S+")
_NAMES = worded(r"(?<![.!?]\s)(?<!^)\b[A-Z][a-z]{2,}\b", re.M)
_CITED = worded(r"\[\d+\]")


def grounded(prose: str, facts: str) -> bool:
    """Whether every number, name, link and citation of the prose stands in the facts, and it cites at all."""
    if not _CITED.search(prose):
        return False
    cited = set(_CITED.findall(prose)) <= set(_CITED.findall(facts))
    bare, known = _CITED.sub("", prose), _CITED.sub("", facts)
    numbers = {n.rstrip(".,") for n in _NUMBERS.findall(bare)} <= {n.rstrip(".,") for n in _NUMBERS.findall(known)}
    links = set(_LINKS.findall(bare)) <= set(_LINKS.findall(known))
    names = all(name.casefold() in known.casefold() for name in _NAMES.findall(bare))
    return cited and numbers and links and names
