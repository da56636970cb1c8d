"""From a question about the records to the command that asks it."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from bot.contract.commands.asking import (
    AskFact,
    AskRecords,
    FactField,
    ListDeals,
    Prioritize,
    ReportView,
    ShowDeal,
    SummarizePipeline,
    Suppose,
)
from bot.contract.commands.base import Command
from bot.contract.commands.talking import Unsupported
from bot.domain.activities import ActivityKind
from bot.language.context import Context
from bot.language.lexicon import vocabulary
from bot.language.reading.seen import Part, Seen
from bot.language.rules.filters import (
    LONG_AGO,
    blanked,
    days_said,
    deal_words,
    number,
    read_filter,
    span,
    without_spans,
)
from bot.language.spans.money import MoneySaid
from bot.pipeline.measures import BUCKETS, Dimension, Measure, State

GENERIC: frozenset[str] = frozenset({"amount", "count", "quota", "activities", "share"})
"""Measures whose words stand in many questions that are about another one."""
VIEWS: Mapping[str, ReportView] = {
    "summary": "summary", "compare": "summary", "outlook": "forecast", "changed": "movement", "funnel": "conversion",
    "hygiene": "hygiene", "scoreboard": "scoreboard",
}  # fmt: skip
_KINDS: tuple[tuple[ActivityKind, re.Pattern[str]], ...] = (
    (ActivityKind.CALL, re.compile(r"\b(?:calls?|called|phoned|dial\w*|rang)\b|电话|通话", re.I)),
    (ActivityKind.MEETING, re.compile(r"\b(?:meetings?|met|visits?|visited)\b|会议|开会|开了|拜访|见面|见了", re.I)),
    (ActivityKind.DEMO, re.compile(r"\b(?:demos?|demoed)\b|演示", re.I)),
    (ActivityKind.EMAIL, re.compile(r"\b(?:e-?mails?|mails?|emailed|mailed)\b|邮件", re.I)),
    (ActivityKind.NOTE, re.compile(r"\bnotes?\b|备注", re.I)),
)
_ROLE = re.compile(
    r"\b(?:C[EFITOMRSP]O|CISO|(?:S?E?VP|vice president|director|head|chief|manager|buyer|owner|partner)"
    r"(?: of)?(?: (?!at\b|in\b|for\b|from\b)[a-z&]+){0,3}|economic buyer|decision[- ]maker|champion)\b",
    re.I,
)
_DEALS = re.compile(r"\b(?:deals?|opps?|opportunit\w+|ones|wins?|losses|renewals?|pipeline)\b|单(?!龄)|商机|项目", re.I)
_CONVERTED = re.compile(
    r"\b(?:convert\w*|exchange rate)\b|\b(?:in|to|into) (?:usd|eur|gbp|cny|rmb|jpy|chf|us dollars|dollars"
    r"|euros?|pounds)\b"
    r"(?=\W*(?:please|pls|instead|$))|换算|折合",
    re.I,
)
_BACK = re.compile(
    r"\b(?:moved|went|gone|going|slid|stepped|fell) (?:back|backwards?)\b(?! to)|\bregress\w*|\bbackwards?\b"
    r"|退回|倒退|回退",
    re.I,
)
_PRICED = re.compile(r"\b(?:pric\w*|costs?|how much|list|fee)\b|价格|多少钱|报价|价", re.I)
_EVER = re.compile(r"\b(?:total|ever|all[- ]time|so far|overall|historically|lifetime)\b|历史|累计|总共|一直以来", re.I)
_CLOSED = re.compile(r"\b(?:did|has|have|anything|what|which)\b.{0,20}\bclosed?\b(?! date)", re.I)
_COUNTED = re.compile(
    r"\b(?:how many|number of|counts?|volume|trend|most|fewest|least|levels?)\b"
    r"|趋势|最多|最少|多少|几(?:个|次|场|通|封)|量",
    re.I,
)
_WHO = re.compile(r"\b(?:who|whos|whose)\b|谁", re.I)
_BELOW = re.compile(r"\b(?:below|under|less than|fewer than|not (?:at|reached|hit)|behind)\b|低于|不到|没到|未达", re.I)
_ABOVE = re.compile(r"\b(?:above|over|more than|at least|ahead of|beat\w*|exceed\w*)\b|超过|高于|超额", re.I)
_OUTCOME_LOST = re.compile(
    r"\b(?:lose|lost|loses|losing|drops?(?: out)?|falls? (?:through|out)|dies|without|don'?t (?:win|get))\b|丢|输|黄",
    re.I,
)
_CREATED = re.compile(r"\b(?:created?|opened|added|entered|new)\b|新(?:增|建)|创建", re.I)
_NEGATED = re.compile(
    r"(?:\bnot|\bisn'?t|\baren'?t|\boutside|\bexcept|\bexcluding|\bwithout|\bnon|不在|不是|除了)(?: (?:in|at|on"
    r"|the|a|yet|marked|as))* *$",
    re.I,
)


def read_question(seen: Seen, act: str, context: Context) -> Command:
    """The command of a question, by the act that it is."""
    text = _text(seen)
    if act in {"list", "summary", "changed", "compare"} and broken_down(seen):
        act = "number"
    elif (
        act in {"number", "outlook", "list"}
        and _bounds(seen, measures_said(text))
        and _said("subjects", text).keys() & {"people"}
    ):
        act = "rank"
    elif (act in {"changed", "number", "summary"} and _BACK.search(text)) or (
        act in {"changed", "fact", "number"} and _CLOSED.search(text) and not measures_said(text)
    ):
        act = "list"
    match act:
        case "fact":
            return _fact(seen, context)
        case "status":
            return ShowDeal(deal=about(seen, context))
        case "activity":
            return _activity(seen, context)
        case "priorities":
            return Prioritize(whose=_filter(seen, context).get("whose", ""))
        case "what_if":
            return _supposed(seen, context)
        case "number" | "rank":
            return _figures(seen, act, context)
        case "list":
            return _list(seen, context)
        case _:
            return _summary(seen, act, context)


def _text(seen: Seen) -> str:
    """The message without the names in it, which are no words for measures."""
    named = [
        (p.place.start, p.place.end)
        for p in seen.kinds("account", "deal", "contact", "colleague", "product", "competitor", "email", "phone")
    ]
    return blanked(seen.said.own, named)


def _said(section: str, text: str) -> dict[str, tuple[int, int]]:
    """The meanings of a section that a text names, each where it stands first, the longest at a place winning."""
    found = {m: hit.span() for m, cue in vocabulary(section).items() if (hit := cue.search(text))}
    return {
        meaning: (a, b)
        for meaning, (a, b) in found.items()
        if not any(c <= a and b <= d and d - c > b - a for c, d in found.values())
    }


def measures_said(text: str) -> tuple[Measure, ...]:
    """What a question measures, in the order said; words that stand in every question only where nothing else does."""
    found = _said("measures", text)
    special = {m: at for m, at in found.items() if m not in GENERIC}
    kept: Any = special or found
    return tuple(sorted(kept, key=lambda m: kept[m][0]))


def dimensions_said(text: str) -> tuple[Dimension, ...]:
    """What figures are broken down by: `by rep`, `per month`, 按区域."""
    by = "|".join(f"(?:{cue.pattern})" for cue in vocabulary("by").values())
    found: list[tuple[int, Any]] = []
    for dimension, cue in vocabulary("dimensions").items():
        hit = re.search(rf"(?:{by})\s*(?:the |my |our |their |its )?(?:{cue.pattern})", text, re.I)
        if hit or (
            dimension in BUCKETS
            and (
                hit := re.search(
                    r"\b(?:month|quarter|week)ly\b|逐(?:月|季|周)|\b(?:month|quarter|week) (?:over|on|by) \w+",
                    text,
                    re.I,
                )
            )
            and hit.group().lower().startswith((dimension, "逐"))
        ):
            found.append((hit.start(), dimension))
    return tuple(dimension for _, dimension in sorted(found))[:2]


def impossible(seen: Seen, act: str) -> Command | None:
    """What a question asks for that no record holds and nothing here works out."""
    absent = _absent(seen, act)
    if absent:
        return Unsupported(what="field", words=absent)
    limits = [word for word, limiting in unread_words(seen) if limiting]
    if limits and act in {"list", "number", "rank"} and not seen.kinds("account", "deal"):
        return Unsupported(what="condition", words=limits[0])
    return Unsupported(what="convert") if _CONVERTED.search(seen.said.own) else None


def with_left_out(command: Command, seen: Seen) -> Command:
    """The question with the words that it does not hold, to be told with the answer."""
    words = tuple(word for word, _ in unread_words(seen))
    if not words or not isinstance(command, AskRecords | ListDeals | SummarizePipeline):
        return command
    return command.model_copy(update={"left_out": (*command.left_out, *words)[:3]})


def names_a_measure(seen: Seen) -> bool:
    return bool(set(measures_said(_text(seen))) - GENERIC)


def measures_something(seen: Seen) -> bool:
    """Whether words for a measure or a breakdown stand there."""
    text = _text(seen)
    return bool(set(measures_said(text)) - GENERIC or dimensions_said(text))


ALWAYS_ABSENT = ("commission", "churn", "partner", "提成", "流失")
"""What no CRM here holds, whatever else a question names."""


def _absent(seen: Seen, act: str) -> str:
    """Words for what no field holds, where the question is about just that."""
    text = _text(seen)
    cues = vocabulary("absent")
    hit = next((h for name in ALWAYS_ABSENT if name in cues and (h := cues[name].search(text))), None)
    if hit is None and act in {"number", "rank", "fact"}:
        found = next((h for cue in cues.values() if (h := cue.search(text))), None)
        measured = set(measures_said(text)) - GENERIC
        asked = set(_said("fields", text)) - {"title", "contacts", "amount"} if act == "fact" else measured
        if found and not asked and not set(dimensions_said(text)) - {"account"}:
            hit = found
    return hit.group().strip() if hit else ""


def broken_down(seen: Seen) -> bool:
    """Whether figures by something are asked for that no report of the whole has."""
    by, text = dimensions_said(_text(seen)), _text(seen)
    if re.search(r"pipeline|pipe\b|summary|forecast|overview|管道|汇总|预测", text, re.I):
        closing = re.search(r"\bby (?:the )?clos\w+", text, re.I)
        return bool({"loss_reason", "account", "country", "week"} & set(by) or (closing and BUCKETS & set(by)))
    return bool(by)


def whose_said(seen: Seen, context: Context) -> str:
    """The words for people, teams and regions."""
    return str(_filter(seen, context).get("whose", ""))


def _filter(seen: Seen, context: Context, *, lost: bool = False) -> dict[str, Any]:
    """The conditions on deals; what stands behind a denial is excluded."""
    text = seen.said.own
    found = read_filter(text, context, lost=lost)
    for part in seen.kinds("category", "stage"):
        if _NEGATED.search(text[: part.place.start]):
            field = "forecast" if part.place.kind == "category" else "stage"
            found.pop(field, None)
            found.pop("stage_onward", None) if field == "stage" else None
            found[f"not_{field}"] = part.place.value
        elif part.place.kind == "stage" and "stage" not in found and _open_stage(part, context):
            found["stage"] = part.place.value
    named = next((hit.group() for cue in vocabulary("named").values() if (hit := cue.search(_text(seen)))), None)
    if named and "deal" not in found:
        found["named"] = named.lower().rstrip("s") if named.isascii() else named
    return found


def _open_stage(part: Part, context: Context) -> bool:
    return any(stage.name == part.place.value and stage.kind == "open" for stage in context.stages)


def _state(text: str, act: str) -> State:
    found = _said("states", text)
    for state in ("lost", "won", "closed", "any"):
        if state in found:
            return state
    return "won" if act == "rank" else "open"


def _when(seen: Seen, state: State, context: Context) -> dict[str, Any]:
    """The period: that of creation where the words say so, else of closing."""
    text = without_spans(_without_dimensions(seen.said.own))
    period = span(text, context, ahead=state == "open")
    if state != "open" and _EVER.search(text) and not period["period_from"]:
        return {"period_from": LONG_AGO, "period_to": context.today}
    if state == "any" and _CREATED.search(text) and period["period_from"]:
        return {"created_from": period["period_from"], "created_to": period["period_to"]}
    return period


def _without_dimensions(text: str) -> str:
    """Without `by close month`, which names no period."""
    by = "|".join(f"(?:{cue.pattern})" for cue in vocabulary("by").values())
    buckets = "|".join(f"(?:{vocabulary('dimensions')[name].pattern})" for name in sorted(BUCKETS))
    return re.sub(rf"(?:{by})\s*(?:{buckets})", " ", text, flags=re.I)


def _left_out(text: str, measures: tuple[Measure, ...]) -> tuple[str, ...]:
    """Words for what no CRM field holds here."""
    return tuple(hit.group().strip() for cue in vocabulary("absent").values() if (hit := cue.search(text)))


_SMALL = re.compile(
    r"(?:a|an|the|of|to|in|on|at|by|for|from|with|and|or|is|are|was|were|be|been|do|does|did|has|have|had|can|could|will"
    r"|would|should|me|my|mine|our|ours|we|us|i|you|your|he|she|they|them|their|his|her|it|its|this|that|these|those|who"
    r"|what|which|when|where|how|why|not|no|any|all|some|more|most|than|then|there|here|just|only|also|so|too|as|if|but"
    r"|im|ive|id|dont|s|t|re|ve|ll|d|m)",
    re.I,
)
_LIMITS = re.compile(r"\b(?:in|from|with|called|named|tagged|about|containing|via|through)\s+(?:the\s+|an?\s+)?$", re.I)


def unread_words(seen: Seen) -> list[tuple[str, bool]]:
    """Words of a question that no place, no measure and no everyday question holds; True where one limits what is asked
    for (`in legal`).
    """
    text = blanked(seen.said.own, [(p.place.start, p.place.end) for p in seen.parts])
    for section in ("measures", "dimensions", "subjects", "lacking", "named", "superlatives", "states", "absent", "by"):
        for cue in vocabulary(section).values():
            text = cue.sub(lambda hit: " " * len(hit.group()), text)
    return [
        (hit.group(), bool(_LIMITS.search(seen.said.own[: hit.start()])))
        for hit in re.finditer(r"[A-Za-z][A-Za-z'’-]{3,}", text)
        if not _SMALL.fullmatch(hit.group()) and hit.group().lower() not in seen.model.asked_with
    ]


def _figures(seen: Seen, act: str, context: Context) -> Command:
    text = _text(seen)
    measures, by = measures_said(text), dimensions_said(text)
    if "gap" in measures and not by:
        return _summary(seen, "outlook", context)
    state = _state(text, act)
    named_dims = _said("dimensions", text).keys() - BUCKETS
    if (
        act == "rank"
        and not by
        and _DEALS.search(text)
        and not named_dims
        and (_ONE.search(text) or not _WHO.match(text))
    ):
        return _list(seen, context)
    if act == "rank" and not by:
        named = [d for d, _ in sorted(_said("dimensions", text).items(), key=lambda item: item[1]) if d not in BUCKETS]
        by = (named[0] if named else "rep",)  # type: ignore[assignment]
    if re.search(r"loss[- ]reasons?|(?:丢|输|失)单原因", text, re.I) and "loss_reason" not in by:
        by, state = (*by, "loss_reason")[:2], "lost"
    if "activities" in measures or (_kind(text) and not _about_deals(text)):
        return _activity(seen, context)
    found = _filter(seen, context, lost=state == "lost")
    if state == "lost" and "loss_reason" in by:
        found.pop("loss_reason", None)
    found.setdefault("whose", "")
    if not measures or set(measures) <= {"share"}:
        measures = ("count", "amount") if act == "rank" or "share" not in measures else ("count", "share")
    if "win_rate" in measures:
        measures = (*measures, "win_rate_amount")
    if measures == ("amount",):
        measures = ("amount", "count")
    if set(measures) <= {"quota", "attainment"}:
        measures = ("attainment", "quota")
    bounds = _bounds(seen, measures)
    for field in ("min_amount", "max_amount"):
        if bounds:
            found.pop(field, None)
    return AskRecords(
        **found,
        **_when(seen, state, context),
        **bounds,
        measures=measures,
        by=by,
        state=state,
        least=_least(text),
        top=_top(seen),
        left_out=_left_out(text, measures),
    )


def _about_deals(text: str) -> bool:
    return bool(
        re.search(r"\b(?:deals?|opps?|opportunit|pipeline|won|lost|revenue|quota)\w*\b|单|商机|项目|管道", text, re.I)
    )


def _bounds(seen: Seen, measures: tuple[Measure, ...]) -> dict[str, Decimal]:
    """`below 50 % of quota`: only groups on one side of a share."""
    for part in seen.kinds("percent"):
        share = re.search(r"\d+(?:[.,]\d+)?", part.words)
        before = seen.said.own[max(0, part.place.start - 30) : part.place.start]
        side = "below" if _BELOW.search(before) else "above" if _ABOVE.search(before) else None
        if share and side and {"attainment", "win_rate", "share"} & set(measures):
            return {side: Decimal(share.group().replace(",", ".")) / 100}
    if "attainment" in measures:
        text = seen.said.own
        return {"below": Decimal(1)} if _BELOW.search(text) else {"above": Decimal(1)} if _ABOVE.search(text) else {}
    return {}


def _least(text: str) -> bool:
    found = _said("superlatives", text)
    return "least" in found and "most" not in found


def _top(seen: Seen) -> int | None:
    tops = [p for p in seen.of("top") if p.place.kind == "number"]
    if tops:
        return min(max(number(tops[0].words), 1), 100)
    said = re.search(
        r"\b(?:top|best|first|last|bottom|worst|biggest|largest) (\d{1,2})\b|前(\d{1,2}|[一二三四五六七八九十])",
        seen.said.own,
        re.I,
    )
    return number(next(g for g in said.groups() if g)) if said else None


def _kind(text: str) -> ActivityKind | None:
    return next((kind for kind, cue in _KINDS if cue.search(text)), None)


def _activity(seen: Seen, context: Context) -> Command:
    """Who did what with whom, how often, and who did not."""
    text = _text(seen)
    found = {k: v for k, v in _filter(seen, context).items() if k in {"whose", "deal"}}
    period = span(without_spans(seen.said.own), context, ahead=False)
    lacking = vocabulary("lacking")["activity"].search(text)
    if lacking:
        subject: Literal["accounts", "people"] = (
            "accounts" if vocabulary("subjects")["accounts"].search(text) else "people"
        )
        days = days_said(seen.said.own)
        if days is None and period["period_from"]:
            days = max((context.today - period["period_from"]).days, 1)
        return AskRecords(**found, subject=subject, lacking="activity", lacking_days=days, state="any")
    by = tuple(
        d
        for d in dimensions_said(text)
        if d in {"rep", "month", "quarter", "week", "activity", "account", "manager", "region"}
    )
    counts = by or _COUNTED.search(text)
    who = tuple(p.words for p in seen.kinds("contact"))
    if counts and not who:
        if not by and re.search(r"trend|趋势", text, re.I):
            by = ("week",)
        elif not by and _WHO.search(text):
            by = ("rep",)
        return AskRecords(
            **found, **period, subject="activities", measures=("activities",), by=by, activity=_kind(text), state="any",
            least=_least(text), top=_top(seen),
        )  # fmt: skip
    if "deal" not in found and not who and (words := _stranger(seen, context)):
        found["deal"] = words
    return AskRecords(
        **found, **period, subject="activities", contact=who[0] if who else "", activity=_kind(text), state="any",
        top=_top(seen),
    )  # fmt: skip


def names_activities(seen: Seen) -> bool:
    """Whether a question asks for activities by that word."""
    return bool(
        re.search(r"\b(?:activit(?:y|ies)|calls|meetings|e-?mails|visits|notes)\b|活动|记录|拜访", _text(seen), re.I)
    )


def _list(seen: Seen, context: Context) -> Command:
    text = _text(seen)
    subjects = {k: v for k, v in _said("subjects", text).items() if k in {"accounts", "contacts", "people"}}
    deals = _DEALS.search(text)
    lacking = next((name for name, cue in vocabulary("lacking").items() if cue.search(text)), None)
    found = _filter(seen, context)
    if lacking == "open_deals" and ("accounts" in subjects or not subjects):
        return AskRecords(**found, subject="accounts", lacking="open_deals", state="any")
    if lacking == "activity" and not deals and subjects:
        return _activity(seen, context)
    if "contacts" in subjects and not deals:
        return AskRecords(**found, subject="contacts", state="any")
    attained = measures_said(text)
    if "people" in subjects and not deals and {"attainment", "quota"} & set(attained):
        return _figures(seen, "rank", context)
    if "accounts" in subjects and not deals:
        return AskRecords(
            **found,
            **_when(seen, _state(text, "list"), context),
            subject="accounts",
            state=_state(text, "list"),
            top=_top(seen),
        )
    state = _state(text, "list")
    when = _when(seen, state, context)
    if _BACK.search(text):
        move = (
            when
            if when["period_from"]
            else {"period_from": context.fiscal.quarter_around(context.today).start, "period_to": context.today}
        )
        kept = {k: v for k, v in found.items() if k not in {"min_pushes", "slipped_from", "slipped_to"}}
        return ListDeals(**kept, state="any", moved="back", moved_from=move["period_from"], moved_to=move["period_to"])
    order = next((o for o, cue in _ORDERS if cue.search(text)), "amount")
    fields = {**_filter(seen, context, lost=state == "lost"), **when}
    if "created_from" in fields and not re.search(r"stage|阶段", text, re.I):
        fields.pop("stage", None)  # `new` is a word for a first stage, too
    if _CLOSED.search(text) and state == "open":
        state = "closed"
        fields |= span(without_spans(seen.said.own), context, ahead=False)
    listed: Any = "any" if state == "any" and "created_from" in fields else "open" if state == "any" else state
    return ListDeals(**fields, state=listed, order=order, top=_top(seen) or (1 if _ONE.search(text) else None))


_ONE = re.compile(
    r"\b(?:biggest|largest|smallest|oldest|best|worst|top) (?:\w+ ){0,2}(?:deal|opp|opportunity|win|loss|order)\b(?!s)"
    r"|最大的(?:单子|商机|那个)",
    re.I,
)
"""`the biggest win`, `Tamsin's largest deal`: one of them."""
_ORDERS: tuple[tuple[Any, re.Pattern[str]], ...] = (
    ("age", re.compile(r"\b(?:oldest|longest|aged)\b|最久|最老", re.I)),
    ("quiet", re.compile(r"\bquietest\b|\blongest without\b", re.I)),
    ("pushes", re.compile(r"\bmost (?:pushed|slipped|delayed)\b|\bpushed most\b|推迟最多", re.I)),
    ("close_date", re.compile(r"\b(?:by close date|soonest|next to close|earliest)\b|最快|最早", re.I)),
)


def _summary(seen: Seen, act: str, context: Context) -> Command:
    text = _text(seen)
    view = VIEWS.get(act, "summary")
    dimensions = [
        d
        for d in dimensions_said(text)
        if d in {"rep", "manager", "region", "stage", "product", "industry", "forecast", "month", "quarter"}
    ]
    found = _filter(seen, context)
    if view == "forecast":
        found.pop("forecast", None)
    if view == "movement" and _CREATED.search(text) and _DEALS.search(text):
        return _list(seen, context)
    period = span(without_spans(_without_dimensions(seen.said.own)), context, ahead=view in {"summary", "forecast"})
    by: Any = dimensions[0] if dimensions else None
    if act == "compare" and not by and len([p for p in found.get("whose", "").split(", ") if p]) > 1:
        by = "compare"
    elif act == "compare" and not by:
        by = "rep"
    return SummarizePipeline(**found, **period, view=view, by=by)


def about(seen: Seen, context: Context) -> str:
    """The words that name the record, else strange ones that may name what the asker must not see; of a person the
    name.
    """
    words = deal_words(seen.said.own, context)
    if words:
        return words
    contacts = seen.kinds("contact")
    return contacts[0].words if contacts else _stranger(seen, context)


def _stranger(seen: Seen, context: Context) -> str:
    """Words that are no everyday words and no name the asker may see, as they stand together."""
    text = blanked(_text(seen), [(p.place.start, p.place.end) for p in seen.kinds("date", "money", "stage", "region")])
    strange = context.lexicon.strangers(text)
    if not strange:
        return ""
    start, end = strange[0]
    for a, b in strange[1:]:
        if text[end:a].strip():
            break
        end = b
    return seen.said.own[start:end]


def _fact(seen: Seen, context: Context) -> Command:
    text = _text(seen)
    fields = _said("fields", text)
    contacts = [p.words for p in seen.kinds("contact")]
    role = _ROLE.search(text)
    products = seen.kinds("product")
    if products and not seen.kinds("account", "deal") and _PRICED.search(text):
        return AskFact(field="list_price", deal=products[0].words)
    named = deal_words(seen.said.own, context) or ("" if contacts else _stranger(seen, context))
    if role and _WHO.search(text) and not contacts:
        return AskFact(field="contacts", deal=named, contact=role.group())
    absent = _left_out(text, ())
    if absent and not fields:
        return Unsupported(what="field", words=absent[0])
    of_contact = {"phone", "email", "title", "account"}
    order: list[Any] = [f for f in vocabulary("fields") if f in fields]
    if contacts and not named:
        order = [f for f in order if f in of_contact | {"last_activity"}] or order
    elif not contacts:
        order = [f for f in order if f not in {"title"}] or order
    field: FactField | None = order[0] if order else None
    if field is None:
        return ShowDeal(deal=about(seen, context))
    if field == "last_activity":
        return AskRecords(subject="activities", deal=named, contact=contacts[0] if contacts else "", top=3, state="any")
    return AskFact(field=field, deal=named, contact=contacts[0] if contacts else "")


def _supposed(seen: Seen, context: Context) -> Command:
    text = seen.said.own
    found = _filter(seen, context)
    monies = [p.place.value for p in seen.kinds("money") if isinstance(p.place.value, MoneySaid)]
    percents = seen.kinds("percent")
    period = {k: v for k, v in span(without_spans(text), context, ahead=True).items() if isinstance(v, date)}
    for field in ("min_amount", "max_amount", "finding"):
        found.pop(field, None)
    if monies:
        return Suppose(**found, **period, outcome="amount", amount=monies[-1].amount)
    if percents and (share := re.search(r"\d+(?:[.,]\d+)?", percents[-1].words)):
        part = Decimal(share.group().replace(",", ".")) / 100
        less = re.search(r"\b(?:discount\w*|less|lower|smaller|down|off|cut|reduc\w*|minus)\b|降|减|折|少", text, re.I)
        return Suppose(**found, **period, outcome="amount", amount_factor=1 - part if less else 1 + part)
    return Suppose(**found, **period, outcome="lost" if _OUTCOME_LOST.search(text) else "won")
