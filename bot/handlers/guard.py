"""Errors as sentences for the asker: none of ours gets past here."""

import logging
from collections.abc import Callable, Mapping

from bot.contract.phrases import values_of
from bot.contract.replies.base import RefusalReason, Reply
from bot.contract.replies.notices import Refusal
from bot.errors import BadRequest, CaddieError, Conflict, CrmRefused, CrmUnavailable, NotFound
from bot.handlers.turn import Turn

log = logging.getLogger(__name__)
_REASONS: Mapping[type[CaddieError], RefusalReason] = {
    BadRequest: "unsupported",
    NotFound: "not_found",
    Conflict: "conflict",
    CrmUnavailable: "unavailable",
    CrmRefused: "conflict",
}


def guarded(handle: Callable[[], list[Reply]], turn: Turn) -> list[Reply]:
    """The handler's replies; refusals are for the asker alone."""
    try:
        replies = handle()
    except CaddieError as error:
        return [refused(error, turn)]
    return [r.model_copy(update={"audience": "ephemeral"}) if r.kind in {"refusal", "unclear"} else r for r in replies]


def refused(error: CaddieError, turn: Turn) -> Refusal:
    """What the asker reads of an error; of one that only an operator can mend, a code that stands in the log."""
    reason = _REASONS.get(type(error))
    if reason is None:
        code = turn.desk.new_id()[:8]
        log.error("%s (code %s): %s", type(error).__name__, code, error)
        return turn.refuse("unavailable", "failed", code=code)
    return turn.refuse(reason, error.say, **values_of(turn.language, error))
