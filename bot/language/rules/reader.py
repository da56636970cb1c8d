"""The reader that needs no model: rules, asked in order."""

from bot.contract.commands.base import Command
from bot.contract.commands.talking import Unclear
from bot.language.context import Context, prepare
from bot.language.reader import Reading
from bot.language.rules.capture import read_capture
from bot.language.rules.router import read_message
from bot.language.rules.shared_text import read_shared, read_transcript

OFFLINE = "offline"


class RuleReader:
    """A Reader and a NotesReader."""

    def read(self, message: str, context: Context) -> Reading:
        return Reading(tuple(read_message(message, context)), OFFLINE)

    def notes(self, text: str, context: Context) -> tuple[Command, ...]:
        return tuple(read_capture(prepare(text), context)) or (Unclear(),)

    def shared(self, text: str, context: Context) -> tuple[Command, ...]:
        return (read_shared(text, context),)

    def transcript(
        self, lines: list[tuple[str, str]], minutes: int | None, own: str, context: Context
    ) -> tuple[Command, ...]:
        return (read_transcript(lines, minutes, own, context),)
