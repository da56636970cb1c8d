"""What is asked for: aids, answers, numbers, coaching, documents, schedules."""

import re

from rapidfuzz import fuzz, process

from bot.commands import Command, Unsupported
from bot.domain.text import simplified
from bot.language.reading import Reading, Said
from bot.language.rules.aids import read_aid
from bot.language.rules.managing import read_managing
from bot.language.rules.pipeline import read_pipeline

_WORDS = (
    "which", "what", "anything", "everything", "deals", "deal", "closing", "closes", "month", "quarter", "week", "year", "pipeline", "forecast", "summary", "stalled", "pushed", "without", "next", "step", "amount", "account", "opportunity",
    "territory", "coach", "biggest", "overdue", "schedule", "cancel", "compare", "region", "product", "industry", "stage", "team", "quota", "coverage", "hygiene", "conversion", "brief", "prepare", "morning", "messages",
)  # fmt: skip
_SHORT = {"r": "are", "u": "you", "ur": "your"}
_SPELT_OUT = (
    (re.compile(r"\bw/o\b", re.I), "without"),
    (re.compile(r"\bqtr\b", re.I), "quarter"),
    (re.compile(r"\b(?:the )?(?:whole|full|entire) (?=(?:quarter|month|year|week)\b)", re.I), "this "),
)
QUESTION_MOST = 12
_MARKETING = re.compile(r"\bwhat did people (?:look|ask|search)\b|\bmarketing report\b|\bwhich aids\b|\bmissing aids\b|\blibrary gaps?\b", re.I)


def read_request(said: Said, reading: Reading) -> Command | None:
    """A request that only reads; None where the message is none."""
    text = simplified(said.text)
    for short, long in _SPELT_OUT:
        text = short.sub(long, text)
    if _MARKETING.search(text):
        return Unsupported(what="marketing")
    found = read_managing(text, reading) or read_aid(said, reading) or read_pipeline(text, reading)
    mended = _mended(text, reading) if found is None and len(text.split()) <= QUESTION_MOST else text
    return found if mended == text else read_managing(mended, reading) or read_pipeline(mended, reading)


def _mended(text: str, reading: Reading) -> str:
    """The text with the everyday words of questions spelt right: `wich deels r closng`; names stay as they are."""
    strange = {text[start:end].lower() for start, end in reading.lexicon.strangers(text)}

    def right(match: re.Match[str]) -> str:
        word = match.group().lower()
        if word in _SHORT:
            return _SHORT[word]
        if len(word) < 4 or word in _WORDS or word not in strange:
            return match.group()
        near = process.extractOne(word, _WORDS, scorer=fuzz.ratio, score_cutoff=80)
        return str(near[0]) if near else match.group()

    return re.sub(r"[a-zA-Z']+", right, text)
