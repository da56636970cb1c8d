"""What needs no records: help, what cannot be done, what was not understood."""

from bot.contract.commands.talking import Chat, Help, Unclear, Unsupported
from bot.contract.phrases import phrase
from bot.contract.replies.base import Reply
from bot.contract.replies.notices import ChatText, HelpText, NotUnderstood
from bot.domain.people import Role
from bot.handlers.clarifying.unread import note_unread
from bot.handlers.turn import Turn
from bot.language.examples import examples

FAMILIES = ("writing", "asking", "guiding", "coaching", "planning", "digests")
"""The families of commands in the order in which help tells of them."""
_LATER = {"minus", "schedule_when", "convert", "condition", "delete"}


def explain(command: Help, turn: Turn) -> list[Reply]:
    """What can be asked, by role: the examples of each family of commands."""
    roles: set[str | None] = {None}
    if turn.in_marketing:
        roles.add("marketing")
    if turn.organization.role(turn.person.id) is not Role.REP:
        roles.add("manager")
    shown = {
        family: tuple(one.text for one in examples(turn.language).get(family, ()) if one.help and one.role in roles)
        for family in FAMILIES
    }
    topics = tuple((family, say) for family, say in shown.items() if say)
    return [HelpText(topics=topics, audience="ephemeral", language=turn.language)]


def not_yet(command: Unsupported, turn: Turn) -> list[Reply]:
    """That it was understood and cannot be done."""
    if command.what == "field":
        return [turn.refuse("unsupported", "no_such_field", field=command.words)]
    say = f"later_{command.what}" if command.what in _LATER else "later_other"
    return [turn.refuse("unsupported", say, words=command.words)]


def chat(command: Chat, turn: Turn) -> list[Reply]:
    """A human word back, with what can be asked where that helps."""
    say = f"chat_{command.topic}"
    if command.topic == "upset" and turn.desk.receipts.newest(turn.thread):
        say = "chat_upset_undo"
    offers = command.topic in {"hello", "how_to", "chitchat"}
    return [
        ChatText(
            say=say,
            values={"name": turn.person.first_name},
            suggestions=_suggestions(turn) if offers else (),
            audience="ephemeral" if turn.audience.channel else "channel",
            language=turn.language,
        )
    ]


def not_understood(command: Unclear, turn: Turn) -> list[Reply]:
    """Why it was not understood, with what could be said."""
    say = "unclear" if command.reason == "nothing_found" else command.reason
    if command.reason == "nothing_found":
        note_unread(turn)
    return [NotUnderstood(suggestions=_suggestions(turn), say=say, language=turn.language)]


def _suggestions(turn: Turn) -> tuple[str, ...]:
    names = ["suggest_log", "suggest_aid", "suggest_pipeline"]
    if turn.organization.role(turn.person.id) is not Role.REP:
        names.append("suggest_team")
    return tuple(phrase(turn.language, name) for name in names)
