"""Changes of many deals at once: a list with a single confirmation."""

from bot.contract.commands.writing import ChangeMany
from bot.contract.drafts import DraftItem
from bot.contract.replies.base import Reply
from bot.contract.replies.notices import Refusal
from bot.domain.deals import Deal, StageKind
from bot.handlers.asking.lists import select_deals
from bot.handlers.clarifying.stages import with_own_stage
from bot.handlers.turn import Turn
from bot.handlers.writing.creating import creation
from bot.handlers.writing.drafting import account_name, changes_of, show
from bot.handlers.writing.fields import values_before

BULK_MOST = 50


def change_many(command: ChangeMany, turn: Turn) -> list[Reply]:
    """One card listing what changes on each deal; winning and losing many at once is refused, and so are too many."""
    command = with_own_stage(command, turn)
    stages, changes = turn.desk.mirror.snapshot.stages, command.changes
    stage = stages.get(changes.stage or "")
    if (changes.stage and stage is None) or changes.empty:
        return [turn.refuse("unsupported", "bulk_what")]
    if stage and stage.kind is not StageKind.OPEN:
        return [turn.refuse("unsupported", "no_bulk_closing")]
    chosen = select_deals(command.selection, turn)
    if isinstance(chosen, Refusal):
        return [chosen]
    own = [s.deal for s in chosen[0].statuses if s.deal.owner_id in turn.writable]
    items = tuple(item for deal in own if (item := _item(command, deal, turn)))
    if not items:
        return [turn.refuse("not_found", "bulk_none")]
    if len(items) > BULK_MOST:
        return [turn.refuse("unsupported", "bulk_too_many", count=str(len(items)), most=str(BULK_MOST))]
    return [show(creation(turn, create=None, items=items), None, turn)]


def _item(command: ChangeMany, deal: Deal, turn: Turn) -> DraftItem | None:
    changes, refs = changes_of(command.changes, deal, turn)
    if not changes:
        return None
    return DraftItem(
        deal_id=deal.id,
        name=deal.name,
        account=account_name(deal.account_id, turn),
        version=str(deal.version),
        before=values_before(deal),
        changes=changes,
        refs=refs,
    )
