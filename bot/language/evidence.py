"""What notes say for and against the six factors of a deal, sentence by sentence."""

import re
from collections.abc import Iterator
from datetime import date

from bot.domain.text import simplified, worded
from bot.pipeline.factors import FactorName, Sign

I = re.IGNORECASE
SENTENCE_MOST = 220
_SENTENCES = worded(r"[^.!?;\n。!?;]*(?:[.](?=\d)[^.!?;\n。!?;]*)*[.!?;。!?;]?")
_CUES: tuple[tuple[FactorName, bool, re.Pattern[str]], ...] = (
    (
        "pain",
        False,
        worded(
            (
                r"\bno (?:real |big )?(?:pain|problem|issue)s?\b|\bnot (?:a|their|really a) (?:priority|problem"
                r"|pain|issue)\b|\bhappy with (?:what|the|their|how)\b|\bnice[- ]to[- ]have\b|\bworks fine\b"
                r"|没有?(?:什么)?(?:痛点|问题)|不是(?:重点|问题)|现状(?:还)?(?:可以|不错)|挺满意"
            ),
            I,
        ),
    ),
    (
        "pain",
        True,
        worded(
            r"\b(?:pains?|problems?|struggl\w+|suffer\w*|frustrat\w+|complain\w*|losing|loses|loss(?:es)?"
            r"|wast\w+|downtime|outages?|delays?|late\b|errors?|mistakes?|defects?|penalt\w+|fines?\b"
            r"|overtime|scrap|rework|breakdowns?|stockouts?|shortages?|backlog|bottlenecks?|too (?:slow"
            r"|long|many|much)|nobody trusts|no idea|by hand|manual(?:ly)?|costs? (?:them|us)|went up"
            r"|went over|failed|failing|broken|churn|audit finding)\b"
            r"|痛点|问题|困扰|头疼|投诉|损失|浪费|停机|故障|返工|报废|罚款|太慢|延误|延迟|错误|缺货|积压"
            r"|手工|人工|上涨|超支|不准|漏",
            I,
        ),
    ),
    (
        "power",
        False,
        worded(
            (
                r"\b(?:not|isn'?t|no) (?:the |a )?(?:decision[- ]maker|economic buyer|authority)\b|\b(?:no"
                r"|without|can'?t get|cannot get|hasn'?t got|never met|still no|not yet) (?:access|through"
                r"|a meeting|met|in front of|an intro)\b|\bhas to (?:ask|check|go up|clear it)\b"
                r"|\bwon'?t (?:introduce|let us)\b|\bgatekeep\w*\b|\bonly (?:talk\w*|spoke\w*|know\w*) (?:to"
                r"|with)?\b|不是(?:决策|拍板)|要请示|没有?(?:决策权|拍板权)|见不到|没见(?:到|过)|不肯引荐"
            ),
            I,
        ),
    ),
    (
        "power",
        True,
        worded(
            r"\b(?:economic buyer|decision[- ]maker|signs? off|sign(?:ing)? authority|can sign|will sign"
            r"|budget (?:holder|owner|authority)|holds the budget|c[efiot]o\b|chief \w+|vp\b|vice president"
            r"|managing director|general manager|board|exec(?:utive)?s?|president"
            r"|owner of the)\b.{0,80}\b(?:joined|met|meets?|call\w*|talked|spoke|came|attended|agreed"
            r"|approved|approves|confirmed|wants|wanted|asked|said|says|likes?|backs|supports?|sponsor\w*"
            r"|introduc\w+|was there|on the call)\b"
            r"|\b(?:met|joined by|call with|meeting with|talked to|spoke (?:to|with)|intro(?:duced)? (?:to"
            r"|us to)|presented to|demo (?:to|for))\b.{0,40}\b(?:c[efiot]o|chief|vp|vice president|director"
            r"|general manager|managing director|president|board|head of)\b"
            r"|(?:总经理|董事长|总裁|老板|总监|副总"
            r"|[王李张刘陈杨赵黄周吴徐孙朱马胡郭林何高梁郑罗宋谢唐韩曹许邓萧冯曾程蔡彭潘袁于董余苏叶吕魏蒋田杜丁沈姜范江傅钟卢汪戴崔任陆廖姚方金邱夏谭韦贾邹石熊孟秦阎薛侯雷白龙段郝孔邵史毛常万顾赖武康贺严尹钱施牛洪龚]总).{0,20}"
            r"(?:参加|同意|认可|批准|支持|确认|见|说|表示|要求|拍板|签)|(?:见|拜访|汇报给?|约)(?:了"
            r"|到)?.{0,8}(?:总经理|董事长|总裁|老板|总监|副总|总)"
            r"|决策人|拍板",
            I,
        ),
    ),
    (
        "vision",
        False,
        worded(
            (
                r"\b(?:prefers?|leaning (?:to|toward)s?|comparing us with|looking at (?:other|alternatives)"
                r"|doesn'?t see|don'?t see|not convinced|sceptical|skeptical|against it)\b|更倾向"
                r"|对比其他|看(?:了)?别家"
                r"|不认可|不看好|没兴趣"
            ),
            I,
        ),
    ),
    (
        "vision",
        True,
        worded(
            (
                r"\b(?:describ\w+|how (?:she|he|they) wants?|demo\w*|pilot\w*|trial\w*|proof of concept|poc"
                r"|requirements?|use cases?|wants? (?:us )?to|need(?:s|ed)? (?:a|an|the|to)|liked|loved"
                r"|impressed|good questions|fits?|how it (?:would )?works?|walk(?:ed)? (?:the|through)"
                r"|site visit|read-?out|specs?|scope)\b|演示|试点|试用|需求|方案|认可|满意|感兴趣|参观|现场"
            ),
            I,
        ),
    ),
    (
        "value",
        False,
        worded(
            (
                r"\b(?:too expensive|can'?t justify|cannot justify|over budget|no budget|cheaper|price (?:is"
                r"|was|too|concern|objection)|pushback on price|what it costs before|no (?:roi|business case)"
                r"|discount)\b|太贵|预算不够|没预算|价格(?:太)?高|便宜|砍价|性价比"
            ),
            I,
        ),
    ),
    (
        "value",
        True,
        worded(
            (
                r"\b(?:roi|pay[- ]?back|business case|sav(?:e|es|ed|ing|ings)|worth|benefits?"
                r"|cost of (?:doing nothing|inaction)|return on|break[- ]even|budget (?:is |was )?(?:approved"
                r"|confirmed|there|set|allocated))\b|回报|回收期|节省|节约|投资收益|收益|划算"
                r"|预算(?:已)?(?:批|确认|到位)|省(?:了|下)?\d"
            ),
            I,
        ),
    ),
    (
        "control",
        False,
        worded(
            (
                r"\b(?:no (?:reply|answer|response)|went (?:quiet|dark)|gone (?:quiet|dark)|ghost\w*|voicemail"
                r"|no[- ]show|cancel(?:l)?ed|rescheduled|postponed|waiting (?:for|on) (?:them|their|a reply)"
                r"|chas\w+|moved the (?:meeting|call)|unresponsive)\b|没回复?|不回|失联|改期"
                r"|取消了?(?:会|约)|爽约|联系不上|拖"
            ),
            I,
        ),
    ),
    (
        "control",
        True,
        worded(
            (
                r"\b(?:agreed (?:on )?(?:a |the |our )?(?:plan|dates?|timeline|schedule|next steps?|steps)"
                r"|mutual (?:action |close )?plan|joint plan|close plan|project plan|plan with dates"
                r"|timeline (?:is )?(?:agreed|set|confirmed)|dates? (?:are |is )?(?:agreed|set|confirmed|fixed)"
                r"|steering|kick-?off (?:date|set|planned)|wants answers by|named (?:the|their) (?:open points"
                r"|date|day))\b|(?:计划|时间表|日程|里程碑|步骤|日期)(?:已|都)?(?:确认|定|同意|敲定)"
                r"|(?:确认|定|约)(?:了|好)?(?:计划|时间表|日期"
                r"|时间)|共同计划"
            ),
            I,
        ),
    ),
    (
        "urgency",
        False,
        worded(
            (
                r"\b(?:no (?:rush|hurry|urgency)|not urgent|next year|on hold|(?:budget|hiring|spending) freeze"
                r"|frozen|push(?:ed)? (?:out|back|it|to)|delay(?:ed)? (?:the|to|until)|wait(?:ing)? (?:for"
                r"|until) (?:the )?(?:next|new|group|budget)|someday|low priority|holiday season)\b|不急|明年再|暂缓"
                r"|推迟|搁置|等(?:集团)?预算|再说|往后"
            ),
            I,
        ),
    ),
    (
        "urgency",
        True,
        worded(
            (
                r"\b(?:deadlines?|must (?:be )?(?:live|running|done|in place|have)|(?:need\w*|want\w*|has to be"
                r"|have to be|must) .{0,40}\b(?:by|before|until) (?:the )?(?:end|\d|q[1-4]|jan|feb|mar|apr|may"
                r"|jun|jul|aug|sep|oct|nov|dec|summer|winter|spring|fall|christmas|season)|contract (?:expires"
                r"|ends|runs out)|expir\w+|regulat\w+|complian\w+|audit|(?:lease|contract|licen[cs]e|support"
                r"|warranty|guarantee) .{0,40}\b(?:ends?|expires?|runs out)|(?:have|has) to .{0,40}\bbefore"
                r"|go[- ]live|new (?:law|line|plant|site|rules?)|law|penalt\w+ (?:from|start)|fiscal year end"
                r"|board (?:meeting|date)|before (?:the )?(?:season|peak|audit|renewal|budget)"
                r"|inside \d+ (?:months|weeks)|use it or lose it)\b|截止|到期|必须|之前(?:必须|要)"
                r"|(?:月底|年底|季末|\d月)前|审计|合规"
                r"|新规|法规|上线|旺季|投产|要求.{0,6}(?:以内|之内)"
            ),
            I,
        ),
    ),
)
_FIRM = worded(
    (
        r"\d[\d,.]*\s*(?:%|percent|k\b|m\b|万|亿|元|hours?|days?|weeks?|months?|pallets?|orders?|tons?|people)"
        r"|[$€£¥]\s?\d|\b(?:confirmed|agreed|approved|signed off|in writing|committed)\b|确认|同意|批准|书面|承诺"
    ),
    I,
)
_DENIED = worded(
    (
        r"\b(?:no|not|never|without|didn'?t|doesn'?t|don'?t|isn'?t|wasn'?t|haven'?t|hasn'?t|can'?t|cannot"
        r"|nobody|need to find out|unclear|unknown whether|don'?t know)\b(?!\s+(?:only|idea|one trusts"
        r"|longer))[ \t]+(?:[\w'-]+[ \t]+){0,4}$|(?:没有?|不|未|尚未|无法|不清楚)[^,,]{0,6}$"
    ),
    I,
)
_OURS = worded(
    r"^\W*(?:we should|i should|todo|plan:|next:|must ask|ask (?:him|her|them)|need to ask|下一步|待办|要问)", I
)


