"""Which deals the words of a question mean: whose, which and when."""

import re
from datetime import date, timedelta
from typing import Any

from bot.contract.commands.asking import ListDeals
from bot.domain.text import HAS_CJK, worded
from bot.language.context import Context
from bot.language.rules import cues
from bot.language.rules.stages import stage_meant
from bot.language.spans import numbers
from bot.language.spans.dates import DateSaid, find_dates
from bot.language.spans.money import find_money
from bot.pipeline.rules import Rule

I = re.IGNORECASE
_SAID = {"once": 1, "twice": 2, "a": 1, "an": 1, "couple of": 2, "a couple of": 2}
_COUNT = rf"(\d+|{numbers.SPELT}|a couple of|an?|{numbers.CHINESE})"
_UNIT = r"\+?\s*(days?|d|weeks?|wks?|w|months?|mos?|天|日|周|个?星期|个月)"
_UNIT_DAYS = (("m", 30), ("个月", 30), ("w", 7), ("周", 7), ("个星期", 7), ("星期", 7))
_SPAN = rf"{_COUNT}\s*{_UNIT}(?![a-z])"
_QUIET = worded(
    rf"(?:no (?:activity|contact|touch|calls?|update)|not (?:been )?(?:touched|contacted|called|talked to"
    rf"|updated)|n[o']t (?:been )?(?:touched|contacted|spoken|talked|heard|had (?:any )?(?:activity"
    rf"|contact))|untouched|quiet|silent|idle|inactive|gone dark|nobody(?: has| had)? (?:touched|called"
    rf"|contacted|talked to|spoken to)|没有?(?:活动|联系|动静|跟进)|未跟进|未联系)\D{{0,25}}{_SPAN}"
    rf"|(?:超过|已经?)?{_SPAN}(?:以上)?(?:都)?没有?(?:活动|联系|动静|跟进|人跟)",
    I,
)
_AGE = worded(
    rf"(?:stuck|stage|sitting|sat|parked|aged?|older|in (?:their|the|its|one|same|current) stage|停留"
    rf"|卡)\D{{0,40}}?{_SPAN}"
    rf"|{_SPAN}.{{0,25}}(?:\bstage\b|\bstuck\b|\bold\b|阶段|卡)|(?:超过|多于)\s*{_SPAN}",
    I,
)
_PUSHED = worded(
    r"\b(?:pushed|slipped|slipping|moved (?:out|back)|delayed|postponed)\b (?:the close date "
    r")?(?:(?P<n>twice|once|three times|\d+ times|\d+x)(?: or more)?|(?:more than|over) (?P<more>once|twice"
    r"|\d+)(?: times)?|at least (?P<least>once|twice|\d+)(?: times)?|out\b|back\b)?"
    r"|(?:推迟|延期|推后)(?:了|过)?(?P<zh>\d+|两|三|多)?次?",
    I,
)
_MORE_PUSHES = worded(
    (
        r"\bmore than (?P<more>once|twice|\d+)\b.{0,20}\bpush|\b(?P<n>\d+)\+? (?:or more )?pushes\b"
        r"|\bpushed\b.{0,20}?\b(?:more than (?P<more2>once|twice|\d+)|(?P<n2>twice|\d+ times))"
    ),
    I,
)
_FINDINGS: tuple[tuple[Rule, re.Pattern[str]], ...] = (
    (
        "next_step_unchanged",
        worded(
            (
                r"\b(?:stale|old|unchanged|outdated) next steps?\b|\bnext steps?\b.{0,25}\b(?:unchanged"
                r"|not (?:been )?(?:changed|updated)|stale|haven'?t changed)\b|下一步.{0,6}(?:没变|未变|没更新|未更新)"
            ),
            I,
        ),
    ),
    (
        "no_next_step",
        worded(
            (
                r"\bnext[ -]?steps?\b.{0,20}\b(?:without|no|missing)\b.{0,10}\bdates?\b|\b(?:without|no"
                r"|missing)(?: an?| any)? dates? (?:for|on) (?:the |their |its )?next[ -]?steps?\b|\b(?:without"
                r"|with no|missing|no|lack(?:ing)?|need(?:s|ing)?|don'?t have|has no|have no)(?: an?| any"
                r"| a defined)? next[ -]?steps?\b|n[o'’]?t (?:have |had |put in |entered |set )(?:an? "
                r"|any )?next[ -]?steps?\b"
                r"|(?:没有|缺少?|缺乏|无|没写|没填|没)\s*(?:下一步|next[ -]?steps?)"
            ),
            I,
        ),
    ),
    (
        "close_date_unchanged",
        worded(
            (
                r"\bclose dates?\b.{0,25}\b(?:unchanged|not (?:been )?(?:changed|updated|touched)"
                r"|haven'?t (?:changed|moved))\b|\b(?:stale|unchanged) close dates?\b"
            ),
            I,
        ),
    ),
    (
        "close_date_past",
        worded(
            (
                r"\b(?:past|overdue|expired|old|passed) (?:their |the |its )?close[ -]?dates?\b"
                r"|\bclose[ -]?dates?\b.{0,20}\b(?:in the past|passed|overdue|gone by|expired|behind us)\b"
                r"|\boverdue\b|\bpast[ -]due\b|\bshould have closed\b|过期|逾期|(?:关闭|关单|成交|结单"
                r"|预计成交)日期?(?:都)?(?:已经?)?(?:过了|已过|过期)|已过(?:关闭|成交|预计成交|结单)"
            ),
            I,
        ),
    ),
    (
        "amount_zero",
        worded(
            (
                r"\b(?:zero|0|nil)[ -]?(?:amounts?|values?|dollars?)\b|\bamounts? (?:of )?(?:zero|0)\b"
                r"|金额(?:为|是)?(?:0|零)"
            ),
            I,
        ),
    ),
    (
        "no_amount",
        worded(
            (
                r"\b(?:without|with no|missing|no|lacking|don'?t have)(?: an?| any)? (?:amounts?|values?|price"
                r"|numbers?)\b|\bamounts? (?:is |are )?(?:empty|blank|missing|unknown)\b|\b(?:empty|blank) amounts?\b"
                r"|(?:没有|缺少?|没填|没写|无)金额|金额(?:是|为)?空"
            ),
            I,
        ),
    ),
    (
        "single_contact",
        worded(
            (
                r"\bsingle[- ]thread\w*\b|\b(?:only|just) one (?:contact|person)\b|\bone contact only\b"
                r"|\bonly (?:know|have|got|talk to|speak to) (?:a single|one|1)\b"
                r"|\bsingle (?:contact|person)\b|(?:只有|仅)一(?:个|位)(?:联系人|人)|单一联系人|单线"
            ),
            I,
        ),
    ),
    (
        "no_contact",
        worded(
            (
                r"\b(?:without|with no|missing|no|lacking)(?: an?| any)? (?:contacts?|people)\b(?! (?:for|in"
                r"|since))|(?:没有|缺少?|无)联系人"
            ),
            I,
        ),
    ),
    (
        "account_missing",
        worded(
            (
                r"\b(?:without|with no|missing|no)(?: an?| any)? (?:accounts?|customers?|company)\b|(?:没有|缺少?"
                r"|无)客户(?:名|信息)?的"
            ),
            I,
        ),
    ),
    (
        "stage_skipped",
        worded(
            r"\b(?:skip|jump|leap)\w* (?:a |any |over |ahead )?(?:a )?(?:stages?|steps?)\b"
            r"|\bstages? (?:skipped|jumped)\b|跳过(?:了)?阶段|跳阶段",
            I,
        ),
    ),
    (
        "stalled",
        worded(
            (
                r"\bstall(?:ed|ing)\b|\brisk(?:y|iest)\b|\bin danger\b|\bat risk\b|有风险|风险最大"
                r"|\bgone (?:quiet|cold|dark)\b|\bno activity\b|\bgoing (?:cold|stale)\b"
                r"|\bstale\b|停滞|没有动静|没动静|僵住|沉默"
            ),
            I,
        ),
    ),
    (
        "overaged",
        worded(
            (
                r"\bover-?aged\b|\btoo long in\b|\bstuck\b(?!.{0,40}\d)|\bin (?:their|the|its|one"
                r"|same) stage too long\b|卡住|卡在|卡了|卡着"
            ),
            I,
        ),
    ),
)
_TEAM = worded(
    r"\b(?:my|the|our)\s+team'?s?\b|\bteam\b|\bmy (?:reps|people|guys|folks|sellers)\b|团队|我们组|我组|我的人|我们区",
    I,
)
_OWN = worded(r"\b(?:my|mine|me|am i|i)\b|我的|我自己|我", I)
_ALL = worded(r"\b(?:all|everyone|everybody|company|whole|entire|overall|total)\b|全部|公司|所有|整体|全公司|大家", I)
_OVER = worded(
    (
        r"\b(?:over|above|more than|bigger than|larger than|greater than|at least|north of|exceed\w*)\b|>|≥"
        r"|\+(?!\d)|超过|以上|大于|高于|不低于"
    ),
    I,
)
_UNDER = worded(r"\b(?:under|below|less than|smaller than|at most|up to)\b|<|≤|低于|以下|小于|不到|少于", I)
_BETWEEN = worded(r"\bbetween\b|\d[km]?\s*(?:-|–|to|and)\s*[$€£¥]?\d|之间|到", I)
_ONWARD = worded(
    (
        r"\bor (?:further|later|beyond|above|better|higher|more)\b|\band (?:up|beyond|later|above|further)\b"
        r"|\bonwards?\b|及以后|以后|及之后|或更后|之后的?阶段"
    ),
    I,
)
_SLIPPED = worded(
    (
        r"\b(?:slip\w*|fall\w*|fell|mov\w+|push\w*|drop\w*|dropped) (?:out )?(?:of|from)\s+(?=(?:this|last|next"
        r"|the|q\d|\w+ quarter|h\d))|(?:滑出|推出|移出)"
    ),
    I,
)
_LONGER = worded(rf"(?:longer|more|over|greater|>|for|超过|多于)(?: than)?\s*{_SPAN}", I)
_CREATED = worded(r"\b(?:created|opened|added|started|entered)\b|新建|创建|新增", I)


