"""Questions to the pipeline: summaries, lists of deals, one deal, and what a short follow-up changes."""

import re
from datetime import date, timedelta
from typing import Any

from bot.contract.commands.asking import Breakdown, ListDeals, ReportView, ShowDeal, SummarizePipeline
from bot.contract.commands.base import Command
from bot.contract.commands.talking import Unsupported
from bot.domain.periods import Period
from bot.domain.text import HAS_CJK, worded
from bot.language.context import Context
from bot.language.rules import cues
from bot.language.rules.filters import (
    blanked,
    created_span,
    deal_words,
    number,
    period_said,
    periods_said,
    pushes_said,
    read_filter,
    span,
    strangers,
    stray,
    whose,
    without_spans,
)
from bot.language.spans.dates import find_dates
from bot.language.spans.money import find_money

I = re.IGNORECASE
TOP_MOST = 100
_VIEWS: tuple[tuple[ReportView, re.Pattern[str]], ...] = (
    (
        "scoreboard",
        worded(
            (
                r"\bscore ?board\b|\bcapture rate\b|\bfreshness\b|\badoption\b|\bhow well (?:do|are) (?:we"
                r"|my team|they) (?:log|keep)\w*|记分|录入率|使用情况"
            ),
            I,
        ),
    ),
    (
        "movement",
        worded(
            (
                r"\bwhat(?:'?s| has| have| is)? (?:all )?(?:changed|moved|different|new in (?:the|my"
                r"|our) pipe\w*)\b|\bwaterfall\b|\bcatch me up\b|\bwhat did (?:i|we) miss\b|\bwhat(?:'s"
                r"| has)? happened (?:on|to|with|in) (?:my|our|the) (?:deals|pipeline|pipe|team|book)\b|发生了什么"
                r"|错过了什么|\bmovements?\b|\bhow (?:has|did) .{0,30}(?:pipeline|pipe) (?:change|move)d?\b|变化|变动"
                r"|有什么不同"
            ),
            I,
        ),
    ),
    ("conversion", worded(r"\bconversions?\b|\bconvert(?:s|ed|ing)?\b|\bfunnel\b|转化", I)),
    (
        "forecast",
        worded(
            (
                r"\bfore?casts?\b|\bwhere (?:will|are) (?:we|i) (?:land|end up|going to land)\b"
                r"|\bgoing to (?:land|make|hit)\b|\b(?:will|can|do|are|am) (?:we|i"
                r"|you think we) .{0,15}\b(?:make|hit|reach|get)\w*\b.{0,20}\b(?:it|quota|target|number"
                r"|there)\b|\bwill (?:we|i) (?:make|hit|reach)\b|(?<!in )\bcommit (?:for|this|number)\b"
                r"|(?<!in )\bcommit\b.{0,12}\b(?:this|next) (?:quarter|month|q)|预测|能完成|能否完成|能不能完成"
            ),
            I,
        ),
    ),
    (
        "hygiene",
        worded(
            (
                r"\bhygiene\b|\bdata (?:problems?|issues?|gaps?|errors?|mess)\b|\bincomplete\b"
                r"|数据(?:不全|有?问题|缺失)"
                r"|\bwhat (?:should|do|must|can) (?:i|we) (?:have to |need to )?(?:fix|clean|tidy|update)\b"
                r"|\bdata quality\b|\bclean ?up\b|\bwhat needs (?:fixing|cleaning|updating|attention)\b|数据质量|要补"
                r"|该补|需要更新|该修|要修|数据卫生"
            ),
            I,
        ),
    ),
)
_PIPELINE = worded(
    r"\bpipe(?:line)?s?\b|^\W*(?:the |my |our |just )*numbers\b|\bfore?casts?\b|\bcoverage\b|\b(?:win|hit"
    r"|close|closing|success)[- ]?rates?\b|\bquota\b|\bhygiene\b|\battainment\b|\b(?:sales )?cycles?\b"
    r"|\b(?:my|our|the|team'?s?) numbers\b|\bnumbers (?:for|by)\b|\bpipe\w* summary\b|\bsummary (?:for"
    r"|of) (?:my|the|our)\b|\b(?:team|weekly|monday) (?:summary|overview|report)\b"
    r"|\bhow(?:'?s| is| are| did| was| were) .+ (?:doing|tracking|looking|do|going|performing|perform"
    r"|shaping up)\b|\bhow .{2,40} (?:is|are|was|were) (?:doing|tracking|looking|going|performing"
    r"|shaping up)\b|\bare we covered\b|\bhow long (?:does|do|did|is|are) .{0,25}\b(?:win|close|cycle|sale"
    r"|take)\b|\bhow am i (?:doing|tracking)\b|\bhow much (?:did|have|has|is|are|do) .+ (?:won|win|close"
    r"|closed|sold|sell|open|lost|lose)\b|\bwhere (?:do|are) (?:i|we) stand\b"
    r"|\b(?:weighted|slippage|velocity)\b|\b(?:total|sum) of\b|\b(?:average|mean|avg) (?:deal|size|value"
    r"|amount|order|contract|ticket)\b|\btrends?\b|\brevenue\b|\bbookings?\b|管道|漏斗|汇总|预测"
    r"|配额|指标|赢单率|胜率|完成率"
    r"|业绩|(?:签|赢|做|卖)(?:了|下)?多少|多少钱的单|销售周期|多长时间|多久.{0,6}(?:成交|赢单|签)|覆盖率"
    r"|概况|总览|怎么样了?$|表现|趋势",
    I,
)
_BY = worded(
    r"\b(?:by|per|each|for each|broken down by|split by|grouped by) (?P<en>rep|person|people|owner|seller"
    r"|stage|region|territory|office|team|manager|product|industry|vertical|sector|month|quarter"
    r"|forecast(?: category)?|category)s?\b"
    r"|(?:按|分|各)(?:个|照)?(?P<zh>人|销售代表|销售员|销售|成员|阶段|区域|大区|地区|团队|经理|产品|行业"
    r"|月份?|季度|预测类别)",
    I,
)
_BY_MEANS: dict[str, Breakdown] = {
    "person": "rep", "people": "rep", "owner": "rep", "seller": "rep", "team": "manager", "territory": "region",
    "office": "region", "vertical": "industry", "sector": "industry",
    "category": "forecast", "forecast category": "forecast", "人": "rep", "销售代表": "rep", "销售员": "rep",
    "销售": "rep",
    "成员": "rep", "阶段": "stage", "区域": "region", "大区": "region", "地区": "region", "团队": "manager",
    "经理": "manager", "产品": "product", "行业": "industry", "月": "month", "月份": "month", "季度": "quarter",
    "预测类别": "forecast",
}  # fmt: skip
_TREND = worded(
    r"\btrends?\b|\bover time\b|\bmonth (?:by|over|on) month\b|\bquarter (?:by|over|on) quarter\b|趋势|逐月|逐季", I
)
_SET_BESIDE = worded(
    (
        r"\b(?:vs\.?|versus|against|compared? (?:to|with)|compare|ahead|better|leading|behind"
        r"|beat\w*)\b|对比|比较|相比|比一下|比比|谁"
    ),
    I,
)
_LAST_ONE = worded(r"\b(?:the )?(?:last|previous|prior) one\b|\bthe one before\b|上(?:一)?个|前一个", I)
_VERSUS = worded(r"\b(?:vs\.?|versus|against|compared? (?:to|with)|or)\b|对比|比较|相比|与|和|跟", I)
_COMPARE_AND = worded(r"\bcompare\b.+\band\b", I)
_DEALS = worded(
    r"\bdeals?\b|\bopps?\b|\b(?:everything|anything|all|stuff|what(?:'?s| is| do (?:i|we) have)?"
    r"|any(?: of (?:mine|ours|them|those))?|ones?|things?)\b.{0,20}\b(?:open|closing|due to close|coming in"
    r"|landing)\b|\blost to\b.{0,30}\b(?:last|this|past|since|in)\b|\bopportunit(?:y|ies)\b"
    r"|\bwhat'?s? (?:is |are |has |have |all )?(?:been )?(?:closing|pushed|stuck|stalled|slipping|slipped"
    r"|at risk|due|landing|moved out|gone quiet)\b|\bpushed (?:twice|\w+ times)"
    r"|\bwhat (?:all )?(?:did|have|has) (?:we|i|they|\w+) (?:lose|lost|win|won|close)|\bwhich ones?\b"
    r"|\banything (?:closing|stuck|stalled|overdue)\b|(?:要|会|该|能)(?:关|成交|结)(?:单|掉)?的|商机"
    r"|单子|订单|项目|丢了(?:哪些"
    r"|什么)|哪些单|赢了(?:哪些|什么)|输了(?:哪些|什么)",
    I,
)
_ONE_DEAL = worded(r"\b(?:the|my|our) (?P<name>(?:[\w&'-]+ ){1,4})(?:deal|opp|opportunity)\b", I)
_LISTS = worded(
    (
        r"\b(?:list|show|which|what|whats|what's|top|all|any|anything|everything|find|give|how many|biggest"
        r"|largest|smallest|oldest|my|our|deals|opps|closing|stuck|stalled|slipped|pushed|open|lost to)\b|哪些|列出"
        r"|有哪些|多少|前|最大|有没有|几个|什么|的(?:商机|单子|项目|订单)\W*$|^\W*(?:丢|赢)"
    ),
    I,
)
_ASKS_WHICH = worded(
    (
        r"^\W*(?:and |so |ok |pls |please |hey )?(?:what|which|who|whats|show|list|any|anything|anyone|give"
        r"|find|where are|got any)\b|哪|列出|有没有|查"
    ),
    I,
)
_TOP = worded(
    (
        r"\btop (\d+|three|five|ten)\b|\b(\d+|three|five|ten) (?:biggest|largest|top|oldest|smallest)\b"
        r"|\b(?:biggest|largest|top|oldest) (\d+|three|five|ten)?|前(\d+|三|五|十)|最大的?(\d+|三|五|十)?"
    ),
    I,
)
_ORDERS = (
    ("age", worded(r"\b(?:oldest|longest|aged)\b|最久|最老", I)),
    ("quiet", worded(r"\bquietest\b|\blongest without\b", I)),
    ("close_date", worded(r"\b(?:by close date|soonest|next to close)\b|最快", I)),
)
_LOST_TO = worded(r"\b(?:lose|lost|losing|losses|loss|walked|churned)\b|丢|输", I)
_WON = worded(r"\b(?:won|win|wins|winning|closed[- ]won|signed)\b(?! rate)|赢单(?!率)|赢了|赢下|成交(?!日期)", I)
_BACK = worded(
    r"\b(?:won|win|wins|lost|lose|losses|did|was|were|last|closed|cycle|slippage|history|past)\b|赢|丢|输|上|过去|周期",
    I,
)
_MOVES = (
    (
        "back",
        worded(
            r"\b(?:moved|went|gone|slid|slipped|stepped|fell|fallen) (?:back|backwards?|down"
            r"|a stage back)\b(?! to (?:the )?(?:jan|feb|mar|apr|may|q\d))"
            r"|\bregress\w*|\bbackwards?\b|退回|倒退|回退",
            I,
        ),
    ),
    (
        "new",
        worded(
            (
                r"\bnew (?:deals?|opps?|opportunities|business|pipeline)\b|\b(?:deals?|opps?) (?:added|created"
                r"|opened)\b|\bwhat'?s new\b|新(?:增|建|开)?的?(?:商机|单子|项目)|新增"
            ),
            I,
        ),
    ),
    (
        "advanced",
        worded(r"\b(?:advanced|moved (?:forward|ahead|up)|progressed|moved stages?)\b|推进了|前进|升阶段|往前走", I),
    ),
    ("pushed", worded(r"\b(?:pushed|slipped|moved (?:out|back)|delayed)\b|推迟|延期|推后", I)),
)
_SHOW = worded(
    r"^\W*(?:show(?: me)?|pull up|open|look up|what'?s? (?:is )?(?:happening|going on|happened"
    r"|the (?:status|latest|state|story|amount|stage|close date|next step))|what (?:was"
    r"|is) the last (?:thing|touch|activity|contact|call|meeting|note)|what (?:happened|is the status)"
    r"|whats (?:up|the status|happening)|status|where are we|how'?s|tell me about|details|update me"
    r"|give me an update|when does|when is|what stage)\b"
    r"|怎么样了|进展|什么情况|看一下|查一下|显示",
    I,
)
_MINUS = worded(
    (
        r"\b(?:minus|except|excluding|without counting|other than|apart from|but not)\b.{0,30}\b(?:team|me|mine"
        r"|my|\w+'s)\b|除(?:了)?.{0,10}(?:以外|之外)"
    ),
    I,
)
_LEAD = worded(
    r"^\W*(?:(?:ok(?:ay)?|so|um+|uh+|hey|hi|well|right|please|pls|plz|just|now|quickly?|quick one|caddie)[\s,:]+)*"
    r"(?:(?:can|could|would|will) (?:you|i|we)(?: please| pls| also| kindly)? (?:please )?(?:pull(?: up)?"
    r"|show|list|give|get|see|have|find|tell|send|bring up)(?: me| us)?\b"
    r"|(?:i|we)(?:'d| would)? (?:need|want|like)(?: to (?:see|know|have))?\b|(?:remind|tell|show|give|get"
    r"|send|find|let) me(?: (?:see|know|again))?\b|pull(?: up)?(?= (?:my|our|the|all|every|a list))"
    r"|(?:a )?quick (?:look|view|status|check|rundown|overview|list)\b|what(?:'s| is| was| are) the list\b)"
    r"(?:[\s,]+(?:you know|again|please|pls|a|the|quick|full|complete|list|overview|look|view|status"
    r"|rundown|of|at|on|for|about|what|which|all))*[\s,:]*",
    I,
)
_NOUNS = worded(
    (
        r"\b(?:deals?|opps?|opportunit(?:y|ies)|ones|stuff|everything|things|business|wins?|won|lost|losses"
        r"|open|pipeline)\b|商机|单子|订单|项目|的\W*$|清单|列表"
    ),
    I,
)
_CHANGES = worded(
    (
        r"\b(?:move|moved|set|update|change|bump|mark|push (?!out)|slip it|log|add|create|assign|rename"
        r"|close it|put|now at|goes to|went to|is now|reminder|remind me to|follow up|call (?:him|her|them)"
        r"|send (?:the|a|an|him|her|them))\b|改成|改到|推到|移到|更新|记录|新建|提醒我"
    ),
    I,
)
_UNKNOWN = (
    worded(
        (
            r"\bhow(?:'?s| is| are| did| was) (?P<who>[\w .'-]+?) (?:doing|tracking|looking|do|going|performing"
            r"|perform|shaping up)\b"
        ),
        I,
    ),
    worded(
        (
            r"\b(?:pipeline|pipe|numbers|fore?cast|summary|quota|coverage|win[- ]?rate|attainment|deals) (?:for"
            r"|of) (?P<who>[\w .'-]+?)\W*$"
        ),
        I,
    ),
    worded(
        (
            r"\b(?P<who>[\w-]+)'s (?:deals|opps|ones|stuff|open|pipeline|pipe|numbers|fore?cast|summary|quota"
            r"|coverage|win[- ]?rate|attainment|deals)\b"
        ),
        I,
    ),
    worded(
        (
            r"\b(?:for|of|by|from|in) (?:the )?(?P<who>[\w'-]+(?: [\w'-]+)?) (?:team|region|territory|office"
            r"|group|guys|people|reps|market)\b"
        ),
        I,
    ),
    worded(r"\bowned by (?P<who>[\w .'-]+?)(?= in\b| over\b| above\b| under\b| closing\b|\W*$)", I),
    worded(
        (
            r"^(?P<who>[\u4e00-\u9fff]{2,4}?)(?:的(?:管道|业绩|预测|数字)|(?:这个?|本|上)(?:季度?"
            r"|月).{0,4}(?:怎么样|如何|多少)|怎么样|表现)"
        ),
        I,
    ),
)
_TEAM_ONLY = worded(r"team|团队", I)
_NO_SCOPE = {"it", "that", "what", "who", "their", "his", "her", "this", "there"}
_OURS = worded(
    (
        r"\b(?:my|our|we|i|us|it|things|everything|business|sales|quarter|month|year|team|pipeline|everyone"
        r"|q[1-4])\b|我|团队|大家|公司|整体|季度|本月|管道|商机|业绩|进展|最近|情况"
    ),
    I,
)
_FILLER = worded(
    (
        r"\b(?:and|just|only|the|for|of|in|at|on|what|how|about|now|same|with|by|ok|please|pls|plz|then|or"
        r"|deals?|ones?|those|them|to|closing|me|my|mine|show)\b|[那只看要按换成和与再的呢吧只有]|怎么样"
    ),
    I,
)
_THIS_ONE = worded(r"\b(?:this|the current) one\b|^\W*(?:and |what about |how about )?now\W*$", I)
_THOSE = worded(
    (
        r"\b(?:who owns|which (?:ones|deals)?|what are|what'?s? in|list|show(?: me)?|name)\b.{0,14}\b(?:those"
        r"|them|these|they|that)\b|\b(?:deals|ones|opps|what'?s?) (?:is |are )?behind (?:it|that|this|those"
        r"|them|these)\b|\bwhich (?:ones|deals)\b\W*$|\bwhose are (?:they|those|these)\b|(?:是)?哪(?:几|些)个?(?:单子"
        r"|商机)?\W*$|都?(?:是)?谁的|列出来"
    ),
    I,
)
_FOLLOWING = worded(
    (
        r"^\W*(?:make it|widen|narrow|extend|expand|include|change (?:it )?to|just|only|and|what about"
        r"|how about|now|same|for|by|ok|show|but|compare|without|with|top|over|under|minus|exclude|then|the)\b"
        r"|^\W*(?:那|只看|只要|按|换成|和|与|再|改成|分)"
    ),
    I,
)


