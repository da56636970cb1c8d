"""Where the sentences of a text stand, and the clauses of a sentence."""

import re
from collections.abc import Iterator

from bot.domain.text import worded

_SUBJECTS = (
    r"i|we|they|she|he|it|i'll|we'll|push|pull|move|moved|next|nxt|clos\w+|make|bump|mark|set|want\w*"
    r"|need\w*|send|sending|realistically|the close|decision|cut|add|"
    r"the (?:expected )?close|the (?:close )?date|the (?:amount|value|stage)|the expected|drop|forecast"
    r"|assign|give|remind|book|schedule|call (?:her|him|them|back)"
)
_CLAUSES = worded(
    rf"[,](?=\s)|(?<!\d),|,(?!\d)|[;!?\n]+|(?<!\d\.\d)(?<!\d\.\d\d)\.+(?=\s|$)"
    rf"|(?<!\d)(?<!stage)(?<!close)(?<!date)(?<!amount)(?<!value)(?<!due)(?<!forecast)(?<!owner)"
    rf"(?<!currency)(?<!closing)(?<!阶段)(?<!金额)(?<!日期)(?<!关单)(?<!预测)(?<!负责人)(?<!截止):(?!\d)|\s-{{1,2}}\s"
    rf"|\s[–—]\s|\s(?=\+\s?[$€£¥]?\d)|(?<=[\u4e00-\u9fff])(?=(?:然后|接下来|下一步|所以|另外)[\u4e00-\u9fff])|[\U0001F300-\U0001FAFF\u2600-\u27BF]+"
    rf"|\s(?:and then|then|but|so|because|cause|&|and)\s(?=(?:{_SUBJECTS})\b)",
    re.I,
)
SENTENCE = worded(r"(?<!\d\.\d)(?<!\d\.\d\d)[.!?;]+(?=\s|$)|\n+|[。；]")
"""The end of a sentence."""


def sentences_in(text: str) -> Iterator[tuple[int, int]]:
    """The places of the sentences in order, each with its end mark."""
    at = 0
    for end in [*(m.end() for m in SENTENCE.finditer(text)), len(text)]:
        yield at, end
        at = end


def clauses_in(text: str, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """The places of the clauses between two places, without the marks and blanks around them."""
    end = len(text) if end is None else end
    at = start
    for stop, after in [*(m.span() for m in _CLAUSES.finditer(text[:end], start)), (end, end)]:
        clause = text[at:stop]
        if clause.strip():
            first = at + len(clause) - len(clause.lstrip())
            yield first, first + len(clause.strip())
        at = after


def clauses_in_all(text: str) -> Iterator[tuple[int, int]]:
    """The places of the clauses of all sentences."""
    for start, end in sentences_in(text):
        yield from clauses_in(text, start, end)
