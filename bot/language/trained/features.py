"""What the trained reader sees of a message: its words and their neighbours, names and values as their kinds alone."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import pairwise

from bot.domain.text import HAS_CJK, simplified
from bot.language.lexicon import vocabulary
from bot.language.spans.places import Place

_WORD = re.compile(r"[\u3400-\u9fff]|[^\W_]+(?:['’][^\W_]+)?|[?!:;,.+@#*>=-]|[^\w\s]", re.UNICODE)
_SHORT = 4
MEANINGS = ("measures", "fields", "lacking", "superlatives", "subjects", "absent", "states")
"""The sections of the lexicon whose meanings are features beside the words."""
NEAR = 4
"""So many words on each side of a value are looked at."""
_BREAKS = {".", "!", "?", ";", ",", "-", ":", "*", ">"}


@dataclass(frozen=True, slots=True)
class Token:
    """A word in lower case, or a place as the name of its kind; `place` is its number among the places."""

    text: str
    place: int | None = None


def tokens_of(text: str, places: Sequence[Place]) -> list[Token]:
    """The words and places of a text in order."""
    found: list[Token] = []
    at = 0
    text = simplified(text)
    for number, place in enumerate([*places, None]):
        until = place.start if place else len(text)
        found += [Token(_plain(m.group())) for m in _WORD.finditer(text, at, until)]
        if place:
            found.append(Token(f"_{place.kind}_", number))
            at = place.end
    return found


def _plain(word: str) -> str:
    return re.sub(r"\d", "0", word.lower().replace("’", "'"))


def of_message(tokens: Sequence[Token], thread: str | None) -> Iterator[str]:
    """The features by which the acts of a message are told: its words, and what they mean by the lexicon."""
    words = [token.text for token in tokens]
    joined = " ".join(words)
    text = joined.replace(" ", "") if HAS_CJK.search(joined) else joined
    for section in MEANINGS:
        meant = [meaning for meaning, cue in vocabulary(section).items() if cue.search(text)]
        yield from (f"means={section}.{meaning}" for meaning in meant)
        yield f"means={section}.{'some' if meant else 'none'}"
    yield "all"
    yield f"thread={thread or 'none'}"
    yield f"length={min(len(words), 40) // 4}"
    edged = ["^", *words, "$"]
    for word in words:
        yield f"w={word}"
        if thread:
            yield f"{thread}:{word}"
        if word.isalpha() and word.isascii() and len(word) > _SHORT:
            padded = f"<{word}>"
            yield from (f"c={padded[i : i + 4]}" for i in range(len(padded) - 3))
    for a, b in pairwise(edged):
        yield f"b={a} {b}"
    for a, c in zip(edged, edged[2:], strict=False):
        yield f"s={a} {c}"
    yield from (f"first{i}={word}" for i, word in enumerate(words[:3]))
    yield f"last={words[-1] if words else ''}"
    yield from {f"has={word}" for word in words if word.startswith("_")}
    yield from (f"{'asks' if '?' in words else 'tells'}:{word}" for word in words[:2])
    if thread:
        yield f"{thread}:length={min(len(words), 12) // 3}"


def of_place(tokens: Sequence[Token], at: int, place: Place, places: Sequence[Place], today: date) -> Iterator[str]:
    """The features by which the part of a value or name in its message is told; `at` is its token."""
    words = [token.text for token in tokens]
    before, after = words[max(0, at - NEAR) : at], words[at + 1 : at + 1 + NEAR]
    yield "all"
    for distance, word in enumerate(reversed(before), 1):
        yield f"-{distance}={word}"
        yield f"before={word}"
    for distance, word in enumerate(after, 1):
        yield f"+{distance}={word}"
        yield f"after={word}"
    padded = ["^", *words, "$"]
    yield f"-2-1={' '.join(padded[max(0, at - 1) : at + 1])}"
    yield f"-3-2-1={' '.join(padded[max(0, at - 2) : at + 1])}"
    yield f"+1+2={' '.join(padded[at + 2 : at + 4])}"
    yield f"-1+1={padded[at]} {padded[at + 2]}"
    yield from (f"in={word}" for word in _clause(words, at))
    alike = [n for n, other in enumerate(places) if other.kind == place.kind]
    number = tokens[at].place
    rank = alike.index(number) if number in alike else 0
    yield f"rank={rank} of {min(len(alike), 4)}"
    yield from (f"others={kind}" for kind in {other.kind for other in places})
    yield f"place={min(at, 12) // 3}"
    yield f"first={words[0]}"
    yield f"asks={'?' in words}"
    yield from (f"told={word}" for word in set(words))
    if place.kind == "date":
        when = _when(place, today)
        yield f"when={when}"
        yield f"grain={getattr(place.value, 'grain', '')}"
        yield from (f"{when}{word}" for word in before[-2:])


def clause_tokens(text: str, start: int, end: int, places: Sequence[Place]) -> list[Token]:
    """The words and places of one clause of a text."""
    inside = [
        replace(p, start=max(p.start - start, 0), end=min(p.end, end) - start)
        for p in places
        if p.start < end and start < p.end
    ]
    return tokens_of(text[start:end], inside)


def of_clauses(text: str, clauses: Sequence[tuple[int, int]], places: Sequence[Place], today: date) -> list[set[str]]:
    """For each clause the features by which is told whether it says what is to be done next."""
    found: list[set[str]] = []
    before: list[str] = []
    for n, (start, end) in enumerate(clauses):
        words = [token.text for token in clause_tokens(text, start, end, places)]
        edged = ["^", *words, "$"]
        features = {"all", f"length={min(len(words), 16) // 2}"}
        features |= {f"w={word}" for word in words}
        features |= {f"b={a} {b}" for a, b in pairwise(edged)}
        features |= {f"t={a} {b} {c}" for a, b, c in zip(edged, words, edged[2:], strict=False)}
        features |= {f"first{i}={word}" for i, word in enumerate(words[:3])}
        features |= {f"last={word}" for word in words[-2:]}
        features |= {f"before={word}" for word in before[-3:]}
        features |= {name for name, here in (("opens", n == 0), ("ends", n == len(clauses) - 1)) if here}
        for place in places:
            if place.kind == "date" and place.start < end and start < place.end:
                features |= {f"when={_when(place, today)}", f"grain={getattr(place.value, 'grain', '')}"}
        found.append(features)
        before = words
    return found


def _when(place: Place, today: date) -> str:
    start = getattr(getattr(place.value, "period", None), "start", today)
    return "past" if start < today else "today" if start == today else "ahead"


def _clause(words: Sequence[str], at: int) -> list[str]:
    """The words of the clause around a token."""
    first = next((i + 1 for i in range(at - 1, -1, -1) if words[i] in _BREAKS), 0)
    last = next((i for i in range(at + 1, len(words)) if words[i] in _BREAKS), len(words))
    return [word for word in words[first:last] if HAS_CJK.search(word) or len(word) > 1]
