"""The sentences of a text that answer a question: by the section that it asks for, else by shared words."""

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import yaml

from bot.domain.text import chinese
from knowledge.kinds.base import Aid
from knowledge.lexical import LexicalIndex, plain_words, terms

SECTION_POINTS = 5
FILE = Path(__file__).parent / "documents" / "sections.yaml"


@cache
def _sections() -> tuple[tuple[tuple[str, ...], re.Pattern[str]], ...]:
    """Sections with the words that ask for them."""
    loaded = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return tuple((tuple(one["sections"]), re.compile("|".join(one["asked_by"]), re.IGNORECASE)) for one in loaded)


def points_asked_for(aid: Aid, question: str) -> list[str]:
    """The points of the section that a question is about; none where it is about no section that the aid has."""
    sections = dict(aid.sections())
    for names, cue in _sections():
        held = [point for name in names for point in sections.get(name, ())]
        if held and cue.search(question):
            return held[:SECTION_POINTS]
    return []


def sentences_of(aid: Aid | None, text: str) -> Iterator[str]:
    """Every sentence of an aid, or of a passage where there is none, without Markdown's signs."""
    if aid:
        for name, points in aid.sections():
            head = f"{name}: " if ":" in name else ""
            for point in points:
                yield head + point
        text = aid.body
    for line in re.split(r"\n{2,}|\n(?=\s*[-*\d])", plain_words(text)):
        for piece in re.split(r"(?<=[.!?])\s+|(?<=[。!?])", " ".join(line.split())):
            piece = piece.strip(" -·")
            if len(piece) > (3 if chinese(piece) else 12):
                yield piece


def best_sentences(pieces: list[str], question: str, lexical: LexicalIndex, limit: int) -> list[str]:
    """The pieces that share the most with a question, in their order; at least the first."""
    asked = set(terms(question))
    scored = [(sum(lexical.weight(t) for t in asked & set(terms(piece))), -n) for n, piece in enumerate(pieces)]
    best = sorted(scored, reverse=True)[:limit]
    top = best[0][0]
    chosen = sorted(-n for score, n in best if score > 0 and score >= top * 0.45)
    return [pieces[n] for n in chosen] or pieces[:1]
