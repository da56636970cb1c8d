"""What handlers raise, as sentences for the asker: nothing of it gets past here."""

from collections.abc import Callable

from bot.contract.replies.base import Reply
from bot.errors import CrmUnavailable
from bot.handlers.turn import Turn


def guarded(handle: Callable[[], list[Reply]], turn: Turn) -> list[Reply]:
    """The handler's replies; refusals are for the asker alone."""
    try:
        replies = handle()
    except CrmUnavailable:
        return [turn.refuse("unavailable", "crm_down")]
    return [r.model_copy(update={"audience": "ephemeral"}) if r.kind in {"refusal", "unclear"} else r for r in replies]
