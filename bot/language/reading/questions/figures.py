"""Questions of figures: measures of deals, and how much was done."""

import re
from typing import Any, Literal

from bot.contract.commands.asking import AskRecords
from bot.contract.commands.base import Command
from bot.domain.text import worded
from bot.language.context import Context
from bot.language.lexicon import vocabulary
from bot.language.reading.questions import words as w
from bot.language.reading.questions.conditions import bounds_of, filter_of, people_asked, stranger, top_of, when_of
from bot.language.reading.questions.lists import read_list
from bot.language.reading.questions.summaries import read_summary
from bot.language.reading.seen import Seen
from bot.language.rules.filters import days_said, span, without_spans
from bot.pipeline.measures import BUCKETS, Dimension, Measure, State

_ABOUT_DEALS = worded(r"\b(?:deals?|opps?|opportunit|pipeline|won|lost|revenue|quota)\w*\b|单|商机|项目|管道", re.I)
_TOP_DEALS = worded(
    r"\b(?:biggest|largest|smallest|oldest|newest|latest|top)(?: \w+){0,3} (?:deals|opps|opportunities)\b"
    r"|最(?:大|小|老)的.{0,6}(?:单|商机)",
    re.I,
)
_OWNED = worded(r"\b(?:how many|number of) (?:accounts|customers|clients|companies)\b|多少(?:个|家)?客户", re.I)
_HOW_MANY = worded(r"\bhow many\b|\bnumber of\b|多少(?:次|个|通|封)|几(?:次|个|通|封)", re.I)
_BY_WHOM = frozenset({"rep", "month", "quarter", "week", "activity", "account", "manager", "region"})


def read_figures(seen: Seen, act: str, context: Context) -> Command:
    """Measures of deals, by up to two dimensions."""
    text = w.text_of(seen)
    measures, by = w.measures_said(text), w.dimensions_said(text)
    if "gap" in measures and not by and w.EACH.search(text):
        by = ("rep",)
    if "gap" in measures and not by:
        return read_summary(seen, "outlook", context)
    state = w.state_said(text, act)
    if "activities" in measures or (w.activity_said(text) and not _ABOUT_DEALS.search(text)):
        return read_activity(seen, context, ranked=act == "rank")
    if _OWNED.search(text):
        return AskRecords(
            **_scope(seen, context), measures=("accounts",), by=by or ("rep",), subject="accounts", state="any"
        )
    named = w.meanings("dimensions", text).keys() - BUCKETS
    of_deals = w.DEALS.search(text) and not named and not w.WHO.match(text)
    if act == "rank" and not by and (w.ONE.search(text) or of_deals or _TOP_DEALS.search(text)):
        return read_list(seen, context)
    by, state = _by(seen, act, by, state, text)
    found = filter_of(seen, context, lost=state == "lost")
    if "share" in measures and not by and found.get("whose"):
        by = _whole_of(found, context)  # the share of one among all of its kind
    if "loss_reason" in by:
        found.pop("loss_reason", None)
    if len(people_asked(found)) > 1 and not by:
        by = ("rep",)
    if state == "closed" and not by:
        by = ("stage",)
    bounds = bounds_of(seen, measures)
    for field in ("min_amount", "max_amount") if bounds else ():
        found.pop(field, None)
    return AskRecords(
        **{"whose": "", **found},
        **when_of(seen, state, context),
        **bounds,
        measures=_measures(measures, act),
        by=by,
        state=state,
        least=w.least_first(text),
        top=top_of(seen),
        left_out=w.absent_beside(text),
    )


def _whole_of(found: dict[str, Any], context: Context) -> tuple[Dimension, ...]:
    """By region or person, instead of one of them alone."""
    whose = str(found["whose"])
    if "," in whose or whose in {"me", "all"} or "team" in whose:
        return ()
    del found["whose"]
    return ("region",) if whose.casefold() in {region.casefold() for region in context.regions} else ("rep",)


def _by(
    seen: Seen, act: str, by: tuple[Dimension, ...], state: State, text: str
) -> tuple[tuple[Dimension, ...], State]:
    """The breakdown: what was said, of a ranking whom or what it ranks, of losses the reasons asked for."""
    found = w.meanings("dimensions", text)
    if act == "rank" and not by:
        named: list[Any] = [d for d, _ in sorted(found.items(), key=lambda item: item[1]) if d not in BUCKETS]
        by = (named[0] if named else "rep",)
    reasons = re.search(r"loss[- ]reasons?|(?:丢|输|失)单原因", text, re.I) or (state == "lost" and w.WHY.search(text))
    shared = state == "lost" and "share" in w.measures_said(text)
    several = state == "lost" and w.reasons_said(text) > 1
    if (reasons or shared or several) and "loss_reason" not in by:
        return (*by, "loss_reason")[:2], "lost"
    return by, state


def _measures(said: tuple[Measure, ...], act: str) -> tuple[Measure, ...]:
    """The measures to show: those said, with what belongs beside them."""
    if not said or set(said) <= {"share"}:
        return ("count", "amount") if act == "rank" or "share" not in said else ("count", "share")
    if "win_rate" in said:
        return (*said, "win_rate_amount")
    if said == ("amount",):
        return ("amount", "count")
    if set(said) <= {"quota", "attainment"}:
        return ("attainment", "quota")
    return said


def _scope(seen: Seen, context: Context) -> dict[str, Any]:
    return {k: v for k, v in filter_of(seen, context).items() if k in {"whose", "deal"}}


def read_activity(seen: Seen, context: Context, *, ranked: bool = False) -> Command:
    """Who did what with whom, how often, and who did not."""
    text = w.text_of(seen)
    found = _scope(seen, context)
    period = span(without_spans(seen.said.own), context, ahead=False)
    if vocabulary("lacking")["activity"].search(text) and not _HOW_MANY.search(text):
        subject: Literal["accounts", "people"] = (
            "accounts" if vocabulary("subjects")["accounts"].search(text) else "people"
        )
        days = days_said(seen.said.own)
        if days is None and period["period_from"]:
            days = max((context.today - period["period_from"]).days, 1)
        return AskRecords(**found, subject=subject, lacking="activity", lacking_days=days, state="any")
    by: tuple[Dimension, ...] = tuple(d for d in w.dimensions_said(text) if d in _BY_WHOM)
    if not by and re.search(r"trend|趋势", text, re.I):
        by = ("week",)
    people = bool(w.meanings("subjects", text).keys() & {"people"}) and re.search(
        r"rank|most|fewest|each|排名|最多|最少", text, re.I
    )
    if (by == () and people) or (not by and (ranked or w.WHO.search(text) or len(people_asked(found)) > 1)):
        by = ("rep",)
    who = tuple(p.words for p in seen.kinds("contact"))
    if (by or w.counts_activities(text)) and not who:
        return AskRecords(
            **found, **period, subject="activities", measures=("activities",), by=by, activity=w.activity_said(text),
            state="any", least=w.least_first(text), top=top_of(seen),
        )  # fmt: skip
    if "deal" not in found and not who and (strange := stranger(seen, context)):
        found["deal"] = strange
    return AskRecords(
        **found, **period, subject="activities", contact=who[0] if who else "", activity=w.activity_said(text),
        state="any", top=top_of(seen),
    )  # fmt: skip
