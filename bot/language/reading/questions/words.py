"""What the words of a question mean: measures, breakdowns, states, activities, and what nothing holds."""

import re
from typing import Any

from bot.domain.activities import ActivityKind
from bot.domain.text import worded
from bot.language.lexicon import vocabulary
from bot.language.reading.seen import Seen
from bot.language.rules.cues import LOSS_REASONS
from bot.language.rules.filters import blanked
from bot.pipeline.measures import BUCKETS, Dimension, Measure, State

GENERIC: frozenset[str] = frozenset({"amount", "count", "quota", "activities", "share"})
"""Measures whose words stand in many questions that are about another one."""
DEALS = worded(
    r"\b(?:deals?|opps?|opportunit\w+|ones|wins?|losses|loss|renewals?|pipeline|pipe)\b|单(?!龄)|商机|项目", re.I
)
WHO = worded(r"\b(?:who|whos|whose)\b|谁", re.I)
OF_RECORDS = worded(
    r"\b(?:deals?|opps?|accounts?|customers?|contacts?|quota|pipeline|forecast|reps?|team|wins?|losses|activit\w+"
    r"|calls|meetings|behind|ahead|hit|make it)\b|单|商机|客户|管道|配额|团队|联系人",
    re.I,
)
SORTED = worded(r"\b(?:sort(?:ed)?|order(?:ed)?)\b.{0,25}\bby\b|按.{1,8}(?:排序|排列|排)", re.I)
WHICH_DEALS = worded(
    r"^\W*(?:which|what)(?: ones?)?(?: of)?(?: my| our| the| \w+'s)? (?:\w+ ){0,2}(?:deals|opps|opportunities)\b"
    r"|哪(?:些|几个?)(?:单|商机|项目)",
    re.I,
)
EACH = worded(r"\b(?:for |of )?each(?: of)?\b|\bper (?:rep|person|head)\b|每个?人|各自|分别", re.I)
LOSES = worded(r"\b(?:los(?:e|es|ing|t)|drops?)\b|丢|输", re.I)
WHY = worded(r"\b(?:why|reasons?|because of what)\b|为什么|为啥|因为(?:什么|啥)|原因", re.I)
ONE = worded(
    r"\b(?:biggest|largest|smallest|oldest|best|worst|top) (?:\w+ ){0,2}(?:deal|opp|opportunity|win|loss|order)\b(?!s)"
    r"|最大的(?:单子|商机|那个)",
    re.I,
)
"""`the biggest win`, `Tamsin's largest deal`: one of them."""
EVER = worded(
    r"\b(?:total|ever|all[- ]time|so far|overall|historically|lifetime|altogether|added up)\b|历史|累计|总共|一共"
    r"|一直以来",
    re.I,
)
CLOSED = worded(r"\b(?:did|has|have|anything|what|which)\b.{0,20}\bclosed?\b(?! date)", re.I)
CREATED = worded(r"\b(?:creat\w+|opened|added|entered|new)\b|新(?:增|建)|创建", re.I)
MOVED_BACK = worded(
    r"\b(?:moved|went|gone|going|slid|stepped|fell) (?:back|backwards?)\b(?! to)|\bregress\w*|\bbackwards?\b"
    r"|退回|倒退|回退",
    re.I,
)
INTERROGATES = worded(r"^\W*(?:do|does|did|are|is|have|what|which|how|why|where)\b|\?|多|哪|什么|吗", re.I)
INTERROGATIVE = worded(
    r"^\W*(?:so |and |ok |hey |please |pls )*(?:which|who|whose|how many|how much|what (?:deals|did|share|percent))\b"
    r"|哪些|哪几|多少|几个|几单|有没有",
    re.I,
)
_SHORT = worded(r"\b(?:month|quarter|week)ly\b|逐(?:月|季|周)|\b(?:month|quarter|week) (?:over|on|by) \w+", re.I)
_COUNTED = worded(
    r"\b(?:how many|number of|counts?|volume|trend|most|fewest|least|levels?|rank\w*)\b"
    r"|趋势|最多|最少|多少|几(?:个|次|场|通|封)|量|排名",
    re.I,
)
_KINDS: tuple[tuple[ActivityKind, re.Pattern[str]], ...] = (
    (ActivityKind.CALL, worded(r"\b(?:calls?|called|phoned|dial\w*|rang)\b|电话|通话", re.I)),
    (ActivityKind.MEETING, worded(r"\b(?:meetings?|met|visits?|visited)\b|会议|开会|开了|拜访|见面|见了", re.I)),
    (ActivityKind.DEMO, worded(r"\b(?:demos?|demoed)\b|演示", re.I)),
    (ActivityKind.EMAIL, worded(r"\b(?:e-?mails?|mails?|emailed|mailed)\b|邮件", re.I)),
    (ActivityKind.NOTE, worded(r"\bnotes?\b|备注", re.I)),
)
_SMALL = worded(
    r"(?:a|an|the|of|to|in|on|at|by|for|from|with|and|or|is|are|was|were|be|been|do|does|did|has|have|had|can|could|will"
    r"|would|should|me|my|mine|our|ours|we|us|i|you|your|he|she|they|them|their|his|her|it|its|this|that|these|those|who"
    r"|what|which|when|where|how|why|not|no|any|all|some|more|most|than|then|there|here|just|only|also|so|too|as|if|but"
    r"|im|ive|id|because|please|dont|s|t|re|ve|ll|d|m)",
    re.I,
)
_LIMITS = worded(r"\b(?:in|from|with|called|named|tagged|about|containing|via|through)\s+(?:the\s+|an?\s+)?$", re.I)
_SECTIONS = ("measures", "dimensions", "subjects", "lacking", "named", "superlatives", "states", "absent", "by")
_ALWAYS_ABSENT = ("commission", "churn", "partner", "deal type", "margin", "提成", "流失", "商机类型")
"""What no CRM here holds, whatever else a question names."""


