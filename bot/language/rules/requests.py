"""What is asked for: aids, answers, numbers, coaching, documents, schedules."""

import re

from rapidfuzz import fuzz, process

from bot.contract.commands.base import Command
from bot.contract.commands.guiding import AnnounceAid, BlankAid, ChangeAid, ReportAids
from bot.contract.phrases import aid_kinds
from bot.domain.text import simplified, worded
from bot.language.context import Context, Said
from bot.language.rules.aids import kind_asked_for, read_aid
from bot.language.rules.filters import span
from bot.language.rules.managing import read_managing
from bot.language.rules.questions import read_pipeline

_WORDS = (
    "which", "what", "anything", "everything", "deals", "deal", "closing", "closes", "month", "quarter", "week", "year",
    "pipeline", "forecast", "summary", "stalled", "pushed", "without", "next", "step", "amount", "account",
    "opportunity",
    "territory", "coach", "biggest", "overdue", "schedule", "cancel", "compare", "region", "product", "industry",
    "stage", "team", "quota", "coverage", "hygiene", "conversion", "brief", "prepare", "morning", "messages",
)  # fmt: skip
_SHORT = {"r": "are", "u": "you", "ur": "your"}
_SPELT_OUT = (
    (worded(r"\bw/o\b", re.I), "without"),
    (worded(r"\bqtr\b", re.I), "quarter"),
    (worded(r"\b(?:the )?(?:whole|full|entire) (?=(?:quarter|month|year|week)\b)", re.I), "this "),
)
QUESTION_MOST = 12
_MARKETING = worded(
    r"\bwhat (?:did|do|have|are) (?:people|reps|they|the reps|sales|the team|everyone) (?:been )?(?:look"
    r"|ask|search)\w*\b|\bmarketing report\b|\b(?:which|what|whose) (?:\w+ )?(?:aids?|job aids|content"
    r"|material|collateral|assets)\b.{0,40}\b(?:use|used|asked|shown|works?|working|popular|ignored|unused"
    r"|missing|never)\b"
    r"|\b(?:missing|unused|most used|least used|popular|top|best rated|worst rated) (?:job )?(?:aids"
    r"|content|assets|material)\b|\b(?:library|content|knowledge) (?:gaps?|usage|report|use)\b"
    r"|\bgaps? in (?:the |our )?(?:library|content|aids)\b|\b(?:questions?|requests?) (?:with(?:out)?"
    r"|that had|with no) (?:no |a |any )?(?:good )?answers?\b|\bwhat(?:'s| is) missing (?:in|from) (?:the "
    r"|our )?(?:library|content)\b|\bwhat should (?:marketing|we) write (?:next)?\b|\b(?:usage"
    r"|use) of (?:the |our )?(?:job )?(?:aids|library|content)\b"
    r"|(?:资料|工具|案例|内容).{0,8}(?:使用|用得|最常用|没人用|缺)|缺(?:什么|哪些)(?:资料|内容|案例)|市场报告|大家(?:都)?在?(?:找|问|搜)什么|没有答案的问题",
    re.I,
)
_ANY_AID = (
    r"draft|aid|story|stories|chain|sheet|prop|practice|update|promo|offer|card"
    r"|版|草稿|资料|主张|\b[a-z]{2}-[\w-]+"
)
_AID_WORDS = "(?:" + "|".join([*(re.escape(n) for k in aid_kinds().values() for n in k.names), _ANY_AID]) + ")"
_APPROVES = worded(
    rf"^\W*(?:please |pls )?(?:approve|publish)\s+(?P<en>.*{_AID_WORDS}.*)$|^\W*(?:批准|发布)(?P<zh>.*{_AID_WORDS}.*)$",
    re.I,
)
_ANNOUNCES = worded(r"^\W*(?:please |pls |can you )?announce\s+(?P<en>.+)$|^\W*(?:宣布|公布)(?P<zh>.+)$", re.I)
_WHERE = worded(
    (
        r"\b(?:here|in (?:this|the) (?:channel|thread)|(?:in|to|on)\s+(?:#[\w-]+(?:\s*(?:,|and"
        r"|&)\s*#[\w-]+)*)?\s*$)|\b(?:to everyone|to all|please|pls)\b|到?这里"
    ),
    re.I,
)
_RETIRES = worded(
    (
        rf"^\W*(?:please |pls )?(?:retire|withdraw|unpublish)\s+(?P<en>.*{_AID_WORDS}.*)$|^\W*(?:下架|停用"
        rf"|撤下)(?P<zh>.*{_AID_WORDS}.*)$"
    ),
    re.I,
)


_BLANK = worded(
    (
        r"\b(?:form|template|blank|skeleton)\b.{0,12}\b(?:for|of)\b|^\W*(?:(?:a|an|the|give me|send me|i need"
        r"|need) )*(?:blank|empty|new)\b.{0,24}\b(?:form|template)\b|\b(?:blank|empty)\b|(?:空白|模板|模版|表单)"
    ),
    re.I,
)


def read_request(said: Said, context: Context) -> Command | None:
    """A request that only reads; None where the message is none."""
    text = simplified(said.text)
    for short, long in _SPELT_OUT:
        text = short.sub(long, text)
    if _MARKETING.search(text):
        return ReportAids(**span(text, context, ahead=False))
    blank = kind_asked_for(text) if _BLANK.search(text) else None
    if blank:
        return BlankAid(aid=blank)
    announced = _ANNOUNCES.match(text)
    if announced:
        return AnnounceAid(words=_WHERE.sub(" ", announced["en"] or announced["zh"]).strip())
    for cue, status in ((_APPROVES, "approved"), (_RETIRES, "retired")):
        asked = cue.match(text)
        if asked:
            return ChangeAid(words=(asked["en"] or asked["zh"]).strip(), status=status)
    found = read_managing(text, context) or read_aid(said, context) or read_pipeline(text, context)
    mended = _mended(text, context) if found is None and len(text.split()) <= QUESTION_MOST else text
    return found if mended == text else read_managing(mended, context) or read_pipeline(mended, context)


def _mended(text: str, context: Context) -> str:
    """The text with the everyday words of questions spelt right: `wich deels r closng`; names stay as they are."""
    strange = {text[start:end].lower() for start, end in context.lexicon.strangers(text)}

    def right(match: re.Match[str]) -> str:
        word = match.group().lower()
        if word in _SHORT:
            return _SHORT[word]
        if len(word) < 4 or word in _WORDS or word not in strange:
            return match.group()
        near = process.extractOne(word, _WORDS, scorer=fuzz.ratio, score_cutoff=80)
        return str(near[0]) if near else match.group()

    return re.sub(r"[a-zA-Z']+", right, text)