def signs_of(note: str, day: date | None) -> Iterator[Sign]:
    """The signs in a note, each with the sentence that holds it; plans of our own and denied words are none."""
    for match in _SENTENCES.finditer(note):
        sentence = " ".join(match.group().split())
        if len(sentence) < 4 or _OURS.match(sentence):
            continue
        yield from _in_sentence(sentence, day)


def _in_sentence(sentence: str, day: date | None) -> Iterator[Sign]:
    folded = simplified(sentence)
    against: set[FactorName] = set()
    for factor, favourable, cue in _CUES:
        found = cue.search(folded)
        if not found or (favourable and (factor in against or _DENIED.search(folded[: found.start()]))):
            continue
        if not favourable:
            against.add(factor)
        yield Sign(factor, favourable, favourable and bool(_FIRM.search(folded)), day, sentence[:SENTENCE_MOST])


_PROMISES = worded(
    (
        r"\b(?:promis\w+|will (?:send|get|come|call|share|check|ask|introduce|review|sign|confirm)|i'?ll|we'?ll"
        r"|they'?ll|owe\w*|send (?:them|him|her)|asked (?:me|us) (?:to|for)|wants? .{0,40}\b(?:by|before"
        r"|until)\b|(?:waiting|due) (?:for|on|by)|by (?:the )?(?:\d|mon|tues|wednes|thurs|fri|end))\b|答应|承诺"
        r"|会(?:发|给|安排|确认|回复)|要求.{0,12}(?:前|之前)|要我们"
    ),
    I,
)


def promises_of(note: str) -> list[str]:
    """The sentences of a note in which somebody promised or asked for something."""
    sentences = (" ".join(m.group().split()) for m in _SENTENCES.finditer(note))
    return [s[:SENTENCE_MOST] for s in sentences if len(s) > 3 and _PROMISES.search(s)]
