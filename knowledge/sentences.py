"""The sentences of a text that answer a question: by the section that it asks for, else by shared words."""

import re
from collections.abc import Iterator

from bot.domain.text import chinese
from knowledge.aids import Aid
from knowledge.lexical import LexicalIndex, plain_words, terms

I = re.IGNORECASE
SECTION_POINTS = 5
_SECTIONS = (
    (
        ("last_day",),
        re.compile(
            (
                r"\b(?:end|ends|ending|expires?|expir\w+|until|run out|runs out|last day|how long|still (?:on"
                r"|valid|running)|valid)\b|结束|截止|到(?:哪|几|什么时候)|有效期|还有效"
            ),
            I,
        ),
    ),
    (
        ("conditions",),
        re.compile(
            (
                r"\b(?:conditions?|eligible|qualif\w+|who (?:gets|can get|is it for)|fine print|catch|rules"
                r"|minimum)\b|条件|要求|限制|哪些客户"
            ),
            I,
        ),
    ),
    (
        ("pitfalls",),
        re.compile(
            (
                r"\b(?:never|avoid|don'?ts?|not do|mistakes?|pitfalls?|wrong|careful|watch out)\b|不要"
                r"|避免|别(?:做|说)|忌|误区|千万"
            ),
            I,
        ),
    ),
    (
        ("they_win_when",),
        re.compile(
            (
                r"\b(?:beats? us|win(?:s|ning)? (?:against|over) us|(?:they|he|she|it) wins?|do we lose|we lose"
                r"|lose to|losing to|stronger|better than us|good at)\b|赢我们|我们输|打败我们|他们.{0,4}(?:赢|强)"
            ),
            I,
        ),
    ),
    (
        ("we_win_when",),
        re.compile(
            (
                r"\b(?:do we (?:win|beat)|we win|we beat|can we (?:win|beat)|our (?:edge|advantage|strengths?)"
                r"|weak(?:ness(?:es)?|er)?)\b|我们.{0,6}(?:赢|胜|强)|优势"
            ),
            I,
        ),
    ),
    (
        ("questions_to_ask", "ask_reasons", "ask_impact", "ask_capabilities"),
        re.compile(
            (
                r"\b(?:what|which) (?:questions?|traps?)\b|\b(?:questions?|traps?) (?:to|should|can|do)\b"
                r"|\bplant\b|\bask(?:ing)?\b|问(?:什么|啥|哪些)|提问"
            ),
            I,
        ),
    ),
    (("evidence", "proof"), re.compile(r"\b(?:evidence|proof|prove|prov(?:es|en)|proves)\b|证据|证明", I)),
    (("assumptions",), re.compile(r"\b(?:assum\w+|based on what)\b|假设|前提", I)),
    (("investment",), re.compile(r"\b(?:cost|costs|price|investment|how expensive)\b|多少钱|价格|投入|费用", I)),
    (("within",), re.compile(r"\b(?:how (?:long|fast|soon|quickly)|payback|when does it pay)\b|多久|几个月|回收期", I)),
    (
        ("result",),
        re.compile(
            (
                r"\b(?:results?|outcome|sav(?:e|ed|ings?)|how much|what did (?:they|it) (?:get|gain|bring))\b"
                r"|结果|效果|省了|成效|多少"
            ),
            I,
        ),
    ),
    (
        ("steps",),
        re.compile(
            (
                r"\b(?:how (?:do|should|can|would) (?:i|we|you)|steps?|what (?:do|should) (?:i|we)(?: do)?"
                r"|now what|what now|walk me through)\b|步骤|怎么(?:做|办|处理|应对)|如何"
            ),
            I,
        ),
    ),
    (("changed",), re.compile(r"\b(?:what'?s? (?:new|changed)|changes?|new in)\b|更新|变化|新功能", I)),
)


def points_asked_for(aid: Aid, question: str) -> list[str]:
    """The points of the section that a question is about; none where it is about no section that the aid has."""
    sections = dict(aid.sections())
    for names, cue in _SECTIONS:
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
