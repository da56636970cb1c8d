"""What is asked of the library and of the pipeline: aids, answers, summaries, lists of deals."""

import re
from datetime import date
from decimal import Decimal
from typing import Any

from bot.commands import AskLibrary, Command, FindAid, ListDeals, ShowDeal, SummarizePipeline, Unsupported
from bot.domain.text import HAS_CJK, simplified
from bot.language.entities.dates import DateSaid, find_dates
from bot.language.entities.money import find_money
from bot.language.reading import Reading, Said
from bot.language.rules import cues

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
_PIPELINE = re.compile(
    r"\bpipe(?:line)?\b|\bforecast\b|\bcoverage\b|\bwin[- ]rate\b|\bquota\b|\bhygiene\b|\b(?:my|our|team'?s?) numbers\b|\bpipe\w* summary\b|\bsummary (?:for|of) (?:my|the|our)\b|\bhow (?:is|are|'s) .+ (?:doing|tracking|looking)\b|\bhow am i (?:doing|tracking)\b|\bhow much (?:did|have|has) .+ (?:won|win|close|closed|sold)\b"
    r"|\bwhat should (?:i|we) fix\b|\b(?:weighted|slippage|velocity)\b|管道|汇总|预测|配额|赢单率|完成率|业绩",
    I,
)
_COMPARE = re.compile(r"\b(\w[\w ]*?) (?:vs\.?|versus|against|compared (?:to|with)) (\w[\w ]*)|(\S+)(?:对比|和)(\S+)(?:对比|比较)", I)
_BY = re.compile(r"\bby (rep|person|owner|seller|stage|region|team|manager)s?\b|按(人|销售|阶段|区域|地区|团队)", I)
_BY_MEANS = {"person": "rep", "owner": "rep", "seller": "rep", "team": "region", "manager": "region", "人": "rep", "销售": "rep", "阶段": "stage", "区域": "region", "地区": "region", "团队": "region"}
_DEALS = re.compile(
    r"\bdeals?\b|\bopps?\b|\bopportunit(?:y|ies)\b|\bwhat'?s? (?:is )?(?:closing|been pushed|stuck|stalled|slipping|slipped|at risk|due)\b|\bwhats (?:closing|been pushed|stuck|stalled|slipping)\b|\bpushed (?:twice|\w+ times)"
    r"|\bwhat (?:did|have) (?:we|i|they|\w+) (?:lose|lost|win|won|close)\b|商机|单子|丢了哪些|哪些单",
    I,
)
_ONE_DEAL = re.compile(r"\b(?:the|my|our) (?P<name>(?:[\w&'-]+ ){1,4})(?:deal|opp|opportunity)\b", I)
_LISTS = re.compile(r"\b(?:list|show|which|what|whats|what's|top|all|any|find|give|how many|biggest|largest|my|deals|closing|stuck|stalled)\b|哪些|列出|有哪些|多少|前", I)
_TOP = re.compile(r"\btop (\d+|three|five|ten)\b|\b(\d+) (?:biggest|largest|top)\b|\b(?:biggest|largest) (\d+)?|前(\d+|三|五|十)", I)
_WORDS = {"three": 3, "five": 5, "ten": 10, "三": 3, "五": 5, "十": 10}
_AGE = re.compile(r"(?:stuck|in (?:their|the|its|one|same) stage|sitting|aged?|older|stage)\D{0,40}?(\d+)\s*(?:\+\s*)?days|(\d+)\s*(?:days|天).{0,20}(?:stage|阶段)|(?:超过|多于)\s*(\d+)\s*天", I)
_PUSHED = re.compile(r"\bpushed (?:(twice|once|three times|\d+ times|\d+x)(?: or more)?|more than (once|twice|\d+)|out|back)?|推迟(?:了)?(\d+|两|三)次", I)
_NO_STEP = re.compile(r"\b(?:without|with no|missing|no|lacking)(?: an?| any)? next steps?\b|没有下一步|缺少下一步", I)
_STALLED = re.compile(r"\bstalled\b|\bgone quiet\b|\bno activity\b|\bstale\b|停滞|没有动静|没动静", I)
_LOST_TO = re.compile(r"\b(?:lose|lost|losing|losses)\b|丢|输", I)
_WON = re.compile(r"\b(?:won|win|wins|closed[- ]won|signed)\b|赢单|赢了|成交", I)
_SHOW = re.compile(
    r"^\W*(?:show(?: me)?|pull up|open|look up|what'?s? (?:is )?(?:happening|going on|happened|the (?:status|latest|state|story|amount|stage|close date|next step))|what (?:was|is) the last (?:thing|touch|activity|contact|call|meeting|note)|what (?:happened|is the status)|whats (?:up|the status|happening)|status|where are we|how'?s|tell me about|details|update me|give me an update|when does|when is|what stage)\b"
    r"|怎么样了|进展|什么情况|看一下|查一下|显示",
    I,
)
_LATER = (
    ("coaching", re.compile(r"\bcoach\b|\bwhere (?:do|does|did|am) .+ (?:lose|losing)\b|\bdiagnos(?:e|is)\b|辅导|诊断", I)),
    ("plans", re.compile(r"\b(?:opportunity|account|territory|close|mutual|joint) plan\b(?! together| with the)|\bprep(?:are)? me\b|\bbrief (?:me|for)\b|\bmeeting brief\b|客户计划|商机计划|区域计划|帮我准备", I)),
    ("schedules", re.compile(r"\bpost this\b|\bevery (?:mon|tues|wednes|thurs|fri)day\b|\bschedule (?:this|a digest|the digest)\b|\bsnooze\b|\bwhat'?s scheduled\b|\bcancel (?:it|the digest)\b|\bmorning (?:msgs?|messages?|dms?)\b|每周.发|定时", I)),
    ("marketing", re.compile(r"\bwhat did people (?:look|ask|search)\b|\bmarketing report\b|\bwhich aids\b|\bmissing aids\b|\blibrary gaps?\b", I)),
)
_TEAM = re.compile(r"\b(?:my|the|our)\s+team'?s?\b|\bteam\b|团队|我们组", I)
_OWN = re.compile(r"\b(?:my|mine|me|am i|i)\b|我的|我自己|我", I)


