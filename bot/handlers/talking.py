"""What needs no records: help, what cannot be done, what was not understood."""

from bot.contract.commands.talking import Help, Unclear, Unsupported
from bot.contract.phrases import phrase
from bot.contract.replies.base import Reply
from bot.contract.replies.notices import HelpText, NotUnderstood
from bot.domain.people import Role
from bot.handlers.turn import Turn

_LATER = {"minus", "schedule_when"}


def explain(command: Help, turn: Turn) -> list[Reply]:
    """What can be asked, by role."""
    return [HelpText(role=turn.organization.role(turn.person.id), audience="ephemeral", language=turn.language)]


def not_yet(command: Unsupported, turn: Turn) -> list[Reply]:
    """That it was understood and cannot be done."""
    return [turn.refuse("unsupported", f"later_{command.what}" if command.what in _LATER else "later_other")]


def not_understood(command: Unclear, turn: Turn) -> list[Reply]:
    """Why it was not understood, with what could be said."""
    say = "unclear" if command.reason == "nothing_found" else command.reason
    return [NotUnderstood(suggestions=_suggestions(turn), say=say, language=turn.language)]


def _suggestions(turn: Turn) -> tuple[str, ...]:
    names = ["suggest_log", "suggest_aid", "suggest_pipeline"]
    if turn.organization.role(turn.person.id) is not Role.REP:
        names.append("suggest_team")
    return tuple(phrase(turn.language, name) for name in names)
