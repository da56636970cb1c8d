"""Which stage of the company a clause moves a deal to, by the company's own names and by what people say instead."""

import re
from functools import lru_cache

from bot.domain.deals import Stage, StageKind
from bot.domain.process import Process
from bot.domain.text import HAS_CJK, worded
from bot.language.rules.cues import AFTER_STAGE, LOST, NEGATED, STAGE_CUE, WON

_MOVED = worded(
    r"(?:\b(?:mov\w+|advanc\w+|progress\w+|push\w*|put|set|back|bring|brought|stage|updat\w+|chang\w+"
    r"|shift\w*|bump\w*|promot\w+|mark\w*)\b[^,.;]{0,40}?\s(?:to|into|in|at|as)\s+(?:the\s+)?"
    r"|\b(?:we'?re|it'?s|is|they'?re|are|now)\s+(?:now\s+)?(?:in|at|into)\s+(?:the\s+)?|(?:->|→|=>|=)\s*"
    r"|\bnow\s+|\b(?:out|ready) for\s+|\bstage:?\s+|到|进入|改成|改为|变成|转到|推进到)$",
    re.I,
)
_NOT_WON = worded(
    (
        r"\bwon (?:over|her|him|them|the (?:argument|trust|board|team)|an award)\b|\bsigned\s+(?:up|in|for|the"
        r"|an?|our)?\s*(?:nda|msa|loi|pilot|trial|poc|letter)\b|\bwon(?:'t|der)|\bassigned\b|\b(?:they"
        r"|competitors?|rivals?|somebody else|someone else)(?: have|'ve)? won\b"
    ),
    re.I,
)
_NOT_LOST = worded(
    (
        r"\blost (?:my|his|her|your|some|a few|two|three|\d+) (?!deal|opp|biggest|largest|best|big)"
        r"|\blost (?:touch|track|contact|interest|patience|time)\b"
    ),
    re.I,
)


@lru_cache(maxsize=8)
def _phrases(stages: tuple[Stage, ...], process: Process) -> tuple[tuple[re.Pattern[str], str, bool, bool], ...]:
    """(pattern, stage, own name, strong by itself), longest phrases first."""
    found: dict[str, tuple[str, bool]] = {}
    for stage in stages:
        found.setdefault(stage.name.casefold(), (stage.name, True))
    for stage in stages:
        meant = process.stage(stage.process_stage)
        if stage.kind is StageKind.OPEN and meant:
            for word in (meant.name, *meant.synonyms):
                found.setdefault(word.casefold(), (stage.name, False))
    longest_first = sorted(found.items(), key=lambda item: -len(item[0]))
    return tuple((_pattern(phrase), name, own, _strong(phrase)) for phrase, (name, own) in longest_first)


def _pattern(phrase: str) -> re.Pattern[str]:
    loose = r"[\s-]+".join(re.escape(part) for part in phrase.split())
    return worded(loose, re.I) if HAS_CJK.search(phrase) else worded(rf"(?<![A-Za-z0-9]){loose}(?![A-Za-z0-9])", re.I)


def _strong(phrase: str) -> bool:
    return len(phrase.split()) > 1 or bool(HAS_CJK.search(phrase) and len(phrase) > 2)


def find_stage(clause: str, stages: tuple[Stage, ...], process: Process) -> str | None:
    """The company's stage that the clause says the deal is in now; None where none is said or it is denied."""
    if WON.search(clause) and not _NOT_WON.search(clause) and not _denied(clause, WON):
        return _of_kind(stages, StageKind.WON)
    if LOST.search(clause) and not _NOT_LOST.search(clause) and not _denied(clause, LOST):
        return _of_kind(stages, StageKind.LOST)
    for pattern, name, own, strong in _phrases(stages, process):
        for match in pattern.finditer(clause):
            before, after = clause[: match.start()], clause[match.end() :]
            if NEGATED.search(before):
                continue
            moved = _MOVED.search(before)
            said = own and (strong or STAGE_CUE.search(before) or not before.strip()) and AFTER_STAGE.match(after)
            if (
                moved
                or said
                or (strong and AFTER_STAGE.match(after) and not re.search(r"\b(?:the|a|our|their|your)\s+$", before))
            ):
                return name
            if not own and re.search(r"\bthey\s+$", before, re.I):
                return name
    return None


_IN_STAGE = worded(
    r"(?:\b(?:in|at|reached|entered|sitting in|stuck in|stage|phase)(?: the)?|处于|处在|在|卡在|停在|阶段)\s*$", re.I
)
_STAGE_AFTER = worded(r"^\s*(?:stage|phase|deals?|opps?|opportunit|阶段|的(?:商机|单子|项目|机会|deal)|商机)", re.I)


def stage_meant(text: str, stages: tuple[Stage, ...], process: Process) -> str | None:
    """The open stage that a question asks about: `deals in negotiation`, `verbal deals`, 处于谈判阶段的商机."""
    closed = {stage.name for stage in stages if stage.kind is not StageKind.OPEN}
    for pattern, name, own, strong in _phrases(stages, process):
        for match in pattern.finditer(text):
            before, after = text[: match.start()], text[match.end() :]
            if name not in closed and ((own and strong) or _IN_STAGE.search(before) or _STAGE_AFTER.match(after)):
                return name
    return None


def kind_of(name: str | None, stages: tuple[Stage, ...]) -> StageKind | None:
    return next((stage.kind for stage in stages if stage.name == name), None)


def stage_words(text: str, stages: tuple[Stage, ...], process: Process) -> str | None:
    """The stage that words name with nothing around them, as in an answer or a model's argument."""
    for stage in stages:
        if stage.name.casefold() == text.strip().casefold():
            return stage.name
    for pattern, name, _, _ in _phrases(stages, process):
        if pattern.search(text):
            return name
    if WON.search(text):
        return _of_kind(stages, StageKind.WON)
    return _of_kind(stages, StageKind.LOST) if LOST.search(text) else None


def _of_kind(stages: tuple[Stage, ...], kind: StageKind) -> str | None:
    return next((stage.name for stage in stages if stage.kind is kind), None)


def _denied(clause: str, cue: re.Pattern[str]) -> bool:
    match = cue.search(clause)
    return bool(match and NEGATED.search(clause[: match.start()]))
