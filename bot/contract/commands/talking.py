"""What needs no records: help, and what cannot be done."""

from typing import ClassVar, Literal

from bot.contract.commands.base import Command, Rights


class Help(Command):
    """Explain what can be asked."""

    rights: ClassVar[Rights] = Rights.ANYBODY


class Unsupported(Command):
    """Something Caddie understands but cannot do."""

    rights: ClassVar[Rights] = Rights.ANYBODY

    what: str


class Unclear(Command):
    """Nothing above fits; `reason` says what kept the message from being understood."""

    rights: ClassVar[Rights] = Rights.ANYBODY

    reason: Literal["empty", "too_long", "nothing_found", "hypothetical", "negated"] = "nothing_found"
