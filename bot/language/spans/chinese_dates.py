"""Days and periods as Chinese says them, in simplified characters (the caller folds traditional ones)."""

import re
from datetime import date, timedelta

from bot.domain.periods import Period
from bot.language.spans import calendar as c
from bot.language.spans import numbers as n
from bot.language.spans.calendar import Clock, Read, Rules

RULES: Rules = []
rule = c.rule_of(RULES)

DAYS = {
    "一": 0,
    "二": 1,
    "三": 2,
    "四": 3,
    "五": 4,
    "六": 5,
    "日": 6,
    "天": 6,
    "1": 0,
    "2": 1,
    "3": 2,
    "4": 3,
    "5": 4,
    "6": 5,
    "7": 6,
}
_WEEK = "(?:周|星期|礼拜)"
_NUM = rf"(?:\d+|{n.CHINESE})"
_YEAR = r"(?:(?P<y>明年|今年|去年|下年|\d{4}年|[一二][零〇一二三四五六七八九]{3}年)\s*)?"
_STEPS = {"上": -1, "去": -1, "前": -1, "下": 1, "明": 1}


def _count(text: str) -> int:
    return int(text) if text.isdigit() else int(n.chinese(text))


def _step(rel: str | None) -> int:
    return sum(_STEPS.get(c, 0) for c in rel or "")


def _year(said: str | None, clock: Clock) -> int | None:
    if not said:
        return None
    if said[0] in "明今去下":
        return clock.today.year + _step(said[0])
    return int(said[:4]) if said[0].isdigit() else int(n.chinese(said[:4]))


@rule(
    r"大前天|前天|前日|昨天|昨日|昨晚|今天|今日|今早|今晚|今晨|刚刚|刚才|刚|现在|此刻|此时|当前|目前|明天|明日|明早|明晚|大后天|后天|后日"
)
def _day(match: re.Match[str], clock: Clock) -> Read:
    step = {
        "大前": -3,
        "前天": -2,
        "前日": -2,
        "昨天": -1,
        "昨日": -1,
        "昨晚": -1,
        "明天": 1,
        "明日": 1,
        "明早": 1,
        "明晚": 1,
        "大后": 3,
        "后天": 2,
        "后日": 2,
    }
    return c.on(clock.today + timedelta(days=step.get(match.group()[:2], 0)))


@rule(rf"(?P<rel>(?:上|(?<!一)下)+|本|这)?(?:个|一)?{_WEEK}(?P<d>[一二三四五六日天]|[1-7](?!\d))(?!个|期)")
def _weekday(match: re.Match[str], clock: Clock) -> Read:
    rel, weekday = match["rel"] or "", DAYS[match["d"]]
    if not rel:
        return c.on(c.near_weekday(weekday, clock), "week")
    return c.on(c.in_week(weekday, clock, _step(rel)))


@rule(rf"(?P<num>{_NUM}|半)\s*个?(?P<unit>天|日|星期|礼拜|周|月|季度|年)(?:之|以)?(?P<way>后|前|内)")
def _away(match: re.Match[str], clock: Clock) -> Read:
    sign = -1 if match["way"] == "前" else 1
    unit = {"天": "d", "日": "d", "月": "m", "季度": "q", "年": "y"}.get(match["unit"], "w")
    if match["num"] == "半":
        return c.on(clock.today + timedelta(days=sign * (182 if unit == "y" else 15)))
    return c.on(c.moved(clock.today, unit, sign * _count(match["num"])))


