"""Capture: from what a rep told to the card on the deal meant."""

from bot.contract.commands.writing import LogActivity
from bot.contract.replies.base import Reply
from bot.contract.replies.cards import Option
from bot.domain.deals import StageKind
from bot.handlers.clarifying.ask import ask, deal_options, near_accounts
from bot.handlers.clarifying.names import Meant, hints_at_the_deal, meant_deal, names_the_deal
from bot.handlers.clarifying.stages import with_own_stage
from bot.handlers.turn import Turn
from bot.handlers.writing.drafting import Captured, draft_for


def tell(command: Captured, turn: Turn) -> list[Reply]:
    """A card for what was told, or the question that it takes first."""
    command = with_own_stage(command, turn)
    stage = turn.desk.mirror.snapshot.stages.get(command.changes.stage or "")
    reopening = command.changes.reopened or (stage is not None and stage.kind is StageKind.OPEN)
    people = (*command.contacts, *(command.contacts_mentioned if isinstance(command, LogActivity) else ()))
    meant = meant_deal(command.deal, people, turn)
    wide = meant_deal(command.deal, people, turn, closed_too=True)
    ended = (
        wide.deal
        and names_the_deal(command.deal, wide.deal, turn)
        and turn.desk.mirror.snapshot.stages[wide.deal.stage].kind is not StageKind.OPEN
    )
    open_ones = [meant.deal] if meant.deal else meant.options
    telling = isinstance(command, LogActivity)
    better = (
        not telling
        or command.changes.reopened
        or not any(hints_at_the_deal(command.deal, deal, turn) for deal in open_ones)
    )
    of_the_past = command.changes.reopened or (command.changes.loss_reason and not command.changes.stage)
    if of_the_past and command.deal and not ended:
        wide = meant_deal(command.deal, people, turn, closed_too=True, open_too=False)
        ended, better = wide.deal is not None or bool(wide.options), True
    if ended and command.deal and better and (telling or not command.changes.empty):
        meant = wide  # its own words name a closed deal better than any open one
    if meant.account_options:
        return [
            ask("account", [Option(id=a.id, name=a.name) for a in meant.account_options], command, turn, command.deal)
        ]
    if isinstance(command, LogActivity) and command.on_account and meant.account and command.changes.empty:
        return draft_for(command, None, meant.account, turn, matched=meant.matched)
    if meant.options:
        return [ask("deal", deal_options(meant.options, turn), command, turn, command.deal)]
    if meant.deal is None and not isinstance(command, LogActivity):
        closed = meant_deal(command.deal, people, turn, closed_too=True)
        if closed.deal and (reopening or closed.account is None or closed.deal.id == turn.conversation.deal_id):
            meant = closed
    if meant.deal is None:
        return _without_deal(command, meant, turn)
    return draft_for(command, meant.deal, meant.account, turn, matched=meant.matched)


def _without_deal(command: Captured, meant: Meant, turn: Turn) -> list[Reply]:
    if isinstance(command, LogActivity) and meant.account and command.changes.empty:
        return draft_for(command, None, meant.account, turn, matched=meant.matched)
    if meant.account:
        return [turn.refuse("not_found", "no_open_deal", account=meant.account.name)]
    if not command.deal and not command.contacts:
        own = turn.desk.mirror.deals(owners=[turn.person.id], open_only=True)
        return [ask("deal", deal_options(own[:10], turn), command, turn, "")]
    words = command.deal or ", ".join(command.contacts)
    if isinstance(command, LogActivity):
        return [ask("account", [*near_accounts(words, turn), Option(id="create", name=words)], command, turn, words)]
    return [turn.refuse("not_found", "no_such_deal", words=words)]