_NOT_LACKING = worded(
    r"\b(?:without|excluding|except|leav\w+ out|not counting|ignor\w+|skip\w*) (?:the |those |any )?"
    r"(?:ones?|deals?)?(?: ?(?:that|which|who))?(?: have| has| with| without)?(?: no| an? empty| missing| zero)"
    r" (?:amounts?|values?|next steps?|close dates?)\b|(?:不含|除了|不算|去掉)没有?(?:金额|下一步)的?",
    I,
)
"""What lacks something is left out: the rest is asked for."""


def read_filter(text: str, context: Context, *, lost: bool = False) -> dict[str, Any]:
    """The fields of a DealFilter that the words fill."""
    found: dict[str, Any] = {}
    text = _NOT_LACKING.sub(lambda hit: " " * len(hit.group()), text)
    taken = _products(text, context, found)
    rest = blanked(text, taken)
    found["deal"] = deal_words(rest, context)
    names = [(n.start, n.end) for n in context.lexicon.names_in(rest, {"account", "deal"}) if n.score >= 0.6]
    nameless = blanked(text, [*taken, *names])
    found["whose"] = whose(nameless, context)
    industry = (
        next((context.industries[m.group().casefold()] for m in [_industries(context).search(nameless)] if m), None)
        if context.industries
        else None
    )
    if industry:
        found["industry"] = industry
    stage = stage_meant(nameless, context.stages, context.process)
    if stage:
        found |= {"stage": stage, "stage_onward": bool(_ONWARD.search(nameless))}
    slipped = _SLIPPED.search(nameless)
    out_of = period_said(nameless[slipped.end() :], context, ahead=False) if slipped else None
    if out_of:
        found |= {"slipped_from": out_of.period.start, "slipped_to": out_of.period.end}
    _numbers(nameless, context, found)
    if lost:
        found["loss_reason"] = next((name for name, cue in cues.LOSS_REASONS if cue.search(text)), None)
    return {name: value for name, value in found.items() if value}


