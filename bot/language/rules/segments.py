"""Cutting a message into parts about one account each, and a part into clauses."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.names import NamedSpan
from bot.domain.text import worded
from bot.language.context import Context, Said
from bot.language.rules import cues
from bot.language.spans.clauses import SENTENCE, clauses_in, sentences_in

_SEGMENTS = worded(
    r"\n+\s*(?:[-*•]|\d+[.)])?\s*|[.!?;]+(?=\s|$)\s*|[;]|\s*,?\s*\b(?:and then|then|after that|also|next up)\b\s*"
    r"|\s+(?:and|&)\s+(?=(?:push|pull|move|mark|set|bump|make|close|lost|won|met|saw|called|spoke)\b)"
    r"|,\s*(?:另外|还有|然后)?|,\s+"
)
_LINES = worded(r"\n+\s*(?:[-*•]|\d+[.)])?\s*")
_HEADER = worded(
    (
        r"^\W*(?:notes?|recap|summary|update|updates|roundup|quick|today|from|my|calls?|meetings?|of|the|day"
        r"|yesterday|this|week|morning|\s|纪要|记录|日报|周报|小结|今天|今日|昨天|eod|dump|brain|daily|end|log)+\W*:?\s*$"
    ),
    re.I,
)


@dataclass(frozen=True, slots=True)
class Part:
    """What is told about one account: `own` without other people's words, `text` as written. `ended` is False where the
    sentence goes on.
    """

    own: str
    text: str
    ended: bool = True


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause with whether its sentence only supposes: then it changes nothing."""

    text: str
    supposed: bool = False


def header_of(said: Said, context: Context) -> str | None:
    """The heading of a list of notes, such as `calls today:`."""
    pieces = list(_pieces(said.own, context))
    if len(pieces) > 1 and _HEADER.match(said.own[slice(*pieces[0])]):
        return said.own[slice(*pieces[0])]
    return None


def parts_of(said: Said, context: Context) -> list[Part]:
    """The parts in the order told; what comes back to an account joins the part that told of it first."""
    found: list[tuple[frozenset[str], Part]] = []
    for n, (start, end) in enumerate(_pieces(said.own, context)):
        end -= len(said.own[start:end]) - len(_LIST_MARK.sub("", said.own[start:end]))
        own, text = said.own[start:end], said.text[start:end]
        if n == 0 and end < len(said.own) and _HEADER.match(own):
            continue
        part = Part(own, text, bool(SENTENCE.search(own[-3:]) or end == len(said.own)))
        subject = _subject(own, context)
        known = next((i for i, (other, _) in enumerate(found) if subject and other == subject), None)
        if known is None or not _plain(own, context):
            found.append((subject, part))
        else:
            first = found[known][1]
            found[known] = (subject, Part(f"{_closed(first.own)} {own}", f"{_closed(first.text)} {text}", first.ended))
    return [part for _, part in found]


_HEAD = worded(r"\s*(?P<name>[^\W\d_][\w &.'-]{2,40}?)\s*(?::|\s[-–—]\s)")
_LIST_MARK = worded(r"\n\s*(?:[-*•]|\d+[.)])?\s*$")


def _closed(text: str) -> str:
    text = text.rstrip()
    return text if text.endswith((".", "!", "?", ";", ",")) else f"{text}."


def _plain(text: str, context: Context) -> bool:
    """Whether a later piece names an account alone: with a deal's own words it may be about another deal there."""
    accounts = {(s.start, s.end) for s in context.lexicon.names_in(text, {"account"})}
    inside = [
        s for s in context.lexicon.names_in(text, {"deal"}) if s.score >= 0.6 and (s.start, s.end) not in accounts
    ]
    return not any(all(not (a <= s.start and s.end <= b) for a, b in accounts) for s in inside)


def _pieces(text: str, context: Context) -> Iterator[tuple[int, int]]:
    """Places in the text: a new piece begins where another account is named."""
    cuts = [0, *(m.end() for m in _SEGMENTS.finditer(text)), len(text)]
    lines = {m.end() for m in _LINES.finditer(text)}
    start, subject, deal = 0, _subject(text[: cuts[1]], context), _deal_of(text[: cuts[1]], context)
    for begin, end in itertools.pairwise(cuts):
        named = _subject(text[begin:end], context)
        header = (begin in lines or text[:begin].rstrip().endswith(":")) and _HEADER.match(text[start:begin].strip())
        named = named or (_heading(text[begin:end], context) if begin in lines else named)
        told = _deal_of(text[begin:end], context) if named else None
        another = bool(told and deal and told != deal)
        if header or another or (named and subject and not named & subject):
            if text[start:begin].strip():
                yield start, begin
            start, subject, deal = begin, named, told
        else:
            subject, deal = subject | named, deal or told
    if text[start:].strip():
        yield start, len(text)


def _heading(text: str, context: Context) -> frozenset[str]:
    """The unseen name at the head of a line of a list, `Wexcombe: met them`: its line is about nobody else."""
    head = _HEAD.match(text)
    strangers = context.lexicon.strangers(text[: head.end("name")]) if head else []
    return frozenset({head["name"]}) if head and strangers and strangers[0][0] == head.start("name") else frozenset()


def _deal_of(text: str, context: Context) -> str | None:
    """The one deal that a piece names more fully than any other, by words beyond its account's name."""
    accounts = {(s.start, s.end) for s in context.lexicon.names_in(text, {"account"})}
    scores: dict[str, float] = {}
    for span in context.lexicon.names_in(text, {"deal"}):
        if not any(a <= span.start and span.end <= b for a, b in accounts):
            scores[span.name] = max(scores.get(span.name, 0.0), span.score)
    best = sorted(scores.items(), key=lambda item: -item[1])[:2]
    if not best or best[0][1] < 0.5 or (len(best) > 1 and best[0][1] - best[1][1] < 0.1):
        return None
    return best[0][0]


def _subject(text: str, context: Context) -> frozenset[str]:
    """The accounts named in a piece of text."""
    best: dict[tuple[int, int], NamedSpan] = {}
    for span in context.lexicon.names_in(text, {"account"}):
        known = best.get((span.start, span.end))
        if span.score >= 0.5 and (known is None or span.score > known.score):
            best[span.start, span.end] = span
    return frozenset(span.name for span in best.values())


def clauses_of(text: str) -> list[Clause]:
    """The clauses in order; a condition or wish anywhere in a sentence makes all of it supposed."""
    return [
        Clause(text[a:b], bool(cues.SUPPOSED.search(text[start:end])))
        for start, end in sentences_in(text)
        for a, b in clauses_in(text, start, end)
    ]