def read_pipeline(text: str, context: Context) -> Command | None:
    """A question to the pipeline; None where the message asks none."""
    lead = _LEAD.match(text)
    if lead and lead.group().strip() and len(text) > lead.end():
        asked = text[lead.end() :]
        found = (
            _summary(asked, context) or _deals(f"list {asked}", context) or _noun_phrase(asked, context, asked_for=True)
        )
        if found:
            return found
    return (
        _follow_up(text, context)
        or _summary(text, context)
        or _deals(text, context)
        or _show(text, context)
        or _noun_phrase(text, context)
    )


def _noun_phrase(text: str, context: Context, *, asked_for: bool = False) -> Command | None:
    """Conditions without a verb: `jonas, negotiation or further, >300k`, `h1 wins for dach`, `gtx pro in the east, open
    ones`.
    """
    if not asked_for and re.match(r"^\W*(?:does|do|is|are|am|can|could|how|why|when|where|did|should)\b", text, I):
        return None
    if (
        _CHANGES.search(text)
        or any(cue.search(text) for _, cue in cues.ACTIVITY)
        or (not asked_for and strangers(without_spans(text), context))
    ):
        return None
    state = _state(text)
    found = read_filter(text, context, lost=state == "lost")
    when = span(without_spans(text), context, ahead=state == "open")
    plain = {"min_days_quiet", "min_days_in_stage", "min_pushes", "slipped_from"} & found.keys()
    whom = found.get("whose") not in {None, "me"} or "products" in found or "industry" in found
    which = {
        "stage",
        "min_amount",
        "max_amount",
        "finding",
        "forecast",
        "min_days_quiet",
        "min_days_in_stage",
        "min_pushes",
        "slipped_from",
        "loss_reason",
    } & found.keys()
    told_when = when["period_from"] is not None
    nouns = bool(_NOUNS.search(text))
    if "deal" in found and not (asked_for and (nouns or which or told_when)):
        return ShowDeal(deal=found["deal"]) if asked_for else None
    if (
        not (which and (whom or told_when or nouns or asked_for or plain))
        and not (nouns and (told_when or whom or asked_for))
        and not (asked_for and whom and told_when)
    ):
        return None
    return ListDeals(**{**found, **when_meant(text, state, found, when), "state": state})