def text_of(seen: Seen) -> str:
    """The message without the names in it, which are no words for measures."""
    named = seen.kinds("account", "deal", "contact", "colleague", "product", "competitor", "email", "phone")
    return blanked(seen.said.own, [(p.place.start, p.place.end) for p in named])


def meanings(section: str, text: str) -> dict[str, tuple[int, int]]:
    """The meanings of a section that a text names, each where it stands first, the longest at a place winning."""
    found = {m: hit.span() for m, cue in vocabulary(section).items() if (hit := cue.search(text))}
    return {
        meaning: (a, b)
        for meaning, (a, b) in found.items()
        if not any(c <= a and b <= d and d - c > b - a for c, d in found.values())
    }


def measures_said(text: str) -> tuple[Measure, ...]:
    """What a question measures, in the order said; words that stand in every question only where nothing else does."""
    found = meanings("measures", text)
    special = {m: at for m, at in found.items() if m not in GENERIC}
    kept: Any = special or found
    return tuple(sorted(kept, key=lambda m: kept[m][0]))


def names_a_measure(seen: Seen) -> bool:
    """Whether a measure is named that not every report has."""
    return bool(set(measures_said(text_of(seen))) - GENERIC)


def dimensions_said(text: str) -> tuple[Dimension, ...]:
    """What figures are broken down by: `by rep`, `per month`, 按区域."""
    by = "|".join(f"(?:{cue.pattern})" for cue in vocabulary("by").values())
    found: list[tuple[int, Any]] = []
    for dimension, cue in vocabulary("dimensions").items():
        hit = re.search(rf"(?:{by})\s*(?:of )?(?:the |my |our |their |its )?(?:{cue.pattern})", text, re.I)
        short = _SHORT.search(text) if dimension in BUCKETS else None
        if hit is None and short and short.group().lower().startswith((dimension, "逐")):
            hit = short
        if hit:
            found.append((hit.start(), dimension))
    return tuple(dimension for _, dimension in sorted(found))[:2]


def broken_down(seen: Seen) -> bool:
    """Whether figures by something are asked for that no report of the whole has."""
    text = text_of(seen)
    by = dimensions_said(text)
    if re.search(r"pipeline|pipe\b|summary|forecast|overview|管道|汇总|预测", text, re.I):
        closing = re.search(r"\bby (?:the )?clos\w+", text, re.I)
        return bool({"loss_reason", "account", "country", "week"} & set(by) or (closing and BUCKETS & set(by)))
    return bool(by)


