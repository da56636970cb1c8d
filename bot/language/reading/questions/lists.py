"""Questions for records: deals, accounts, contacts that meet conditions."""

import re
from typing import Any

from bot.contract.commands.asking import AskRecords, ListDeals
from bot.contract.commands.base import Command
from bot.domain.text import worded
from bot.language.context import Context
from bot.language.lexicon import vocabulary
from bot.language.reading.questions import words as w
from bot.language.reading.questions.conditions import filter_of, top_of, when_of
from bot.language.reading.seen import Seen
from bot.language.rules.filters import span, without_spans
from bot.language.rules.questions import when_meant
from bot.pipeline.measures import State

_ORDERS: tuple[tuple[Any, re.Pattern[str]], ...] = (
    ("created", worded(r"\boldest\b|最老", re.I)),
    ("age", worded(r"\b(?:longest|aged)\b|最久", re.I)),
    ("quiet", worded(r"\bquietest\b|\blongest without\b", re.I)),
    ("pushes", worded(r"\bmost (?:pushed|slipped|delayed)\b|\bpushed most\b|推迟最多", re.I)),
    (
        "close_date",
        worded(r"\b(?:by (?:expected )?clos(?:e|ing)(?: date)?|soonest|next to close|earliest)\b|最快|最早", re.I),
    ),
)
_STAGE = worded(r"stage|阶段", re.I)


def read_list(seen: Seen, context: Context) -> Command:
    """The records that meet every condition."""
    text = w.text_of(seen)
    other = _other_records(seen, text, context)
    if other is not None:
        return other
    state = w.state_said(text, "list")
    found = filter_of(seen, context, lost=state == "lost")
    when = when_of(seen, state, context)
    if w.MOVED_BACK.search(text):
        return _moved_back(found, when, context)
    order = next((o for o, cue in _ORDERS if cue.search(text)), "amount")
    fields = {**found, **when}
    if state == "open":
        back = span(without_spans(seen.said.own), context, ahead=False)
        fields = {**found, **when_meant(text, state, found, back if _looks_back(text) else when)}
    if "created_from" in fields and not _STAGE.search(text):
        fields.pop("stage", None)  # `new` is a word for a first stage, too
    if w.CLOSED.search(text) and state == "open":
        state = "closed"
        fields |= span(without_spans(seen.said.own), context, ahead=False)
    listed: State = "any" if state == "any" and "created_from" in fields else "open" if state == "any" else state
    return ListDeals(**fields, state=listed, order=order, top=top_of(seen) or (1 if w.ONE.search(text) else None))


def _looks_back(text: str) -> bool:
    """Whether a question about open deals asks what happened to them."""
    return bool(
        re.search(
            r"\b(?:pushed|slipped|moved|advanced|added|created|opened|progressed|delayed)\b|推迟"
            r"|延期|推进",
            text,
            re.I,
        )
    )


def _other_records(seen: Seen, text: str, context: Context) -> Command | None:
    """The question where it is for accounts or contacts; None where it is for deals."""
    subjects = {k: v for k, v in w.meanings("subjects", text).items() if k in {"accounts", "contacts", "people"}}
    deals = w.DEALS.search(text)
    lacking = next((name for name, cue in vocabulary("lacking").items() if cue.search(text)), None)
    found = filter_of(seen, context)
    if lacking == "open_deals" and ("accounts" in subjects or not subjects):
        return AskRecords(**found, subject="accounts", lacking="open_deals", state="any")
    if deals:
        return None
    if "contacts" in subjects:
        return AskRecords(**found, subject="contacts", state="any")
    if "accounts" in subjects:
        state = w.state_said(text, "list")
        when = when_of(seen, state, context)
        return AskRecords(**found, **when, subject="accounts", state=state, top=top_of(seen))
    return None


def _moved_back(found: dict[str, Any], when: dict[str, Any], context: Context) -> Command:
    """Deals that went back to an earlier stage, this quarter where nothing is said."""
    start, end = when.get("period_from"), when.get("period_to")
    if not start or not end:
        start, end = context.fiscal.quarter_around(context.today).start, context.today
    kept = {k: v for k, v in found.items() if k not in {"min_pushes", "slipped_from", "slipped_to"}}
    return ListDeals(**kept, state="any", moved="back", moved_from=start, moved_to=end)
