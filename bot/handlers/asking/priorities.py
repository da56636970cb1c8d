"""What to work on now: what is due or late, what is about to close, what went quiet."""

from datetime import timedelta

from bot.contract.commands.asking import Prioritize
from bot.contract.phrases import phrase
from bot.contract.replies.base import Reply
from bot.contract.replies.notices import Refusal
from bot.domain.deals import StageKind
from bot.handlers.asking.lists import deals_found
from bot.handlers.asking.scopes import scope_of
from bot.handlers.turn import Turn
from bot.pipeline.deal_status import DealStatus
from bot.pipeline.selection import Selection

SOON = timedelta(days=14)
SHOWN = 10


def prioritize(command: Prioritize, turn: Turn) -> list[Reply]:
    """The deals that need a hand today, the most pressing first, each with why."""
    scope = scope_of(command.whose or "me", turn)
    if isinstance(scope, Refusal):
        return [scope]
    found = turn.desk.records.deals(Selection(owners=scope.owners & turn.readable, kind=StageKind.OPEN), turn.sight)
    ranked = sorted(
        ((reasons, s) for s in found.statuses if (reasons := _reasons(s, turn))),
        key=lambda item: (item[0][0][0], -(item[1].deal.amount or 0), item[1].deal.id),
    )
    why = {s.deal.id: " · ".join(text for _, text in reasons) for reasons, s in ranked}
    deals = [s.deal for _, s in ranked[:SHOWN]]
    return [deals_found(deals, turn, why=why, say="priorities_title" if deals else "priorities_none", count=len(deals))]


def _reasons(status: DealStatus, turn: Turn) -> list[tuple[int, str]]:
    """(rank, reason): a promise late or due today, a close date gone by, closing soon, quiet."""
    deal, today, say = status.deal, turn.company_today, turn.language
    found: list[tuple[int, str]] = []
    if deal.next_step and deal.next_step_due and deal.next_step_due <= today:
        found.append((0, phrase(say, "priority_step", step=deal.next_step, due=deal.next_step_due)))
    if deal.close_date and deal.close_date < today:
        found.append((1, phrase(say, "priority_late", day=deal.close_date)))
    elif deal.close_date and deal.close_date - today <= SOON:
        found.append((2, phrase(say, "priority_closing", day=deal.close_date)))
    if "stalled" in status.rules:
        found.append((3, phrase(say, "priority_quiet", days=status.days_quiet)))
    return sorted(found)
