"""What managers and planners ask for: coaching, documents, schedules, a rest from morning messages."""

import re
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from bot.contract.commands.asking import SummarizePipeline
from bot.contract.commands.base import Command
from bot.contract.commands.coaching import CoachDeal, CoachPerson
from bot.contract.commands.digests import CancelSchedule, ListSchedules, ScheduleDigest, SnoozeNudges
from bot.contract.commands.planning import WritePlan
from bot.contract.commands.talking import Unsupported
from bot.domain.text import worded
from bot.language.context import Context
from bot.language.rules.filters import days_said, deal_phrase, span, whose
from bot.language.rules.questions import read_pipeline
from bot.language.spans import numbers
from bot.language.spans.dates import find_dates

I = re.IGNORECASE
_COACH_PERSON = worded(
    r"\b(?:where|why|how come|at (?:what|which) stage|what stage) (?:do|does|did|is|are"
    r"|am) (?P<en>.+?) (?:always |keep |mostly |usually |most often )*(?:los(?:e|es|ing)|get(?:ting)? stuck"
    r"|drop|fail|struggl\w*|win(?:ning)?)\b"
    r"|\b(?:coach|help|develop|improve)\b(?=.{0,40}\b(?:rep|person|team|conversion)\b)|\b1[:-]1\b|\bone[- ]on[- ]one\b"
    r"|(?:在)?(?:哪里|哪儿|哪个阶段|哪个环节|哪一步|为什么|怎么).{0,6}(?:丢单|输单|丢掉?|输掉?|流失)"
    r"|丢单(?:在)?(?:哪|原因)|(?:丢|输)在哪",
    I,
)
_COACH = worded(
    r"\bcoach(?:ing)?\b|\bdiagnos(?:e|is)\b|\bdeal review\b|\breview (?:the |my |our )?.{2,60}\bdeal\b"
    r"|\bweak(?:est)? (?:spot|point|link|factor)s?\b|\bwhere (?:is|are) .{2,60} weak\b"
    r"|\bwhat am i missing (?:on|in|at|with|for)\b|\bwhat'?s missing (?:on|in|at|with|for)\b"
    r"|\bhow (?:strong|solid|healthy|real|qualified) is\b|\bsix factors\b|\bpoke holes\b"
    r"|\bpressure[- ]test\b|\bsanity[- ]check\b|辅导|诊断|把脉|复盘|会诊|薄弱|弱点|短板|缺什么|差在哪"
    r"|差什么|(?:帮我)?(?:看看|分析"
    r"|评估)(?:一下)?.{1,20}(?:这单|这个单子|这个商机|这个项目)",
    I,
)
_PLANS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "territory",
        worded(
            (
                r"\b(?:territory|patch|region) plan(?:ning)?\b(?! ?(?:best|template|guide))"
                r"|\bplan (?:for )?my (?:territory|patch)\b|(?:区域|片区|辖区|地区|销售区域)(?:的)?(?:计划|规划)"
            ),
            I,
        ),
    ),
    ("account", worded(r"\b(?:key )?acc(?:oun|n|ou)?t plan\b|(?:大?客户)(?:的)?(?:计划|规划|方案书)", I)),
    (
        "opportunity",
        worded(
            (
                r"\b(?:opportunity|opp|deal|close|closing|win|mutual(?: action| close)?"
                r"|joint) plan\b(?! together| with the)|(?:商机|机会|赢单|单子|项目|成交)(?:的)?(?:计划|规划|方案书)"
            ),
            I,
        ),
    ),
    (
        "brief",
        worded(
            (
                r"\bprep(?:are)?(?: me)? (?:for|on)\b|\bprep me\b|\bprepare me\b|\bbrief(?:ing)? (?:me|for"
                r"|on)\b|\bmeeting (?:brief|prep)\b|\bcall prep\b|\bget me ready\b|\bbrief me\b|\bwhat (?:do"
                r"|should) i (?:need to )?know (?:before|about|for|going)\b|帮我准备|会前|(?:准备|备)一下|简报|背景资料"
            ),
            I,
        ),
    ),
)
_ASKED_PLAN = worded(r"^\W*how\b|\bhow (?:do|to|should|can)\b|\bwhat is an?\b|\btemplate\b|怎么写|如何写|什么是", I)
_DAYS = {
    "mon": r"mon(?:day)?s?|周一|星期一|礼拜一", "tue": r"tue(?:s|sday)?s?|周二|星期二|礼拜二",
    "wed": r"wed(?:nesday)?s?|周三|星期三|礼拜三",
    "thu": r"thu(?:r|rs|rsday)?s?|周四|星期四|礼拜四", "fri": r"fri(?:day)?s?|周五|星期五|礼拜五",
    "sat": r"sat(?:urday)?s?|周六|星期六|礼拜六",
    "sun": r"sun(?:day)?s?|周日|周天|星期日|星期天|礼拜天",
}  # fmt: skip
_DAY = {day: worded(rf"(?<![a-z])(?:{words})(?![a-z])", I) for day, words in _DAYS.items()}
_WORKDAYS = worded(r"\b(?:week ?days?|work(?:ing)? ?days?|business days?)\b|工作日", I)
_DAILY = worded(r"\b(?:every|each) (?:day|morning|evening)\b|\bdaily\b|每天|每日|每早", I)
_REPEATS = worded(
    (
        r"\b(?:every|each)\b(?! (?:rep|deal|person|stage|region|one)\b)|\b(?:daily|weekly|monthly|weekdays"
        r"|mondays|tuesdays|wednesdays|thursdays|fridays|recurring|regularly)\b|每周|每星期|每天"
        r"|每日|每月|每个?工作日|每逢|定时|定期"
    ),
    I,
)
_POST = worded(
    (
        r"\b(?:get|post|send|share|schedule|drop|publish|push|put|set up|run|repeat|deliver|give (?:us|me)"
        r"|show (?:us|me)|have)\b|发|推送|播报|贴|定时|安排"
    ),
    I,
)
_WHAT = worded(
    (
        r"\b(?:this|it|that|summary|digest|report|pipeline|forecast|update|numbers|overview|same|deals?|list)\b"
        r"|这个|汇总|管道|报告|预测|摘要|概况|单子|商机|清单|我的"
    ),
    I,
)
_LISTED = worded(
    (
        r"\bwhat'?s? (?:is |are )?(?:all )?scheduled\b|\b(?:list|show|which|what|any)\b.{0,20}\b(?:schedules?"
        r"|scheduled|digests?|recurring)\b|(?:有哪些|列出|查看|看看|什么).{0,6}(?:定时|定期|安排的?播报"
        r"|计划任务)|定时.{0,6}(?:有哪些|列表)"
    ),
    I,
)
_CANCEL = worded(
    r"\b(?:cancel|stop|remove|delete|kill|end|turn off|unschedule)\b|取消|停止|停掉|不要再|别再|关掉|删掉", I
)
_SCHEDULE = worded(
    (
        r"\b(?:schedules?|scheduled|digests?|posting|posts?|recurring|(?:mon|tues|wednes|thurs|fri|satur"
        r"|sun)day (?:post|summary|report|digest|one))\b|定时|定期|播报|推送"
    ),
    I,
)
_ONE_DAY = worded(
    (
        r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day(?:'?s)? (?:thing|one|stuff|mail)\b|(?:周|星期"
        r"|礼拜)[一二三四五六日天]的?(?:那个|这个|那条|那份)"
    ),
    I,
)
_BARE_CANCEL = worded(
    (
        r"^\W*(?:(?:please |pls |ok )?(?:cancel|stop|remove|delete|kill) (?:it|that|this|the first(?: one)?"
        r"|that one|them|all)|unschedule(?: it)?|(?:取消|停掉|停止|删掉)(?:它|这个|吧|掉)?)\W*(?:please|pls)?\W*$"
    ),
    I,
)
_NUDGES = worded(
    (
        r"\b(?:nudg\w+|reminder (?:msgs?|messages?|dms?)|(?:morning|daily) (?:msgs?|messages?|dms?|reminders?"
        r"|notes?|pings?|nudges?)|(?:msgs?|messages?|dms?|pings?) (?:in the|every) morning|(?:bug|ping|nudg"
        r"|messag|bother|remind|wak|spam|nag)\w* me (?:in|every|each) (?:the )?mornings?)\b|早(?:上|晨|间)的?(?:提醒"
        r"|消息|私信|推送)|早上.{0,4}(?:别|不要|停|少)?.{0,2}(?:给我发|提醒我|给我推|的消息)|晨间|每日提醒|提醒消息"
    ),
    I,
)
_SNOOZE = worded(
    r"\bsnooz\w*\b|\bpause\b|\bmute\b|\bhold (?:off|back)\b|\bquiet\b|\bno\b|\bskip\b|暂停|静音|先?别|推迟", I
)
_OFF = worded(
    (
        r"\b(?:turn|switch) (?:them |it |my |the )?.{0,30}\boff\b|\bstop\b|\bdisable\b|\bunsubscribe\b"
        r"|\bno more\b|\bopt out\b|关闭|关掉|不要再|别再|停止"
    ),
    I,
)
_ON = worded(
    (
        r"\b(?:turn|switch) (?:them |it |my |the )?.{0,30}\bon\b|\bresume\b|\benable\b|\bunmute\b|\bunsnooze\b"
        r"|\bback on\b|\bstart\b|\bagain\b|恢复|打开|开启|重新"
    ),
    I,
)
_TIME = worded(
    r"\b(?:at|@|around|by)?\s*(?P<h>\d{1,2})(?:[:.h](?P<m>\d{2}))?\s*(?P<ap>am|pm|a\.m\.|p\.m\."
    r"|o'?clock)?(?![\d%k])\b|(?P<word>\bnoon\b|\bmidday\b|中午)"
    r"|(?P<part>早上|上午|早晨|下午|傍晚|晚上|中午)?\s*(?P<zh>\d{1,2}|[一二两三四五六七八九十]{1,3})(?:点|时|:"
    r"|：)(?P<zm>半|一刻|\d{1,2})?",
    I,
)
_PAST_HOUR = worded(r"\b(?P<part>quarter past|half past|quarter to) (?P<hour>\d{1,2}|\w+)\s*(?P<ap>am|pm)?", I)
_NO_TIME = worded(r"\b(?:at|@)\s*\d|\d{1,2}:\d{2}|\d\s*[点时]", I)


def read_managing(text: str, context: Context) -> Command | None:
    """A request for coaching, a document, a schedule or a snooze; None where it is none of these."""
    return _nudges(text, context) or _schedule(text, context) or _plan(text, context) or _coaching(text, context)


def _coaching(text: str, context: Context) -> Command | None:
    person = _COACH_PERSON.search(text)
    coach = _COACH.search(text)
    if not person and not coach:
        return None
    deal = deal_phrase(_without_people(text, context), context)
    who = whose(text, context)
    named = [part for part in who.split(", ") if part and part != "me"]
    if deal and not (person and named) and not (person and person["en"] if person else False):
        return CoachDeal(deal=deal)
    if named or person:
        ours = bool(re.search(r"\b(?:we|us|our)\b|我们", text, I)) and not named
        return CoachPerson(
            whose="my team" if ours else ", ".join(named) or who or "me", **span(text, context, ahead=False)
        )
    unknown = re.search(
        (
            r"\bcoach(?:ing)?(?: me)? (?:on|for|about|through) (?:the |my |our )?(.+?)\W*$|(?:辅导"
            r"|诊断)(?:一下)?(.+?)(?:这个|的)?(?:单子|商机|项目)?\W*$"
        ),
        text,
        I,
    )
    words = next((g for g in unknown.groups() if g), "") if unknown else ""
    return CoachDeal(
        deal="" if words.lower() in {"it", "this", "that", "this deal", "this one", "it please"} else words
    )


def _without_people(text: str, context: Context) -> str:
    for n in sorted(context.lexicon.names_in(text, {"person"}), key=lambda n: -n.start):
        if n.score >= 0.6:
            text = text[: n.start] + " " * (n.end - n.start) + text[n.end :]
    return text


def _plan(text: str, context: Context) -> Command | None:
    for plan, cue in _PLANS:
        match = cue.search(text)
        if not match or (_ASKED_PLAN.search(text) and plan != "brief"):
            continue
        rest = f"{text[: match.start()]} | {text[match.end() :]}"
        about = deal_phrase(rest, context) or _contact(rest, context)
        if plan == "territory":
            about = whose(rest, context) or "me"
        elif not about:
            unknown = re.search(r"\|\s*(?:for|on|with|about|me for|:)?\s*(?:the |my |our )?([^|]+?)\W*$", rest, I)
            about = unknown.group(1).strip() if unknown else ""
            about = (
                ""
                if about.lower() in {"it", "this", "that", "this deal", "this one", "me", "tomorrow", "today"}
                else about
            )
        days = find_dates(rest, context.today, ahead=True, fiscal=context.fiscal, day_first=context.day_first)
        kind: Any = plan
        return WritePlan(plan=kind, about=about, meeting_on=days[0].period.start if days and plan == "brief" else None)
    return None


def _contact(text: str, context: Context) -> str:
    """The words for a customer's person, through whom the deal can be found."""
    found = max(context.lexicon.names_in(text, {"contact"}), key=lambda n: n.score, default=None)
    return text[found.start : found.end] if found and found.score >= 0.4 else ""


def _schedule(text: str, context: Context) -> Command | None:
    if _LISTED.search(text):
        return ListSchedules()
    if _CANCEL.search(text) and (
        _SCHEDULE.search(text)
        or (_ONE_DAY.search(text) and len(text) < 40)
        or (context.schedule_in_thread and _BARE_CANCEL.match(text))
    ):
        return CancelSchedule(words=text)
    here = re.search(r"\bhere\b|这里|本频道|群里", text, I)
    if (
        not _REPEATS.search(text)
        or not (_POST.search(text) or (here and time_said(text)))
        or not (_WHAT.search(text) or here)
    ):
        return None
    said = time_said(text)
    days = tuple(day for day, cue in _DAY.items() if cue.search(text))
    if _WORKDAYS.search(text):
        days = ("mon", "tue", "wed", "thu", "fri")
    elif not days and _DAILY.search(text):
        days = tuple(_DAYS)
    often = days or re.search(r"\b(?:week|weekly|monthly|month)\b|每周|每星期|每月|定时|定期", text, I)
    if not often or (said is None and _NO_TIME.search(text)):
        return Unsupported(what="schedule_when")
    rest = _REPEATS.sub(" ", text)
    for cue in _DAY.values():
        rest = cue.sub(" ", rest)
    rest = _TIME.sub(" ", _POST.sub(" ", rest))
    query = (
        read_pipeline(rest, replace(context, last_query=None))
        if re.search(r"summary|pipeline|forecast|hygiene|汇总|管道|预测", rest, I)
        and not re.search(r"\b(?:this|it)\b|这个", rest, I)
        else None
    )
    hour, minute = said or (9, 0)
    fields: dict[str, Any] = {
        "days": days or ("mon",),
        "hour": hour,
        "minute": minute,
        "monthly": bool(re.search(r"\bmonth(?:ly)?\b|每月", text, I)),
    }
    return ScheduleDigest(**fields, query=query if isinstance(query, SummarizePipeline) else None)


def time_said(text: str) -> tuple[int, int] | None:
    """(hour, minute) of a time of day: `at 9`, `4:30pm`, noon, 下午4点半."""
    past = _PAST_HOUR.search(text)
    if past:
        hour = int(past["hour"]) if past["hour"].isdigit() else int(numbers.english(past["hour"]))
        if 0 < hour < 24:
            minutes = {"quarter past": 15, "half past": 30, "quarter to": -15}[past["part"].lower()]
            total = hour * 60 + minutes + (720 if (past["ap"] or "").lower().startswith("p") and hour < 12 else 0)
            return total // 60 % 24, total % 60
    four = re.search(r"\b(?:at )?([01]\d|2[0-3])([0-5]\d)(?: ?(?:h|hrs|hours))?\b(?!\s*(?:k|deals|eur|usd))", text, I)
    if four and re.search(r"\b(?:at|days?)\s+$|\bat ", text[: four.start() + 3], I):
        return int(four.group(1)), int(four.group(2))
    for match in _TIME.finditer(text):
        if match["word"]:
            return 12, 0
        if match["zh"]:
            hour = int(match["zh"]) if match["zh"].isdigit() else int(numbers.chinese(match["zh"]))
            minute = (
                {"半": 30, "一刻": 15, None: 0}.get(match["zm"])
                if match["zm"] in {"半", "一刻", None}
                else int(match["zm"])
            )
            if hour > 23 or minute is None:
                continue
            return (hour + 12 if match["part"] in {"下午", "傍晚", "晚上"} and hour < 12 else hour), minute
        hour, minute = int(match["h"]), int(match["m"] or 0)
        if (
            hour > 23
            or minute > 59
            or not (
                match["ap"]
                or match["m"]
                or re.search(r"(?:at|@|around|by)\s*$|(?:at|@|around|by)\s*\d", match.group(), I)
            )
        ):
            continue
        afternoon = (match["ap"] or "").lower().startswith("p")
        return (
            hour % 12 + 12 if afternoon else 0 if (match["ap"] or "").lower().startswith("a") and hour == 12 else hour
        ), minute
    return None


def _nudges(text: str, context: Context) -> Command | None:
    if not _NUDGES.search(text) and not (re.match(r"^\W*(?:snooze|mute)\b", text, I) and not context.draft):
        return None
    if _ON.search(text):
        return SnoozeNudges(on=True)
    until = _until(text, context)
    if until:
        return SnoozeNudges(until=until)
    if _OFF.search(text):
        return SnoozeNudges(off=True)
    return SnoozeNudges(until=None) if _SNOOZE.search(text) else None


def _until(text: str, context: Context) -> date | None:
    """The first day on which messages come again: `till Monday` is Monday, `for two weeks` the day after them."""
    found = find_dates(text, context.today, ahead=True, fiscal=context.fiscal, day_first=context.day_first)
    if found:
        said = found[-1]
        through = re.search(
            (
                r"\b(?:this|for|during|through|rest of|all) (?:the )?(?:rest of )?(?:this |the )?(?:week|month"
                r"|quarter)\b|本周|这周|这个月"
            ),
            text,
            I,
        )
        return said.period.end + timedelta(days=1) if through else said.period.start
    days = days_said(text)
    return context.today + timedelta(days=days) if days else None
