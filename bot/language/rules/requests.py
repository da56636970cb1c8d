"""What is asked for: aids, answers, numbers, coaching, documents, schedules."""

import re

from bot.commands import Command, Unsupported
from bot.domain.text import simplified
from bot.language.reading import Reading, Said
from bot.language.rules.aids import read_aid
from bot.language.rules.managing import read_managing
from bot.language.rules.pipeline import read_pipeline

_MARKETING = re.compile(r"\bwhat did people (?:look|ask|search)\b|\bmarketing report\b|\bwhich aids\b|\bmissing aids\b|\blibrary gaps?\b", re.I)


def read_request(said: Said, reading: Reading) -> Command | None:
    """A request that only reads; None where the message is none."""
    text = simplified(said.text)
    if _MARKETING.search(text):
        return Unsupported(what="marketing")
    return read_managing(text, reading) or read_aid(said, reading) or read_pipeline(text, reading)
