"""Questions about the whole: pipeline reports, and what would be if."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from bot.contract.commands.asking import ReportView, SummarizePipeline, Suppose
from bot.contract.commands.base import Command
from bot.domain.text import worded
from bot.language.context import Context
from bot.language.reading.questions import words as w
from bot.language.reading.questions.conditions import filter_of, people_asked, without_dimensions
from bot.language.reading.questions.lists import read_list
from bot.language.reading.seen import Seen
from bot.language.rules.filters import span, without_spans
from bot.language.spans.money import MoneySaid

VIEWS: Mapping[str, ReportView] = {
    "summary": "summary", "compare": "summary", "outlook": "forecast", "changed": "movement", "funnel": "conversion",
    "hygiene": "hygiene", "scoreboard": "scoreboard",
}  # fmt: skip
_BROKEN_DOWN_BY = frozenset(
    {"rep", "manager", "region", "stage", "product", "industry", "forecast", "month", "quarter"}
)
_LOST = worded(
    r"\b(?:lose|lost|loses|losing|drops?(?: out)?|falls? (?:through|out)|dies|without|don'?t (?:win|get))\b|丢|输|黄",
    re.I,
)
_LESS = worded(r"\b(?:discount\w*|less|lower|smaller|down|off|cut|reduc\w*|minus)\b|降|减|折|少", re.I)


def read_summary(seen: Seen, act: str, context: Context) -> Command:
    """A report of the whole in the view that the act asks for."""
    text = w.text_of(seen)
    view = VIEWS.get(act, "summary")
    dimensions = [d for d in w.dimensions_said(text) if d in _BROKEN_DOWN_BY]
    found = filter_of(seen, context)
    for field in {"forecast": ("forecast",), "conversion": ("stage", "stages", "stage_onward")}.get(view, ()):
        found.pop(field, None)
    if view == "movement" and w.CREATED.search(text) and w.DEALS.search(text):
        return read_list(seen, context)
    ahead = view in {"summary", "forecast"}
    period = span(without_spans(without_dimensions(seen.said.own)), context, ahead=ahead)
    if period["period_from"] == period["period_to"] == context.today:
        period = {"period_from": None, "period_to": None}
    by: Any = dimensions[0] if dimensions else None
    if len(people_asked(found)) > 1 and not by:
        by = "compare"
    elif act == "compare" and not by:
        by = "rep"
    return SummarizePipeline(**found, **period, view=view, by=by)


def read_supposed(seen: Seen, context: Context) -> Command:
    """What would be if deals were won, lost, or came in at another amount."""
    text = seen.said.own
    found = filter_of(seen, context)
    monies = [p.place.value for p in seen.kinds("money") if isinstance(p.place.value, MoneySaid)]
    percents = seen.kinds("percent")
    period = {k: v for k, v in span(without_spans(text), context, ahead=True).items() if isinstance(v, date)}
    if period.get("period_from") and period["period_from"].year < context.today.year:
        period = {}  # `by dec 31` says until when, not from when
    for field in ("min_amount", "max_amount", "finding", "loss_reason"):
        found.pop(field, None)
    if monies:
        return Suppose(**found, **period, outcome="amount", amount=monies[-1].amount)
    if percents and (share := re.search(r"\d+(?:[.,]\d+)?", percents[-1].words)):
        part = Decimal(share.group().replace(",", ".")) / 100
        factor = 1 - part if _LESS.search(text) else 1 + part
        return Suppose(**found, **period, outcome="amount", amount_factor=factor)
    return Suppose(**found, **period, outcome="lost" if _LOST.search(text) else "won")