def read_request(said: Said, reading: Reading) -> Command | None:
    """A question to the pipeline or the library; None where the message asks neither."""
    text = simplified(said.text)
    for what, cue in _LATER:
        if cue.search(text):
            return Unsupported(what=what)
    aid = _aid(said, reading)
    if aid:
        return aid
    return _follow_up(text, reading) or _pipeline(text, reading) or _deals(text, reading) or _show(text, reading)


def _aid(said: Said, reading: Reading) -> Command | None:
    for kind, cue in AID_KINDS:
        if cue.search(said.own) and not (kind == "reference_story" and re.search(r"\bin reference\b|\bfor reference\b", said.own, I)):
            if _ASKS_INSIDE.search(said.own) and kind not in {"pain_sheet", "battle_card", "product_update"}:
                return AskLibrary(question=said.text)
            return FindAid(kind=kind, words=said.text, deal=_deal_words(said.own, reading))
    return None


def _deal_words(text: str, reading: Reading) -> str:
    spans = [n for n in reading.lexicon.names_in(text, {"account", "deal"}) if n.score >= 0.3]
    if not any(n.kind == "account" for n in spans):
        spans = [n for n in spans if n.score >= 0.6]
    return " ".join(text[a:b] for a, b in sorted({(n.start, n.end) for n in spans}))


def _period(text: str, reading: Reading, *, ahead: bool) -> DateSaid | None:
    found = find_dates(text, reading.today, ahead=ahead, fiscal=reading.fiscal, day_first=reading.day_first)
    return next((d for d in found if d.grain != "day"), None) or next(iter(found), None)


def _whose(text: str, reading: Reading) -> str:
    """The words for people, teams and regions in a text."""
    parts = [text[m.start() : m.end()] for m in [_TEAM.search(text)] if m]
    for region in reading.regions:
        if re.search(rf"\b{re.escape(region)}\b" if region.isascii() else re.escape(region), text, I):
            parts.append(region)
    people = sorted(reading.lexicon.names_in(text, {"person"}), key=lambda n: n.start)
    parts += [text[n.start : n.end] for n in people if n.score >= 0.4]
    if not parts:
        own = _OWN.search(text)
        if own:
            parts.append("me")
        elif re.search(r"\b(?:all|everyone|company|whole|entire|overall)\b|全部|公司|所有", text, I):
            parts.append("all")
    return ", ".join(dict.fromkeys(parts))


def _span(said: DateSaid | None) -> dict[str, date | None]:
    return {"period_from": said.period.start if said else None, "period_to": said.period.end if said else None}


def _by(text: str) -> Any:
    by = _BY.search(text)
    word = (by.group(1) or by.group(2)).lower() if by else None
    return _BY_MEANS.get(word, word) if word else None


def _pipeline(text: str, reading: Reading) -> Command | None:
    whose = _whose(text, reading)
    compare = _COMPARE.search(text)
    if compare and len(whose.split(", ")) >= 2:
        return SummarizePipeline(whose=whose, by="compare", **_span(_period(text, reading, ahead=False)))
    if not _PIPELINE.search(text) or (_DEALS.search(text) and _LISTS.search(text) and not re.search(r"pipeline|summary|汇总", text, I)):
        return None
    ahead = bool(re.search(r"forecast|预测", text, I))
    deal = _deal_words(text, reading)
    if deal and not whose:
        return ListDeals(deal=deal, **_span(_period(text, reading, ahead=ahead)))
    return SummarizePipeline(whose=whose, by=_by(text), **_span(_period(text, reading, ahead=ahead)))


