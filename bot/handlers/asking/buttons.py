"""What the buttons of a report ask for: the deals behind a number, the form that mends a finding."""

from typing import Any

from pydantic import ValidationError

from bot.contract.commands.asking import DealFilter, ListDeals
from bot.contract.replies.reports import Opening
from bot.handlers.asking.scopes import Asked
from bot.pipeline.figures import Metrics
from bot.pipeline.rules import RULES, Rule

VALUE_MOST = 1900
OVERRULED = {"whose", "stage", "stage_onward", "period_from", "period_to", "state"}
WHOLE = {"period_from": None, "period_to": None}


def behind(asked: Asked, **narrowed: Any) -> str:
    """The question for the deals of a report, further narrowed, as a button's value.

    Empty where it is too long for one, or where the report is about another value of the same condition already.
    """
    command = asked.command
    kept = {name: value for name, value in command.model_dump().items() if name in DealFilter.model_fields}
    if any(kept.get(name) not in {None, "", (), value} for name, value in narrowed.items() if name not in OVERRULED):
        return ""
    period = {"period_from": asked.period.start, "period_to": asked.period.end}
    whose = asked.scope.head or command.whose  # “my team” would mean another one to who presses
    text = ListDeals.model_validate({**kept, **period, "whose": whose, **narrowed}).model_dump_json(
        exclude_defaults=True
    )
    return text if len(text) <= VALUE_MOST else ""


def openings(asked: Asked, metrics: Metrics) -> tuple[Opening, ...]:
    """The numbers of a report that stand for deals, each with the question for them; of those that are not zero."""
    moves: dict[str, Any] = {**WHOLE}
    if asked.command.view == "movement":
        moves |= {"moved_from": asked.command.period_from, "moved_to": asked.command.period_to}
    ways: dict[str, dict[str, Any]] = {
        "open": {},
        "won": {"state": "won"},
        "lost": {"state": "lost"},
        "new": {**moves, "moved": "new"},
        "advanced": {**moves, "moved": "advanced"},
        "pushed": {**moves, "moved": "pushed"},
        "stalled": {**WHOLE, "finding": "stalled"},
        "slipped": {**WHOLE, "slipped_from": asked.period.start, "slipped_to": asked.period.end},
    }
    counted = {name: metrics.get(f"{name}_count") for name in ways} | {"slipped": metrics.get("slippage_rate")}
    return tuple(
        Opening(name=name, query=query)
        for name, way in ways.items()
        if counted[name] and (query := behind(asked, **way))
    )


def asked_for(value: str) -> ListDeals | None:
    """The list that a button's value asks for; None for a value that is none of ours."""
    try:
        return ListDeals.model_validate_json(value)
    except ValidationError:
        return None


def fix_value(deal_id: str, rule: Rule) -> str:
    """The value of a button that mends a finding of a deal."""
    return f"{rule}:{deal_id}"


def fix_of(value: str) -> tuple[Rule, str] | None:
    """(rule, deal id) of such a value; None for a value that is none of ours."""
    rule, _, deal_id = value.partition(":")
    known = next((one for one in RULES if one == rule), None)
    return (known, deal_id) if known and deal_id else None
