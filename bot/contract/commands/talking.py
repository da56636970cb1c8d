"""What needs no records: help, a word between people, and what cannot be done."""

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.contract.commands.base import Command, Rights


class Help(Command):
    """Explain what can be asked."""

    rights: ClassVar[Rights] = Rights.ANYBODY


class Unsupported(Command):
    """Something Caddie understands but cannot do."""

    rights: ClassVar[Rights] = Rights.ANYBODY

    what: str
    words: str = ""


class Unclear(Command):
    """Nothing above fits; `reason` says what kept the message from being understood."""

    rights: ClassVar[Rights] = Rights.ANYBODY

    reason: Literal["empty", "too_long", "nothing_found", "hypothetical", "negated"] = "nothing_found"


Topic = Literal[
    "hello", "thanks", "upset", "chitchat", "how_to", "how_to_undo", "about", "languages", "private", "who_sees",
    "writes_nothing", "reminds", "changes_many",
]  # fmt: skip


class Chat(Command):
    """A word that asks for nothing: a greeting, thanks, anger, small talk, who Caddie is, how to do something with it,
    a thought that is not to be logged.
    """

    rights: ClassVar[Rights] = Rights.ANYBODY

    topic: Topic


class PossibleReading(BaseModel):
    """What a message would ask for, were it of an act."""

    model_config = ConfigDict(frozen=True)

    act: str
    command: str
    fields: dict[str, Any]


class Meaning(Command):
    """What the person may have meant, likeliest first, where nothing is sure."""

    rights: ClassVar[Rights] = Rights.ANYBODY

    readings: tuple[PossibleReading, ...] = Field(min_length=1, max_length=3)
    words: str
