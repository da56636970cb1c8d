"""What is asked of the library: aids by kind, and questions about what they say."""

import re
from collections.abc import Mapping
from functools import cache

from bot.contract.commands.base import Command
from bot.contract.commands.guiding import AskLibrary, FindAid, FollowAid
from bot.contract.phrases import aid_kinds
from bot.domain.text import HAS_CJK, loose, worded
from bot.language.context import Context, Said
from bot.language.rules import cues
from bot.language.rules.filters import deal_words
from bot.language.rules.questions import read_pipeline

I = re.IGNORECASE


@cache
def aid_cues() -> Mapping[str, re.Pattern[str]]:
    """The words by which each kind of aid is asked for."""
    return {name: worded("|".join(kind.asked_by), I) for name, kind in aid_kinds().items()}


def kind_asked_for(text: str) -> str | None:
    """The kind of aid that a text names, if it names one."""
    return next((kind for kind, cue in aid_cues().items() if cue.search(text)), None)


_ASKS_INSIDE = worded(
    r"^\W*(?:what (?:was|is|are|were|did)|how (?:much|long|many|did|does|big)|when|who(?! else| have we)"
    r"|does|do (?!we have|you have)|is (?!there)|are (?!there)|was|were|am i|can (?:i|we) (?!have|get)"
    r"|where (?:can|do|does|is) (?:customers?|it|they)|why)\b"
    r"|哪天|几号|何时|多久|多少|几个月|是不是|能不能",
    I,
)


_SHARES = worded(
    (
        r"^\W*(?:(?:can|could|would) you |please |pls |ok(?:ay)? |and )*(?:share|post|send|put|drop"
        r"|show) (?:that|it|this|them)(?: one)? (?:here|in here|(?:to|in|into|with) (?:the |this |all "
        r"|my )?(?:thread|channel|everyone|team|group|all)\b)|^\W*(?:把(?:它|这个))?(?:发|分享"
        r"|贴)(?:到|在)(?:这里|群里|频道)"
    ),
    I,
)
_SHORTER = worded(
    (
        r"\b(?:short(?:er)?|brief(?:er)?|in (?:one|two|a) (?:lines?|sentences?)|summar\w+|tl;?dr|condensed"
        r"|one[- ]liner)\b|短一?点|简短|简单点|一句话|精简"
    ),
    I,
)
_ANOTHER = worded(
    (
        r"\b(?:another|any ?other|different|further|next)(?: ones?)?\b|^\W*(?:(?:show|give|send|got|any"
        r"|have you|some|and|ok) )*(?:me )?(?:any )?more\b\W*$|\b(?:any|some|got|show me|give me) (?:more"
        r"|others)\b|\b(?:someone|somebody|something) else\b|换一个|再来一个|再给|还有(?:别的|其他|没有|吗|更多)|别的"
    ),
    I,
)
_INSTEAD = worded(
    (
        r"\binstead\b|^\W*(?:and |n |& |ok(?:ay)? |now |but |same |what about |how about |or )+(?:the |one |a "
        r"|an |for |in |on |with )*[\w&' -]{2,40}\W*$|^\W*(?:one |got one |any )?(?:for|in|on|from|with"
        r"|about) (?:a |an |the )?[\w&' -]{2,40}\W*$|\b(?:got|have|is there) (?:one|it|that) (?:in|for|on)\b"
        r"|^那?(?:换|改)?(?:成|个|一个)?.{1,12}的(?:呢|吗|有吗)?\W*$|^那.{1,14}呢\W*$|(?:中文|英文)(?:的|版)"
    ),
    I,
)
_ABOUT_IT = worded(
    (
        r"\b(?:it|its|that|this|they|them|those|these|the (?:offer|promo|story|customer|update|card|sheet))\b|它"
        r"|这个|该(?:活动|案例|促销)"
    ),
    I,
)
_COMPETING = worded(
    (
        r"\b(?:beat|beats|win|wins|lose|loses|losing|against|versus|vs|compete\w*|competing|better|cheaper"
        r"|stronger|weaker|weakness\w*|strengths?|differ\w*|trap|traps|plant|objections?|they say|position)\b|赢"
        r"|输|打|对阵|优势|弱点|比"
    ),
    I,
)
_ADVICE = worded(
    (
        r"^\W*objections?\b\W|\b(?:now what|what now|any (?:advice|tips|ideas?)|come ?backs?|how do i get"
        r"|what do (?:i|we|you) (?:do|say|tell)|what should (?:i|we) (?:do|say|never|avoid)|how (?:do|should"
        r"|can|would) (?:i|we|you) (?:handle|respond|react|answer|deal with|counter|reply))\b"
        r"|怎么办|咋回|咋办|咋说|怎么应对"
        r"|怎么处理|如何应对|怎么回答|怎么说"
    ),
    I,
)
_OBJECTED = worded(
    (
        r"\b(?:buyers?|customers?|prospects?|clients?|they|he|she|cfo|boss) (?:just )?(?:goes?|says?|said"
        r"|keeps? saying|is like|are like|tells? me|told me)\W*[\"“]|(?:客户|对方|他们?)(?:总)?说\W*[\"“]"
    ),
    I,
)
FOLLOW_WORDS, FOLLOW_CHINESE = 9, 16