def _products(text: str, context: Context, found: dict[str, Any]) -> list[tuple[int, int]]:
    spans = [n for n in context.lexicon.names_in(text, {"product"}) if n.score >= 0.6]
    accounts = [n for n in context.lexicon.names_in(text, {"account"}) if n.score >= 0.6]
    spans = [
        n
        for n in spans
        if not any(a.start <= n.start and n.end <= a.end and a.end - a.start > n.end - n.start for a in accounts)
    ]
    spans = [
        n
        for n in spans
        if not any(o.start <= n.start and n.end <= o.end and o.end - o.start > n.end - n.start for o in spans)
    ]
    found["products"] = tuple(dict.fromkeys(text[n.start : n.end] for n in sorted(spans, key=lambda n: n.start)))
    return [(n.start, n.end) for n in spans]


def _numbers(text: str, context: Context, found: dict[str, Any]) -> None:
    """Amounts, ages and flaws."""
    monies = [m for m in find_money(text) if m.sure]
    if len(monies) > 1 and _BETWEEN.search(text):
        found["min_amount"], found["max_amount"] = sorted(m.amount for m in monies[:2])
    elif monies and _OVER.search(text):
        found["min_amount"] = monies[0].amount
    elif monies and _UNDER.search(text):
        found["max_amount"] = monies[0].amount
    quiet, age, pushed = _QUIET.search(text), _AGE.search(text), pushes_said(text)
    if found.get("stage") and not age:
        age = _LONGER.search(text)
    if quiet:
        found["min_days_quiet"] = _days(quiet)
    elif age:
        found["min_days_in_stage"] = _days(age)
    if pushed is not None:
        found["min_pushes"] = pushed
    for rule, cue in _FINDINGS:
        if cue.search(text) and not (quiet and rule == "stalled") and not (age and rule == "overaged"):
            found["finding"] = rule
            break
    for category, cue in cues.FORECAST_CATEGORY:
        if cue.search(text):
            found["forecast"] = category
            if not any(stage.name.casefold() in text.casefold() for stage in context.stages):
                found.pop("stage", None)  # a word for the category may be one for a stage too
            break


