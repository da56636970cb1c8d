"""Changes of many deals at once: which deals, and what changes on each."""

import re
from typing import Any

from bot.contract.commands.base import DealChanges
from bot.contract.commands.writing import ChangeMany
from bot.domain.text import worded
from bot.language.context import Context, Said
from bot.language.rules import cues
from bot.language.rules.changes import close_date, read_changes, read_shift
from bot.language.rules.filters import read_selection
from bot.language.spans.dates import find_dates

_TURN = worded(
    r"\b(?:to|into|as|by|out|back|until|till)\b|->|→|(?:推迟|推到|推后|延期|改到|改成|改为|移到|挪到|转给|交给|提前|标记为|设为)",
    re.I,
)
_ADD_SPAN = worded(
    (
        r"\W*(?:please |pls )?(?P<verb>add|take) (?P<span>[\w ]{1,20}?(?:days?|weeks?|months?"
        r"|fortnights?))(?: off)? (?:to|from|for|on) (?=all|every|each)"
    ),
    re.I,
)
_VERB_ZH = worded(r"推迟|推到|推后|延期|改到|改成|改为|移到|挪到|转给|交给|提前|标记为|设为")


def read_bulk(said: Said, context: Context) -> ChangeMany | None:
    """`move all my Q1 deals to Q2`: the deals before the turn of the sentence, the change behind it."""
    many, verb = cues.BULK.search(said.own), cues.CHANGE_VERB.search(said.own)
    if not many or not verb or cues.QUESTION.search(said.own):
        return None
    longer = _ADD_SPAN.match(said.own)
    if longer:
        told = f"push it by {longer['span']}" if longer["verb"].lower() == "add" else f"pull it in by {longer['span']}"
        return ChangeMany(
            words=said.text,
            selection=read_selection(said.own[longer.end() :], context),
            changes=_changes(told, context),
        )
    turns = [m for m in _TURN.finditer(said.own) if m.start() >= many.end() - 1]
    last = turns[-1:] if turns and turns[-1].group() in {"to", "into", "as", "until", "till"} else turns[:1]
    at = last[0].start() if last else many.end()
    selection, change = said.own[:at], said.own[at:]
    told = f"把它{change}" if _VERB_ZH.match(change) else f"{verb.group()} it {change}"
    return ChangeMany(words=said.text, selection=read_selection(selection, context), changes=_changes(told, context))


def _changes(text: str, context: Context) -> DealChanges:
    changes: dict[str, Any] = {}
    ahead = find_dates(text, context.today, ahead=True, fiscal=context.fiscal, day_first=context.day_first)
    read_changes(text, changes, context)
    closes = close_date(text, ahead, context)
    if closes:
        changes["close_date"] = closes.day(last=True)
    else:
        read_shift(text, changes)
    return DealChanges(**changes)
