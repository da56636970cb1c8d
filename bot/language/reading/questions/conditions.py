"""Which records a question is about: whose, which, when, how many."""

import re
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from bot.domain.deals import StageKind
from bot.domain.text import worded
from bot.language.context import Context
from bot.language.lexicon import vocabulary
from bot.language.reading.questions.words import CREATED, EVER, text_of
from bot.language.reading.seen import Part, Seen
from bot.language.rules.filters import LONG_AGO, blanked, deal_words, number, read_filter, span, without_spans
from bot.language.rules.stages import kind_of
from bot.language.spans.money import CURRENCIES
from bot.pipeline.measures import BUCKETS, Measure, State

SURELY_NOT = 0.6
"""From here on the model's word that a colleague is only mentioned outweighs the name's standing there."""
_NEGATED = worded(
    r"(?:\bnot|\bisn'?t|\baren'?t|\boutside|\bexcept(?: for)?|\bexcluding|\bexclude|\bwithout|\bnon"
    r"|\btake out|\bleave out"
    r"|\bignor\w+|\bminus|没有?在|不在|不是|除了|不算|不含)(?: (?:in|at|on|the|a|yet|marked|as|anything|everything"
    r"|deals"
    r"|those))*"
    r" *$",
    re.I,
)
_BELOW = worded(
    r"\b(?:below|under|less than|fewer than|not|hasn'?t|haven'?t|havent|hasnt|behind)\b|低于|不到|没到|未达", re.I
)
_ABOVE = worded(
    r"\b(?:above|over|more than|at least|ahead of|beat\w*|exceed\w*)\b|超过|高于"
    r"|超额",
    re.I,
)
_TODAY = worded(
    r"\b(?:clos\w+|due|land\w*|sign\w*|expected|happen\w*)\b.{0,15}\b(?:today|now)\b|今天(?:要|该)?(?:关|签)", re.I
)
_CURRENCY = worded(
    rf"\b(?:in|only)\s+(?P<code>{'|'.join(sorted((c for c in CURRENCIES if c.isalpha()), key=len, reverse=True))})\b"
    r"|\b(?P<code2>usd|eur|gbp|cny|rmb|jpy|chf)\b(?= (?:deals|pipeline|only|business|opps))"
    r"|(?P<zh>人民币|美元|美金|欧元)(?:的)?(?:单|商机)",
    re.I,
)


def filter_of(seen: Seen, context: Context, *, lost: bool = False) -> dict[str, Any]:
    """The conditions on deals; what stands behind a denial is excluded."""
    text = seen.said.own
    found = read_filter(text, context, lost=lost)
    _stages(seen, found, context)
    _names(seen, found)
    whose = _whose(seen, found.get("whose", ""))
    found.pop("whose", None)
    if whose:
        found["whose"] = whose
    currency = _CURRENCY.search(text)
    if currency:
        found["currency"] = CURRENCIES[(currency["code"] or currency["code2"] or currency["zh"]).lower()]
    return found


def _stages(seen: Seen, found: dict[str, Any], context: Context) -> None:
    """Stages and forecast categories asked for, one or several, and those excluded."""
    text = seen.said.own
    wanted: list[str] = []
    excluded: list[str] = []
    for part in seen.kinds("stage"):
        name = str(part.place.value)
        if kind_of(name, context.stages) is not StageKind.OPEN:
            continue
        joined = excluded and re.fullmatch(
            r"\W*(?:or|and|,|、|和|或)\W*", text[_last_end(seen, part) : part.place.start]
        )
        (excluded if _NEGATED.search(text[: part.place.start]) or joined else wanted).append(name)
    if excluded:
        found["not_stages"] = tuple(dict.fromkeys(excluded))
        for field in ("stage", "stage_onward"):
            found.pop(field, None)
    elif len(set(wanted)) > 1:
        found.pop("stage", None)
        found["stages"] = tuple(dict.fromkeys(wanted))
    elif wanted and "stage" not in found:
        found["stage"] = wanted[0]
    if found.get("stage") and CREATED.search(text) and str(found["stage"]).casefold() not in text.casefold():
        found.pop("stage")  # `new` is a word for a first stage, too
        found.pop("stage_onward", None)
    for part in seen.kinds("category"):
        if _NEGATED.search(text[: part.place.start]):
            found.pop("forecast", None)
            found["not_forecast"] = part.place.value


def _last_end(seen: Seen, part: Part) -> int:
    return max((p.place.end for p in seen.kinds("stage") if p.place.end <= part.place.start), default=part.place.start)