@rule(
    rf"{_YEAR}(?P<m>\d{{1,2}}|{n.CHINESE})\s*月(?:份)?\s*(?:(?P<d>\d{{1,2}}|[一二三四五六七八九十]+)\s*(?:号|日)"
    r"|(?P<spelt>[一二三]?十[一二三四五六七八九]?)(?=签|成交|关|之?前|交|[,，。\s]|$)"
    r"|(?P<bare>\d{1,2})(?![\d.]|\s*(?:万|千|百|w\b|k\b|个|台|家|单|次|天|周|元|块|%|小时|分|点|人|套|年|月))"
    rf"|的?(?P<nth>第[一二三四五]|最后一)个?{_WEEK}(?P<wd>[一二三四五六日天]))?"
)
def _month(match: re.Match[str], clock: Clock) -> Read | None:
    month, year = _count(match["m"]), _year(match["y"], clock)
    if not 1 <= month <= 12:
        return None
    day = match["d"] or match["bare"] or match["spelt"]
    if day:
        return c.day_near(month, _count(day), clock, year)
    period = c.month_near(month, clock, year)
    if match["nth"]:
        nth = -1 if match["nth"].startswith("最后") else int(n.chinese(match["nth"][1]))
        return c.on(nth_weekday(period, nth, DAYS[match["wd"]]))
    return Read(period, "month")


@rule(r"(?P<rel>上|下|本|这|当)个?月(?P<d>\d{1,2}|[一二三四五六七八九十]+)(?:号|日)")
def _day_of_relative_month(match: re.Match[str], clock: Clock) -> Read:
    month = Period.month(clock.today.year, clock.today.month + _step(match["rel"]))
    return c.on(month.start.replace(day=_count(match["d"])))


@rule(r"(?<![\d月年.])(?P<d>\d{1,2}|[一二三]?十[一二三四五六七八九]?)(?:号|日)(?!楼|线|店|机)")
def _day_of_month(match: re.Match[str], clock: Clock) -> Read:
    return c.day_of_month(_count(match["d"]), clock)


@rule(
    r"(?P<rel>上|下|本|这|当)(?:一)?个?(?P<unit>月|季度|季|年|周|星期|礼拜)(?![一二三四五六日天\d])|(?P<rel2>去|明"
    r"|今)(?P<unit2>年)(?!\d)|(?<![\d一二三四五六七八九十两])(?P<unit3>月|季度|季|年|周)(?=底|末|初|中旬?)"
)
def _period(match: re.Match[str], clock: Clock) -> Read:
    unit = match["unit"] or match["unit2"] or match["unit3"]
    letter = {"月": "m", "季度": "q", "季": "q", "年": "y"}.get(unit, "w")
    return c.relative(letter, _step(match["rel"] or match["rel2"]), clock)


@rule(rf"{_YEAR}(?:第)?(?P<q>[一二三四1-4])季度?")
def _quarter(match: re.Match[str], clock: Clock) -> Read:
    return Read(c.quarter_near(_count(match["q"]), clock, _year(match["y"], clock)), "quarter")


@rule(r"(?P<y>(?:19|20)\d\d|二[零〇][零〇一二三四五六七八九]{2})年(?!\d|[一二三四五六七八九十])")
def _year_said(match: re.Match[str], clock: Clock) -> Read:
    said = match["y"]
    return Read(clock.fiscal.year(int(said) if said.isdigit() else int(n.chinese(said))), "year")


@rule(r"(?:年初至今|今年以来|今年至今|年初到现在)")
def _year_to_date(match: re.Match[str], clock: Clock) -> Read:
    return Read(Period(clock.fiscal.year(clock.fiscal.year_of(clock.today)).start, clock.today), "span")


@rule(r"(?P<rel>上|下)半年")
def _half(match: re.Match[str], clock: Clock) -> Read:
    year, first = clock.fiscal.year_of(clock.today), 1 if match["rel"] == "上" else 3
    return Read(Period(clock.fiscal.quarter(year, first).start, clock.fiscal.quarter(year, first + 1).end), "half")


def nth_weekday(period: Period, nth: int, weekday: int) -> date:
    """The nth such weekday of a period, counted from its end where `nth` is -1. Raises ValueError where there is
    none.
    """
    if nth < 0:
        return period.end - timedelta(days=(period.end.weekday() - weekday) % 7)
    found = period.start + timedelta(days=(weekday - period.start.weekday()) % 7, weeks=nth - 1)
    if found not in period:
        raise ValueError("no such weekday")
    return found
