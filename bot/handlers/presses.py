"""The one list of presses: what each button does."""

from collections.abc import Callable, Mapping

from bot.contract.commands.guiding import FollowAid
from bot.contract.commands.writing import AnswerQuestion
from bot.contract.message import Action, Press
from bot.contract.replies.base import Reply
from bot.handlers.asking.buttons import asked_for
from bot.handlers.asking.lists import list_deals
from bot.handlers.asking.summaries import post_here
from bot.handlers.guiding.aids import follow_aid
from bot.handlers.registry import carry_out
from bot.handlers.turn import Turn
from bot.handlers.writing.confirming import confirm, discard
from bot.handlers.writing.correcting import take_offer
from bot.handlers.writing.forms import fix, open_form
from bot.handlers.writing.undoing import undo

OUTSIDERS_TOO = {Action.UP, Action.DOWN, Action.MORE}


def pressed(press: Press, turn: Turn) -> list[Reply]:
    """What a press does, where people from outside do not read along or it shows them nothing."""
    if turn.audience.external and press.action not in OUTSIDERS_TOO:
        return [turn.refuse("external_audience", "external")]
    return PRESSES[press.action](press, turn)


def _confirm(press: Press, turn: Turn) -> list[Reply]:
    return confirm(press.ref or turn.desk.drafts.newest(turn.thread), turn)


def _discard(press: Press, turn: Turn) -> list[Reply]:
    return discard(press.ref or turn.desk.drafts.newest(turn.thread), turn)


def _undo(press: Press, turn: Turn) -> list[Reply]:
    return undo(press.ref or turn.desk.receipts.newest(turn.thread), turn)


def _choose(press: Press, turn: Turn) -> list[Reply]:
    return carry_out(AnswerQuestion(words=press.value or ""), turn)


def _take(press: Press, turn: Turn) -> list[Reply]:
    draft_id, _, value = (press.value or "").partition(" ")
    return take_offer(value, draft_id, turn)


def _rate(press: Press, turn: Turn) -> list[Reply]:
    about = [press.ref or ""]
    turn.desk.library_use.note(press.action, press.value or "", about, turn.person.id, turn.thread, turn.now)
    return []


def _deals(press: Press, turn: Turn) -> list[Reply]:
    behind = asked_for(press.value or press.ref or "")
    return list_deals(behind, turn) if behind else [turn.refuse("expired", "no_such_card")]


def _more(press: Press, turn: Turn) -> list[Reply]:
    return follow_aid(FollowAid(words="", another=True), turn)


def _fix(press: Press, turn: Turn) -> list[Reply]:
    return [fix(press.value or press.ref or "", turn)]


def _post(press: Press, turn: Turn) -> list[Reply]:
    return post_here(press.value or press.ref or "", turn)


def _edit(press: Press, turn: Turn) -> list[Reply]:
    return [open_form(press.ref, turn)]


PRESSES: Mapping[Action, Callable[[Press, Turn], list[Reply]]] = {
    Action.CONFIRM: _confirm,
    Action.DISCARD: _discard,
    Action.UNDO: _undo,
    Action.CHOOSE: _choose,
    Action.UP: _rate,
    Action.DOWN: _rate,
    Action.DEALS: _deals,
    Action.MORE: _more,
    Action.FIX: _fix,
    Action.POST: _post,
    Action.EDIT: _edit,
    Action.TAKE: _take,
}