def _deals(text: str, reading: Reading) -> Command | None:
    if not _DEALS.search(text) and not _TOP.search(text) and not _STALLED.search(text):
        return None
    if not (_LISTS.search(text) or cues.QUESTION.search(text)):
        return None
    if re.search(r"\bone of my deals\b", text, I):
        return None
    one = _ONE_DEAL.search(text)
    if one and not _deal_words(text, reading) and reading.lexicon.strangers(one["name"]):
        return ShowDeal(deal=one["name"].strip())
    lost, won = bool(_LOST_TO.search(text)), bool(_WON.search(text))
    state = "lost" if lost else "won" if won else "open"
    pushed, age, top = _PUSHED.search(text), _AGE.search(text), _TOP.search(text)
    money = [m for m in find_money(text) if m.sure]
    reason = next((name for name, cue in cues.LOSS_REASONS if cue.search(text)), None) if lost else None
    times = next((g for g in pushed.groups() if g), "") if pushed else ""
    count = next((g for g in top.groups() if g), "5") if top else None
    period = _period(_without(text, age), reading, ahead=state == "open")
    return ListDeals(
        deal=_deal_words(text, reading) if not HAS_CJK.search(text) or state == "open" else "",
        whose=_whose(text, reading),
        state=state,
        min_days_in_stage=int(next(g for g in age.groups() if g)) if age else None,
        min_pushes=_times(times) if pushed else None,
        stalled=bool(_STALLED.search(text)),
        without_next_step=bool(_NO_STEP.search(text)),
        min_amount=money[0].amount if money and re.search(r"over|above|more than|bigger|larger|>|超过|以上", text, I) else None,
        loss_reason=reason,
        top=_WORDS.get(count.lower()) or int(count) if count else None,
        **_span(period),
    )


def read_selection(text: str, reading: Reading) -> ListDeals:
    """The open deals that words such as `all my stalled deals closing this month` mean."""
    age = _AGE.search(text)
    money = [m for m in find_money(text) if m.sure]
    period = _period(_without(text, age), reading, ahead=True)
    return ListDeals(
        deal=_deal_words(text, reading),
        whose=_whose(text, reading) or "me",
        stage=next((s.name for s in reading.stages if s.name.casefold() in text.casefold()), None),
        min_days_in_stage=int(next(g for g in age.groups() if g)) if age else None,
        stalled=bool(_STALLED.search(text)),
        without_next_step=bool(_NO_STEP.search(text)),
        min_amount=money[0].amount if money and re.search(r"over|above|more than|bigger|larger|>|超过|以上", text, I) else None,
        **_span(period),
    )


def _without(text: str, match: re.Match[str] | None) -> str:
    return text if match is None else text[: match.start()] + text[match.end() :]


def _times(words: str) -> int:
    words = words.lower()
    if words.startswith("once"):
        return 1
    if words.startswith(("twice", "两")):
        return 2
    if words.startswith(("three", "三")):
        return 3
    digits = re.match(r"\d+", words)
    return int(digits.group()) if digits else 1


def _show(text: str, reading: Reading) -> Command | None:
    if not _SHOW.search(text) and not (cues.QUESTION.search(text) and re.search(r"\b(?:log|logged|record)\b", text, I)):
        return None
    deal = _deal_words(text, reading)
    if not deal:
        unknown = re.match(r"^\W*(?:show(?: me)?|pull up|open|look up|status of|tell me about)\s+(?:the |my )?(.+?)\W*$", text, I)
        deal = unknown.group(1) if unknown else ""
    return ShowDeal(deal=deal) if deal else None


def _follow_up(text: str, reading: Reading) -> Command | None:
    """"just nadia", "and last quarter?", "by rep", "only over 50k" after a summary or a list."""
    if reading.last_query is None or len(text.split()) > 7 or _PIPELINE.search(text) or _DEALS.search(text):
        return None
    whose, period, by = _whose(text, reading), _period(text, reading, ahead=False), _by(text)
    money = [m for m in find_money(text) if m.sure]
    changed: dict[str, Any] = {}
    if whose and whose != "me":
        changed["whose"] = whose
    if period:
        changed |= _span(period)
    query = dict(reading.last_query)
    if by and query.get("command") == "SummarizePipeline":
        changed["by"] = by
    if money and query.get("command") == "ListDeals":
        changed["min_amount"] = Decimal(money[0].amount)
    if not changed or not re.match(r"^\W*(?:just|only|and|what about|how about|now|same|for|by|ok|show|only the|那|只看|按|换成)\b|^\W*(?:那|只看|按|换成)", text, I):
        return None
    kind = query.pop("command")
    model: type[Command] = SummarizePipeline if kind == "SummarizePipeline" else ListDeals
    return model.model_validate({**query, **changed})
