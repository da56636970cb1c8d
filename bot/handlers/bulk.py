"""Changes of many deals at once: a list with a single confirmation."""

from bot.commands import ChangeMany
from bot.handlers.turn import Turn
from bot.replies import Reply


def change_many(command: ChangeMany, turn: Turn) -> list[Reply]:
    """Changing many deals by one sentence is refused, with the way to do it."""
    return [turn.refuse("unsupported", "no_bulk")]