def measures_something(seen: Seen) -> bool:
    """Whether words for a measure or a breakdown stand there."""
    return names_a_measure(seen) or bool(dimensions_said(text_of(seen)))


def interrogative(seen: Seen) -> bool:
    """Whether the message asks for records or figures by how it is put."""
    return bool(INTERROGATIVE.search(text_of(seen)))


def state_said(text: str, act: str) -> State:
    """Which deals are meant: those won, lost, closed, or any where creation is asked about, else open ones."""
    found = meanings("states", text)
    both = "won" in found and "lost" in found
    if both:
        return "closed"
    states: tuple[State, ...] = ("lost", "won", "closed", "any")
    for state in states:
        if state in found:
            return state
    return "won" if act == "rank" and not _OPEN.search(text) else "open"


_OPEN = worded(r"\b(?:open|pipe(?:line)?|funnel|forecast|closing)\b|在手|未关|管道|漏斗", re.I)


def activity_said(text: str) -> ActivityKind | None:
    """The kind of activity that a question names."""
    return next((kind for kind, cue in _KINDS if cue.search(text)), None)


def counts_activities(text: str) -> bool:
    return bool(_COUNTED.search(text))


def names_activities(seen: Seen) -> bool:
    """Whether a question asks for activities by that word."""
    cue = r"\b(?:activit(?:y|ies)|calls|meetings|e-?mails|visits|touches|notes)\b|活动|跟进记录|拜访"
    return bool(re.search(cue, text_of(seen), re.I))


def reasons_said(text: str) -> int:
    """How many reasons of a loss a text names."""
    return sum(bool(cue.search(text)) for _, cue in LOSS_REASONS)


def least_first(text: str) -> bool:
    found = meanings("superlatives", text)
    return "least" in found and "most" not in found


def absent(seen: Seen, act: str) -> str:
    """Words for what no field holds, where the question is about just that."""
    text = text_of(seen)
    cues = vocabulary("absent")
    hit = next((h for name in _ALWAYS_ABSENT if name in cues and (h := cues[name].search(text))), None)
    if hit is None and act in {"number", "rank", "fact"} and not meanings("states", text).keys() & {"lost"}:
        found = next((h for cue in cues.values() if (h := cue.search(text))), None)
        measured = set(measures_said(text)) - GENERIC
        asked = set(meanings("fields", text)) - {"title", "contacts", "amount"} if act == "fact" else measured
        if found and not asked and not set(dimensions_said(text)) - {"account"}:
            hit = found
    if hit is None and act == "rank" and re.search(r"\bcompetitors?\b|哪个(?:竞争对手|竞品)", text, re.I):
        hit = re.search(r"\bcompetitors?\b|竞争对手|竞品", text, re.I)
    return hit.group().strip() if hit else ""


def absent_beside(text: str) -> tuple[str, ...]:
    """Words for what no field holds, beside what is asked for."""
    return tuple(hit.group().strip() for cue in vocabulary("absent").values() if (hit := cue.search(text)))


def unread(seen: Seen) -> list[tuple[str, bool]]:
    """Words of a question that no place, no measure and no everyday question holds; True where one limits what is asked
    for (`in legal`).
    """
    text = blanked(seen.said.own, [(p.place.start, p.place.end) for p in seen.parts])
    text = re.sub(r"['’](?:s|re|ve|ll|d|t)\b", lambda hit: " " * len(hit.group()), text)
    cues_ = [cue for section in _SECTIONS for cue in vocabulary(section).values()]
    for cue in (*cues_, *(reason for _, reason in LOSS_REASONS)):
        text = cue.sub(lambda hit: " " * len(hit.group()), text)
    return [
        (hit.group(), bool(_LIMITS.search(seen.said.own[: hit.start()])))
        for hit in re.finditer(r"[A-Za-z][A-Za-z'’-]{3,}", text)
        if not _SMALL.fullmatch(hit.group()) and hit.group().lower() not in seen.model.asked_with
    ]