def _names(seen: Seen, found: dict[str, Any]) -> None:
    """Words of deals' own names without an account: what the names of several deals have in common."""
    named = next((hit.group() for cue in vocabulary("named").values() if (hit := cue.search(text_of(seen)))), None)
    if "deal" in found and not seen.kinds("account"):
        own = seen.kinds("deal")
        if own:
            found["named"] = max((p.words for p in own), key=len).removesuffix("s")
            del found["deal"]
    elif named and "deal" not in found:
        found["named"] = named.lower().rstrip("s") if named.isascii() else named


def _whose(seen: Seen, words: str) -> str:
    """Without the colleagues who are only mentioned: `before my 8am with Henrike`."""
    mentioned = {p.words.casefold() for p in seen.kinds("colleague") if p.part != "whose" and p.share >= SURELY_NOT}
    kept = [part for part in words.split(", ") if part and part.casefold() not in mentioned]
    return ", ".join(kept)


def people_asked(found: dict[str, Any]) -> list[str]:
    """The people, teams and regions of a filter, one by one."""
    return [part for part in str(found.get("whose", "")).split(", ") if part]


def when_of(seen: Seen, state: State, context: Context) -> dict[str, Any]:
    """The period: that of creation where the words say so, else of closing; `open today` names none."""
    text = without_spans(without_dimensions(seen.said.own))
    period = span(text, context, ahead=state == "open")
    if period["period_from"] == period["period_to"] == context.today and not _TODAY.search(text) and state == "open":
        period = {"period_from": None, "period_to": None}
    if state != "open" and EVER.search(text) and not period["period_from"]:
        return {"period_from": LONG_AGO, "period_to": context.today}
    if state == "any" and CREATED.search(text) and period["period_from"]:
        return {"created_from": period["period_from"], "created_to": period["period_to"]}
    return period


def without_dimensions(text: str) -> str:
    """Without `by close month`, which names no period."""
    by = "|".join(f"(?:{cue.pattern})" for cue in vocabulary("by").values())
    buckets = "|".join(f"(?:{vocabulary('dimensions')[name].pattern})" for name in sorted(BUCKETS))
    return re.sub(rf"(?:{by})\s*(?:{buckets})", " ", text, flags=re.I)


def bounds_of(seen: Seen, measures: Iterable[Measure]) -> dict[str, Decimal]:
    """`below 50 % of quota`: only groups on one side of a share."""
    measured = set(measures)
    for part in seen.kinds("percent"):
        share = re.search(r"\d+(?:[.,]\d+)?", part.words)
        before = seen.said.own[max(0, part.place.start - 30) : part.place.start]
        side = "below" if _BELOW.search(before) else "above" if _ABOVE.search(before) else None
        if share and side and {"attainment", "win_rate", "share", "quota"} & measured:
            return {side: Decimal(share.group().replace(",", ".")) / 100}
    if "attainment" in measured:
        text = seen.said.own
        return {"below": Decimal(1)} if _BELOW.search(text) else {"above": Decimal(1)} if _ABOVE.search(text) else {}
    return {}


def top_of(seen: Seen) -> int | None:
    """How many to list."""
    tops = [p for p in seen.of("top") if p.place.kind == "number"]
    if tops:
        return min(max(number(tops[0].words), 1), 100)
    said = re.search(
        r"\b(\d{1,2}|three|five|ten) (?:\w+est|best|worst)\b|\b(?:top|best|first|last|bottom|worst|biggest"
        r"|largest) (\d{1,2}|three|five|ten)\b"
        r"|前(\d{1,2}|[一二三四五六七八九十])|最(?:大|小|高|老|久|近)的(\d{1,2}|[一二两三四五六七八九十])个?",
        seen.said.own,
        re.I,
    )
    return number(next(g for g in said.groups() if g)) if said else None


def about(seen: Seen, context: Context) -> str:
    """The words that name the record, else strange ones that may name what the asker must not see; of a person the
    name.
    """
    words = deal_words(seen.said.own, context)
    if words:
        return words
    contacts = seen.kinds("contact")
    return contacts[0].words if contacts else stranger(seen, context)


def stranger(seen: Seen, context: Context) -> str:
    """Words that are no everyday words and no name the asker may see, as they stand together."""
    known = [p for p in seen.parts if p.place.kind not in {"account", "deal", "contact"}]
    text = blanked(text_of(seen), [(p.place.start, p.place.end) for p in known])
    familiar = seen.model.acts.vocabulary
    strange = [
        (a, b)
        for a, b in context.lexicon.strangers(text)
        if text[a].isupper() or f"w={text[a:b].casefold()}" not in familiar
    ]
    if not strange:
        return ""
    start, end = strange[0]
    for a, b in strange[1:]:
        if text[end:a].strip():
            break
        end = b
    return seen.said.own[start:end]