def pushes_said(text: str) -> int | None:
    """The least number of pushes that the words ask for."""
    found = _PUSHED.search(text)
    more = _MORE_PUSHES.search(text)
    groups = {
        **(found.groupdict() if found else {}),
        **({k: v for k, v in more.groupdict().items() if v} if more else {}),
    }
    if not found and not more:
        return None
    over = groups.get("more") or groups.get("more2")
    if over:
        return number(over) + 1
    said = groups.get("n") or groups.get("least") or groups.get("n2") or groups.get("zh")
    return 2 if said == "多" else number(said) if said else 1


def number(words: str) -> int:
    """A small count in figures or words: `3`, `3x`, twice, three, 两."""
    words = words.lower()
    digits = re.match(r"\d+", words)
    if digits:
        return int(digits.group())
    return (
        int(numbers.chinese(words)) if HAS_CJK.search(words) else _SAID.get(words) or int(numbers.english(words)) or 1
    )


def days_said(text: str) -> int | None:
    """The first span of days, weeks or months in a text, in days."""
    found = re.search(_SPAN, text, I)
    return _days(found) if found else None


def _days(match: re.Match[str]) -> int:
    count, unit = [g for g in match.groups() if g][:2]
    return number(count) * next((days for start, days in _UNIT_DAYS if unit.lower().startswith(start)), 1)


_SLIPPED_SPAN = worded(_SLIPPED.pattern + r"\s*(?:this|last|next|the)?\s*\S+(?:\s+quarter)?", I)


def without_spans(text: str) -> str:
    """The text without the ages in it, which are no periods."""
    for pattern in (_QUIET, _AGE, _LONGER, _SLIPPED_SPAN):
        match = pattern.search(text)
        if match:
            text = text[: match.start()] + text[match.end() :]
    return text


