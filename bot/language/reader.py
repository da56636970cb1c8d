"""Reader: from a message to commands; one reads by rules, one asks a language model."""

from dataclasses import dataclass
from typing import Protocol

from bot.contract.commands.base import Command
from bot.language.context import Context


@dataclass(frozen=True, slots=True)
class Reading:
    """The commands of a message, at least one, with the name of the model that read it."""

    commands: tuple[Command, ...]
    model: str


class Reader(Protocol):
    """Reads what a person says. Never raises for what was said: what cannot be understood is Unclear."""

    def read(self, message: str, context: Context) -> Reading: ...


class NotesReader(Protocol):
    """Reads what was written down or said elsewhere; always by rules, since a model might obey what it reads."""

    def notes(self, text: str, context: Context) -> tuple[Command, ...]:
        """The cards in a person's own notes, of any length."""

    def shared(self, text: str, context: Context) -> tuple[Command, ...]:
        """The one card for other people's words."""

    def transcript(
        self, lines: list[tuple[str, str]], minutes: int | None, own: str, context: Context
    ) -> tuple[Command, ...]:
        """The one card for a recorded conversation of (speaker, words); `own` is the person's name in it."""