def _by(text: str) -> Breakdown | None:
    found = _BY.search(text)
    if found:
        word = (found["en"] or found["zh"]).lower()
        means: Any = _BY_MEANS.get(word, word)
        return "month" if means == "月" else means
    if _TREND.search(text):
        return "quarter" if re.search(r"quarter|季", text, I) else "month"
    return None


def view_said(text: str) -> ReportView:
    return next((view for view, cue in _VIEWS if cue.search(text)), "summary")


def _summary(text: str, context: Context) -> Command | None:
    if _MINUS.search(text) and (_PIPELINE.search(text) or _DEALS.search(text)):
        return Unsupported(what="minus")
    view, by = view_said(text), _by(text)
    if view == "summary" and by is None and not _PIPELINE.search(text) and not _SET_BESIDE.search(text):
        return None
    who = whose(text, context)
    compared = _compared(text, who, context)
    if compared:
        return SummarizePipeline(**{**read_filter(text, context), "whose": who or "", **compared, "view": view})
    asks_list = _DEALS.search(text) and _LISTS.search(text) and not re.search(r"pipeline|summary|汇总|管道", text, I)
    if (
        view == "summary"
        and (
            not _PIPELINE.search(text)
            or (
                asks_list
                and by is None
                and not re.search(
                    r"\bhow much\b|win[- ]?rate|\b(?:average|mean|avg)\b|赢单率|胜率|周期|cycle|平均", text, I
                )
            )
        )
        and not (
            by
            and (
                _DEALS.search(text)
                or _WON.search(text)
                or _LOST_TO.search(text)
                or who
                or period_said(text, context, ahead=True)
            )
        )
    ):
        return None
    if (
        view == "movement"
        and len(text.split()) > 3
        and not re.search(
            r"pipe|deal|forecast|week|month|quarter|since|team|my|our|管道|商机|单|周|月|季|团队", text, I
        )
    ):
        return None
    found = read_filter(text, context)
    if view == "forecast":
        found.pop("forecast", None)
    if (
        found.get("deal")
        and not found.get("whose")
        and view in {"summary", "forecast"}
        and by is None
        and len(found) == 1
    ):
        return ListDeals(**found, **span(text, context, ahead=view == "forecast"))
    if "whose" not in found or _TEAM_ONLY.fullmatch(found["whose"]):
        unknown = _unknown(text, context)
        found |= {"whose": unknown} if unknown else {}
    when = _summed_over(text, view, context)
    created = created_span(text, when)
    return SummarizePipeline(**{**found, **(created or when), "view": view, "by": by})