def created_span(text: str, span: dict[str, date | None]) -> dict[str, Any] | None:
    """A period that tells when deals were created, not when they close."""
    return (
        {"created_from": span["period_from"], "created_to": span["period_to"]}
        if _CREATED.search(text) and span["period_from"]
        else None
    )


def strangers(text: str, context: Context) -> bool:
    """Whether words stand there that are neither everyday words nor names, regions, industries or stages."""
    return bool(context.lexicon.strangers(_unknown_part(text, context)))


def stray(text: str, context: Context) -> bool:
    """The same of words that should name somebody, where a day does not and any Chinese word would."""
    rest = _unknown_part(text, context)
    return bool(context.lexicon.strangers(rest) or HAS_CJK.search(rest)) and not find_dates(
        text, context.today, ahead=True
    )


def _unknown_part(text: str, context: Context) -> str:
    """The text without regions, industries and stages."""
    known = [
        (m.start(), m.end())
        for word in (*context.regions, *(s.name for s in context.stages))
        for m in re.finditer(re.escape(word), text, I)
    ]
    known += [(m.start(), m.end()) for m in _industries(context).finditer(text)] if context.industries else []
    return blanked(text, known)


def _industries(context: Context) -> re.Pattern[str]:
    words = sorted(context.industries, key=len, reverse=True)
    return worded("|".join(re.escape(w) if HAS_CJK.search(w) else rf"(?<!\w){re.escape(w)}(?!\w)" for w in words), I)


