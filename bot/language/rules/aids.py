"""What is asked of the library: aids by kind, and questions about what they say."""

import re

from bot.commands import AskLibrary, Command, FindAid
from bot.language.reading import Reading, Said
from bot.language.rules.filters import deal_words

I = re.IGNORECASE
AID_KINDS = (
    ("pain_chain", re.compile(r"\bpain[- ]?chains?\b|\bchain of pains?\b|痛点链|痛苦链|痛链", I)),
    ("pain_sheet", re.compile(r"\bpain[- ]?sheets?\b|\bwhat (?:do|should|can|would|could|to) (?:i |we )?ask\b|\bquestions? (?:for|to ask|i should ask)\b|\bdiscovery questions\b|该问什么|问什么|问哪些|提问清单|痛点表", I)),
    ("value_proposition", re.compile(r"\bvalue[- ]?prop(?:osition)?s?\b|\bbusiness case for\b|价值主张|价值点", I)),
    ("promotion", re.compile(r"\bpromos?\b|\bpromotions?\b|\bspecial offers?\b|\bcampaigns?\b|促销|优惠|活动价", I)),
    ("battle_card", re.compile(r"\bbattle ?cards?\b|\bhow (?:do|can|to|should) (?:we |i )?(?:beat|win against|compete)|\bcompete (?:with|against)\b|竞争卡|怎么打败|如何打败|怎么赢", I)),
    ("product_update", re.compile(r"\bproduct updates?\b|\brelease notes?\b|\bwhat'?s new\b|\bwhats new\b|\banything new\b|\bnews on\b|\bproduct news\b|产品更新|新功能|有什么新", I)),
    ("best_practice", re.compile(r"\bbest practices?\b|\bplaybook\b|最佳实践|最佳做法", I)),
    ("reference_story", re.compile(r"\b(?:reference|success|customer|case) (?:story|stories|stud(?:y|ies)|customers?)\b|\breferences?\b|\bstory\b|\bstories\b|\bcase stud(?:y|ies)\b|成功案例|客户案例|案例|参考客户", I)),
)
_ASKS_INSIDE = re.compile(
    r"^\W*(?:what (?:was|is|are|were|did)|how (?:much|long|many|did|does|big)|when|who|does|do (?!we have|you have)|is (?!there)|are (?!there)|was|were|am i|can (?:i|we) (?!have|get)|where (?:can|do|does|is) (?:customers?|it|they)|why)\b"
    r"|多久|多少|几个月|是不是|能不能",
    I,
)


def read_aid(said: Said, reading: Reading) -> Command | None:
    """An aid asked for, or a question that only an aid's text answers."""
    for kind, cue in AID_KINDS:
        if cue.search(said.own) and not (kind == "reference_story" and re.search(r"\bin reference\b|\bfor reference\b", said.own, I)):
            if _ASKS_INSIDE.search(said.own) and kind not in {"pain_sheet", "battle_card", "product_update"}:
                return AskLibrary(question=said.text)
            return FindAid(kind=kind, words=said.text, deal=deal_words(said.own, reading))
    return None