def _summed_over(text: str, view: ReportView, context: Context) -> dict[str, date | None]:
    """The period of a summary: a quarter or month named alone is that of this year, unless the words look back or
    ahead.
    """
    text = without_spans(text)
    back = view == "movement" or bool(_BACK.search(text))
    when = span(text, context, ahead=not back)
    start = when["period_from"]
    named = re.search(r"\b(?:next|coming|20\d\d)\b|下|明年|20\d\d", text, I)
    if start and not back and view != "forecast" and start.year > context.today.year and not named:
        earlier = span(text, context, ahead=False)
        return earlier if earlier["period_from"] and earlier["period_from"].year == context.today.year else when
    return when


def _unknown(text: str, context: Context) -> str | None:
    """The words for somebody asked about whom nobody knows: the answer must say so, not give other numbers."""
    for cue in _UNKNOWN:
        found = cue.search(text)
        who = found["who"].strip() if found else ""
        if who and stray(who, context) and not _OURS.search(who) and who.lower() not in _NO_SCOPE:
            return who
    return None


def _compared(text: str, who: str, context: Context) -> dict[str, Any] | None:
    """Two of a kind beside each other: people or regions, or two periods."""
    if not _VERSUS.search(text) and not _COMPARE_AND.search(text):
        return None
    parts = [p for p in who.split(", ") if p]
    strict = _SET_BESIDE.search(text)
    if len(parts) >= 2 and strict:
        return {"by": "compare", **_summed_over(text, "summary", context)}
    periods = [said.period for said in periods_said(text, context)]
    if len(periods) == 1 and _LAST_ONE.search(text):
        periods.append(_before(periods[0], context))
    if len(periods) >= 2 and strict:
        first, second = periods[0], periods[1]
        return {
            "period_from": first.start,
            "period_to": first.end,
            "versus_from": second.start,
            "versus_to": second.end,
        }
    return None


