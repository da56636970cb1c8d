"""“Did you mean”: the readings that a message may have, kept until one is chosen."""

from collections.abc import Mapping

from pydantic import ValidationError

from bot.contract.commands.base import Command
from bot.contract.commands.talking import Meaning
from bot.contract.drafts import PendingQuestion
from bot.contract.phrases import phrase
from bot.contract.replies.base import Reply
from bot.contract.replies.cards import Option
from bot.contract.replies.notices import Choice, Meant
from bot.handlers.clarifying.ask import choose
from bot.handlers.clarifying.unread import note_unread
from bot.handlers.turn import Turn

ABOUT = "meaning"


def offer_meanings(command: Meaning, turn: Turn) -> list[Reply]:
    """What the words may have meant; nothing is done before one is chosen, and the admin sees that it was unclear."""
    labels = [phrase(turn.language, f"act_{reading.act}") for reading in command.readings]
    options = tuple(Option(id=r.act, name=label) for r, label in zip(command.readings, labels, strict=True))
    asked = {"command": type(command).__name__, **command.model_dump(mode="json")}
    question = PendingQuestion(
        about=ABOUT, options=options, command=asked, author_id=turn.person.id, words=command.words
    )
    turn.conversation = turn.conversation.model_copy(update={"question": question})
    note_unread(turn, (reading.act for reading in command.readings))
    return [
        Choice(
            options=tuple(Meant(id=o.id, label=o.name) for o in options), words=command.words, language=turn.language
        )
    ]


def deal_chosen(words: str, turn: Turn, commands: Mapping[str, type[Command]]) -> Command | None:
    """The question about a deal that waited for which one; None where none waits or nothing is chosen."""
    question = turn.conversation.question
    if question is None or question.about != "deal" or question.author_id != turn.person.id:
        return None
    asked = dict(question.command)
    kind = commands.get(str(asked.pop("command", "")))
    chosen = choose(words, question.options)
    deal = turn.desk.mirror.deal(chosen.id) if chosen else None
    if kind is None or deal is None or deal.owner_id not in turn.readable or "changes" in kind.model_fields:
        return None
    field = "deal" if "deal" in kind.model_fields else "about"
    try:
        made = kind.model_validate({**asked, field: deal.name})
    except ValidationError:
        return None
    turn.conversation = turn.conversation.model_copy(update={"question": None})
    return made


def meaning_chosen(words: str, turn: Turn, commands: Mapping[str, type[Command]]) -> Command | None:
    """The command of the reading that an answer chooses; None where no such question waits or nothing is chosen."""
    question = turn.conversation.question
    if question is None or question.about != ABOUT or question.author_id != turn.person.id:
        return None
    chosen = choose(words, question.options)
    try:
        kept = Meaning.model_validate({k: v for k, v in question.command.items() if k != "command"})
        reading = next((r for r in kept.readings if chosen and r.act == chosen.id), None)
        made = commands[reading.command].model_validate(reading.fields) if reading else None
    except (ValidationError, KeyError):
        made = None
    if made is not None:
        turn.conversation = turn.conversation.model_copy(update={"question": None})
    return made