def blanked(text: str, spans: list[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + " " * (end - start) + text[end:]
    return text


def deal_words(text: str, context: Context) -> str:
    """The words that name an account or a deal."""
    spans = [n for n in context.lexicon.names_in(text, {"account", "deal"}) if n.score >= 0.3]
    if not any(n.kind == "account" for n in spans):
        spans = [n for n in spans if n.score >= 0.6]
    return " ".join(text[a:b] for a, b in sorted({(n.start, n.end) for n in spans}))


def deal_phrase(text: str, context: Context) -> str:
    """The words that name a deal, with the strange ones beside them: they may name what the asker must not see."""
    named = [(n.start, n.end) for n in context.lexicon.names_in(text, {"account", "deal"}) if n.score >= 0.3]
    if not named:
        return ""
    first, last = min(a for a, _ in named), max(b for _, b in named)
    for start, end in context.lexicon.strangers(text):
        if 0 <= first - end <= 1 and text[end:first].isspace():
            first = start
        if 0 <= start - last <= 1 and text[last:start].isspace():
            last = end
    return (
        text[first:last]
        if text[first:last] != text[min(a for a, _ in named) : max(b for _, b in named)]
        else deal_words(text, context)
    )


def whose(text: str, context: Context) -> str:
    """The words for people, teams and regions in a text."""
    parts = [text[m.start() : m.end()] for m in [_TEAM.search(text)] if m]
    for region in context.regions:
        if re.search(rf"\b{re.escape(region)}\b" if region.isascii() else re.escape(region), text, I):
            parts.append(region)
    people = sorted(context.lexicon.names_in(text, {"person"}), key=lambda n: n.start)
    if any(n.score >= 0.4 for n in people) and not re.search(r"\b(?:my|our) team\b|我的团队|我们", text, I):
        parts = [part for part in parts if not _TEAM.fullmatch(part)]
    parts += [text[n.start : n.end] for n in people if n.score >= 0.4]
    if not parts:
        if _ALL.search(text) and not re.search(r"\b(?:all|total)\b.{0,12}\bmy\b|我.{0,4}(?:所有|全部)", text, I):
            parts.append("all")
        elif _OWN.search(text):
            parts.append("me")
    return ", ".join(dict.fromkeys(parts))


def period_said(text: str, context: Context, *, ahead: bool) -> DateSaid | None:
    """The period of a question; the widest kind said, for `today` beside `this quarter` means the latter."""
    found = find_dates(text, context.today, ahead=ahead, fiscal=context.fiscal, day_first=context.day_first)
    return next((d for d in found if d.grain != "day"), None) or next(iter(found), None)


def periods_said(text: str, context: Context) -> list[DateSaid]:
    return [
        d
        for d in find_dates(text, context.today, ahead=False, fiscal=context.fiscal, day_first=context.day_first)
        if d.grain != "day"
    ]


_SINCE = worded(
    r"\bsince\b|\bcompared? (?:to|with) last week\b|\bvs\.? last week\b|自从?|以来|(?:和|与|比|跟)上周(?:相比|比)?", I
)


_BEFORE = worded(
    r"\b(?:before|until|till|up to|by|ahead of|no later than)(?: the)?(?: end of)?\s*$|(?:早于|不晚于)\s*$", I
)
_AFTER = worded(r"\b(?:after|past|beyond|later than|following)(?: the)?(?: end of)?\s*$|(?:晚于)\s*$", I)
_BEFORE_ZH, _AFTER_ZH = worded(r"^\s*(?:之前|以前|前)"), worded(r"^\s*(?:之后|以后|后)")
LONG_AGO, FAR_AHEAD = date(1970, 1, 1), date(2199, 12, 31)


_NOW = worded(r"\b(?:right |just )?now\b|\bat the moment\b|\bcurrently\b|目前|现在|此刻|当前", re.I)
"""Words for the present, which every question is about."""
_WITHIN = worded(r"\bwithin\b[^,.;]{0,12}$", re.I)
_WITHIN_ZH = worded(r"\s*(?:之内|以内|内)")


_AND = re.compile(r"\s*(?:and|&|or|to|through|until|-|–|,|和|或|到|至|、)\s*", re.I)
_ENDING = worded(r"\bend\b|底|末", re.I)
"""The end of a period, which belongs to what is before it: 年底前 is by the last day."""


def _joined_end(said: DateSaid, text: str, context: Context, ahead: bool) -> date:
    """The last day of a period, or of a like one joined to it: `february and march`."""
    found = find_dates(text, context.today, ahead=ahead, fiscal=context.fiscal, day_first=context.day_first)
    others = [d for d in found if d.start >= said.end and d.grain == said.grain and said.grain != "day"]
    joined = others and _AND.fullmatch(text, said.end, others[0].start) and others[0].period.end > said.period.end
    return others[0].period.end if joined else said.period.end


def span(text: str, context: Context, *, ahead: bool) -> dict[str, date | None]:
    """The period of a question as fields; `since` runs until today, `since last week` is the last 7 days, `before July`
    ends with June.
    """
    text = _NOW.sub(lambda hit: " " * len(hit.group()), text)
    said = period_said(text, context, ahead=ahead)
    if said is None:
        return {"period_from": None, "period_to": None}
    start, end = said.period.start, _joined_end(said, text, context, ahead)
    before, after = text[: said.start], text[said.end :]
    if _SINCE.search(text):
        start, end = (context.today - timedelta(days=7) if said.grain == "week" else start), context.today
    elif _BEFORE_ZH.search(after) or (
        _BEFORE.search(before) and "by" not in before.split()[-1:] and "to" not in before.split()[-1:]
    ):
        inclusive = _ENDING.search(text[said.start : said.end])
        start, end = LONG_AGO, end if inclusive else start - timedelta(days=1)
    elif _BEFORE.search(before):
        start = LONG_AGO
    elif _AFTER.search(before) or _AFTER_ZH.search(after):
        start, end = end + timedelta(days=1), FAR_AHEAD
    if _WITHIN.search(before) or text[said.start :].lower().startswith("within") or _WITHIN_ZH.match(after):
        start = min(start, context.today)
    if start > end:
        start -= timedelta(days=365)  # a day without a year: the last one
    return {"period_from": start, "period_to": end}


def read_selection(text: str, context: Context) -> ListDeals:
    """The open deals that words such as `all my stalled deals closing this month` mean."""
    found = read_filter(text, context)
    if found.get("whose") in {None, "all"}:
        found["whose"] = "me"
    return ListDeals(**found, **span(without_spans(text), context, ahead=True))