def _state(text: str) -> str:
    return "lost" if _LOST_TO.search(text) else "won" if _WON.search(text) else "open"


def _deals(text: str, context: Context) -> Command | None:
    if not (_DEALS.search(text) or _TOP.search(text) or _ASKS_WHICH.search(text)):
        return None
    state = _state(text)
    found = read_filter(text, context, lost=state == "lost")
    flawed = {"finding", "min_days_quiet", "min_days_in_stage", "min_pushes"} & found.keys() and _ASKS_WHICH.search(
        text
    )
    if not _DEALS.search(text) and not _TOP.search(text) and not flawed:
        return None
    if not (_LISTS.search(text) or cues.QUESTION.search(text)) or re.search(r"\bone of my deals\b", text, I):
        return None
    one = _ONE_DEAL.search(text)
    if (
        one
        and not deal_words(text, context)
        and context.lexicon.strangers(one["name"])
        and not found.keys() - {"whose"}
    ):
        return ShowDeal(deal=one["name"].strip())
    top = _TOP.search(text)
    count = next((g for g in top.groups() if g), "5") if top else None
    if (
        not found.keys() - {"deal"}
        and found.get("deal")
        and re.search(r"(?:that|this|the) deal\b|怎么样|进展", text, I)
        and not top
    ):
        return None
    when = span(without_spans(text), context, ahead=state == "open" and "min_pushes" not in found)
    if HAS_CJK.search(text) and state != "open":
        found.pop("deal", None)
    order = next((name for name, cue in _ORDERS if cue.search(text)), "amount")
    if "whose" not in found:
        unknown = _unknown(text, context)
        found |= {"whose": unknown} if unknown else {}
    fields = {
        **found,
        **when_meant(text, state, found, when),
        "state": state,
        "order": order,
        "top": min(max(number(count), 1), TOP_MOST) if count else None,
    }
    return ListDeals(**fields)