def read_follow_aid(said: Said, context: Context) -> Command | None:
    """“another one”, “for a CFO instead”, “in chinese?”, “when does it end” after aids were shown."""
    text = said.own
    if not context.aids_in_thread or len(text.split()) > FOLLOW_WORDS or len(HAS_CJK.findall(text)) > FOLLOW_CHINESE:
        return None
    if any(cue.search(text) for _, cue in cues.ACTIVITY) or cues.CHANGES_FIRST.match(text):
        return None
    if _SHARES.search(text):
        return FollowAid(words=said.text, share=True)
    if _SHORTER.search(text) and not read_pipeline(text, context):
        return FollowAid(words=said.text, brief=True)
    kind = kind_asked_for(text)
    if deal_words(text, context):
        return None
    if _ANOTHER.search(text):
        return FollowAid(words=said.text, kind=kind, another=True)
    if kind is None and cues.QUESTION.search(text) and _ABOUT_IT.search(text) and not read_pipeline(text, context):
        return AskLibrary(question=said.text, about_shown=True)
    if kind is None and _INSTEAD.search(text):
        return FollowAid(words=said.text)
    return None


_WANTS = worded(
    (
        r"\b(?:i|we)(?:'d| would| could)? (?:need|want|like|use)\b|\b(?:send|give|show|find|get|fetch) (?:me"
        r"|us)\b|(?:^|[,.;!?] ?|\band )(?:need|want|looking for|got|any|have (?:we|you)|is there|do (?:we"
        r"|you) have|what(?:'s| is)? (?:our|the|a good))\b|我(?:要|需要|想要)|给我|发我|帮我"
    ),
    I,
)
_REPORTED = worded(
    (
        r"\b(?:ask(?:s|ed|ing)?|request(?:s|ed)?|want(?:s|ed)? to (?:know|see)|said|says|told|whether"
        r"|if)\b[^,.;!?]{0,25}$|(?:问|要求|希望|说)[^,。;]{0,6}$"
    ),
    I,
)


def wants_aid(said: Said) -> bool:
    """Whether a message that reports something also asks for an aid itself, rather than telling that a customer did."""
    return any(not _REPORTED.search(said.own[: found.start()]) for found in _WANTS.finditer(said.own))


def read_aid(said: Said, context: Context) -> Command | None:
    """An aid asked for, or a question that only an aid's text answers."""
    competitor = next((name for name in context.competitors if _named(name, said.own)), None)
    if (
        competitor
        and _COMPETING.search(said.own)
        and (cues.QUESTION.search(said.own) or not any(cue.search(said.own) for _, cue in cues.ACTIVITY))
        and not cues.LOST.search(said.own)
    ):
        inside = re.search(r"^\W*(?:when|what|which|why|who|where|does|do|is|are)\b|什么|哪些", said.own, I)
        return (
            AskLibrary(question=said.text)
            if inside and not aid_cues()["battle_card"].search(said.own)
            else FindAid(kind="battle_card", words=said.text)
        )
    for kind, cue in aid_cues().items():
        if cue.search(said.own) and not (
            kind == "reference_story" and re.search(r"\bin reference\b|\bfor reference\b", said.own, I)
        ):
            if _ASKS_INSIDE.search(said.own) and kind not in {
                "pain_sheet",
                "battle_card",
                "product_update",
                "value_proposition",
            }:
                return AskLibrary(question=said.text)
            return FindAid(kind=kind, words=said.text, deal=deal_words(said.own, context))
    objected = _OBJECTED.search(said.text) and not any(cue.search(said.own) for _, cue in cues.ACTIVITY)
    return (
        AskLibrary(question=said.text)
        if objected or (_ADVICE.search(said.own) and not deal_words(said.own, context))
        else None
    )


def _named(name: str, text: str) -> bool:
    """Whether a competitor stands in a text, as one word or apart: Ironfang, iron fang."""
    return (
        name.casefold() in text.casefold()
        if HAS_CJK.search(name)
        else bool(re.search(rf"(?<![A-Za-z0-9_]){loose(name)}(?:'?s)?(?![A-Za-z0-9_])", text, I))
    )