def when_meant(text: str, state: str, found: dict[str, Any], when: dict[str, date | None]) -> dict[str, Any]:
    """What the period is about: moves in it, creation in it, or the close date."""
    move = next((name for name, cue in _MOVES if cue.search(text)), None) if state == "open" else None
    if (
        move
        and when["period_from"]
        and (move != "pushed" or pushes_said(text) in {None, 1})
        and not re.search(r"\bclosing\b", text, I)
    ):
        found.pop("min_pushes", None)
        return {"moved": move, "moved_from": when["period_from"], "moved_to": when["period_to"]}
    return created_span(text, when) or when


def _show(text: str, context: Context) -> Command | None:
    if not _SHOW.search(text) and not (cues.QUESTION.search(text) and re.search(r"\b(?:log|logged|record)\b", text, I)):
        return None
    deal = deal_words(text, context)
    if not deal:
        unknown = re.match(
            r"^\W*(?:show(?: me)?|pull up|open|look up|status of|tell me about)\s+(?:the |my )?(.+?)\W*$", text, I
        )
        deal = unknown.group(1) if unknown else ""
    return ShowDeal(deal=deal) if deal else None


def _follow_up(text: str, context: Context) -> Command | None:
    """“just nadia”, “and last quarter?”, “by rep”, “only over 50k” after a summary or a list."""
    if context.last_query and _THOSE.search(text) and len(text) < 50:
        kept = {k: v for k, v in context.last_query.items() if k in ListDeals.model_fields}
        return ListDeals.model_validate(kept)
    if context.draft and re.match(r"^\W*(?:make|change)\b", text, I):
        return None
    few = len(text.split()) <= 9 and len(text) <= (20 if HAS_CJK.search(text) else 70)
    if (
        context.last_query is None
        or not few
        or not (_FOLLOWING.search(text) or _by(text) or _only_narrows(text, context))
    ):
        return None
    if _DEALS.search(text) and not re.search(r"\b(?:only|just|those|them|of (?:those|these|them))\b|只", text, I):
        return None
    if _PIPELINE.search(text) and not re.match(r"^\W*(?:and|what about|how about|same|那)", text, I):
        return None
    query = dict(context.last_query)
    kind = query.pop("command")
    found, by = read_filter(text, context, lost=query.get("state") == "lost"), _by(text)
    when = span(without_spans(text), context, ahead=kind == "ListDeals" and query.get("state") == "open")
    changed = _changed(text, query, found, when, by, context)
    if not changed:
        return None
    if kind == "ListDeals" and by:
        kept = {k: v for k, v in {**query, **changed}.items() if k in SummarizePipeline.model_fields}
        return SummarizePipeline.model_validate({**kept, "view": "summary"})
    model: type[Command] = SummarizePipeline if kind == "SummarizePipeline" else ListDeals
    if (
        model is SummarizePipeline
        and {"min_amount", "max_amount", "finding", "min_pushes", "min_days_in_stage"} & found.keys()
        and re.search(r"deals?|opps?|ones|单", text, I)
    ):
        model = ListDeals
    return model.model_validate({k: v for k, v in {**query, **changed}.items() if k in model.model_fields})


def _only_narrows(text: str, context: Context) -> bool:
    """Whether nothing stands there but a period, an amount, names and small words: `next quarter`, `Lucy`, `over
    50k`.
    """
    spans = [
        (d.start, d.end)
        for d in find_dates(text, context.today, ahead=True, fiscal=context.fiscal, day_first=context.day_first)
    ]
    spans += [(m.start, m.end) for m in find_money(text)]
    spans += [
        (n.start, n.end) for n in context.lexicon.names_in(text, {"person", "product", "account"}) if n.score >= 0.5
    ]
    spans += [(m.start(), m.end()) for region in context.regions for m in re.finditer(re.escape(region), text, I)]
    return bool(spans) and not re.search(r"\w", _FILLER.sub(" ", blanked(text, spans)))


def _changed(
    text: str,
    query: dict[str, Any],
    found: dict[str, Any],
    when: dict[str, date | None],
    by: Breakdown | None,
    context: Context,
) -> dict[str, Any]:
    changed = {
        name: value
        for name, value in found.items()
        if not (name == "whose" and value == "me" and not re.search(r"\b(?:me|mine|my own)\b|我", text, I))
    }
    if _THIS_ONE.search(text) and query.get("period_from"):
        changed |= _present(query, context)
    elif when["period_from"]:
        move = query.get("moved") and {"moved_from": when["period_from"], "moved_to": when["period_to"]}
        changed |= move or when
    top = _TOP.search(text)
    if top and query.get("state"):
        changed["top"] = min(max(number(next((g for g in top.groups() if g), "5")), 1), TOP_MOST)
    if by:
        changed["by"] = by
    view = view_said(text)
    if view != "summary" and "view" in query:
        changed["view"] = view
    if "whose" in changed and query.get("by") == "compare":
        changed.setdefault("by", None)
    return changed


def _before(period: Period, context: Context) -> Period:
    """The period of the same kind before one."""
    days = (period.end - period.start).days
    last = period.start - timedelta(days=1)
    if days < 8:
        return Period(period.start - timedelta(days=days + 1), last)
    if days < 32:
        return Period.month(last.year, last.month)
    return context.fiscal.quarter_around(last) if days < 93 else context.fiscal.year(context.fiscal.year_of(last))


def _present(query: dict[str, Any], context: Context) -> dict[str, Any]:
    """The present period of the length that was asked about before."""
    days = (date.fromisoformat(str(query["period_to"])[:10]) - date.fromisoformat(str(query["period_from"])[:10])).days
    today, fiscal = context.today, context.fiscal
    now = (
        Period.week(today)
        if days < 8
        else Period.month(today.year, today.month)
        if days < 32
        else fiscal.quarter_around(today)
        if days < 93
        else fiscal.year(fiscal.year_of(today))
    )
    return {"period_from": now.start, "period_to": now.end}
