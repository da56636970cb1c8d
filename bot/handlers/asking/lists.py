"""Questions about single deals and lists of deals."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from bot.contract.commands.asking import ListDeals, ShowDeal
from bot.contract.replies.base import Reply
from bot.contract.replies.notices import Refusal
from bot.contract.replies.reports import DealRow, DealsFound
from bot.domain.deals import Deal, StageKind
from bot.domain.money import totals
from bot.domain.periods import Period
from bot.handlers.asking.buttons import fix_value
from bot.handlers.asking.scopes import scope_of, selection_of, which_person
from bot.handlers.asking.sections import said
from bot.handlers.asking.summaries import remember
from bot.handlers.clarifying.names import meant_deal
from bot.handlers.turn import Turn
from bot.pipeline.deal_status import DealStatus, Listed

LISTED_MOST = 500


def show_deal(command: ShowDeal, turn: Turn) -> list[Reply]:
    """One deal, or all open deals that the words may mean, with the last activities."""
    meant = meant_deal(command.deal, (), turn)
    deals = [meant.deal] if meant.deal else meant.options
    if not deals:
        closed = meant_deal(command.deal, (), turn, closed_too=True)
        deals = [closed.deal] if closed.deal else closed.options
    if not deals:
        return [turn.refuse("not_found", "no_such_deal", words=command.deal)]
    found = deals_found(deals, turn)
    if len(deals) == 1:
        turn.conversation = turn.conversation.model_copy(
            update={"deal_id": deals[0].id, "account_id": deals[0].account_id}
        )
        last = turn.desk.mirror.activities(deal_id=deals[0].id, limit=3)
        lines = tuple(f"{a.at.date().isoformat()} · {a.kind} · {a.summary[:280]}" for a in last)
        found = found.model_copy(update={"last_activities": lines})
    return [found]


def deals_found(
    deals: Sequence[Deal],
    turn: Turn,
    *,
    why: Mapping[str, str] | None = None,
    fixes: Mapping[str, str] | None = None,
    say: str = "",
    count: int | None = None,
    total: dict[str, Decimal] | None = None,
) -> DealsFound:
    """Deals as rows, with count and totals by currency; those of the rows where not given."""
    snapshot = turn.desk.mirror.snapshot
    accounts = {a.id: a.name for a in turn.desk.mirror.accounts({d.account_id for d in deals if d.account_id})}
    rows = tuple(
        DealRow(
            id=d.id,
            name=d.name,
            account=accounts.get(d.account_id or ""),
            owner=snapshot.organization.people[d.owner_id].name,
            stage=d.stage,
            amount=d.amount,
            currency=d.currency,
            close_date=d.close_date,
            why=(why or {}).get(d.id, ""),
            next_step=d.next_step,
            next_step_due=d.next_step_due,
            fix=(fixes or {}).get(d.id),
        )
        for d in deals
    )
    return DealsFound(
        title=say,
        deals=rows,
        count=len(deals) if count is None else count,
        total=totals(d.value for d in deals) if total is None else total,
        audience=turn.place(frozenset(d.owner_id for d in deals) or frozenset({turn.person.id})),
        language=turn.language,
        locale=turn.locale.tag,
    )


def list_deals(command: ListDeals, turn: Turn) -> list[Reply]:
    """The deals of a scope that meet every condition, the largest first unless asked otherwise."""
    unclear = which_person(command, turn)
    if unclear:
        return [unclear]
    chosen = select_deals(command, turn)
    if isinstance(chosen, Refusal):
        return [chosen]
    remember(command, turn)
    listed, why = chosen
    finding = command.finding
    fixes = (
        {s.deal.id: fix_value(s.deal.id, finding) for s in listed.statuses if s.deal.owner_id in turn.writable}
        if finding
        else {}
    )
    count = min(listed.count, command.top) if command.top else listed.count
    shown = [s.deal for s in listed.statuses]
    found = deals_found(shown, turn, why=why, fixes=fixes, count=count, total=None if command.top else listed.totals)
    return [found.model_copy(update={"left_out": command.left_out})]


def select_deals(command: ListDeals, turn: Turn) -> tuple[Listed, dict[str, str]] | Refusal:
    """The deals that meet every condition, each with why where there is more to say than that it does."""
    scope = scope_of(command.whose or ("me" if len(turn.readable) == 1 else "all"), turn)
    if isinstance(scope, Refusal):
        return scope
    selection = selection_of(command, scope, turn)
    if isinstance(selection, Refusal):
        return selection
    period = Period(command.period_from, command.period_to) if command.period_from and command.period_to else None
    kind = None if command.state in {"any", "closed"} or command.moved else StageKind(command.state)
    selection = replace(selection, kind=kind, period=period)
    if command.state == "closed":
        ended = frozenset(s.name for s in turn.desk.mirror.snapshot.stages.values() if s.kind is not StageKind.OPEN)
        selection = replace(selection, stages=ended & (selection.stages or ended))
    listed = turn.desk.records.deals(selection, turn.sight, order=command.order, limit=command.top or LISTED_MOST)
    return listed, {s.deal.id: why for s in listed.statuses if (why := _why(command, s, turn))}


def _why(command: ListDeals, status: DealStatus, turn: Turn) -> str:
    if command.min_days_in_stage is not None or command.order == "age":
        return f"{status.days_in_stage} d · {status.deal.stage}"
    if command.order == "created" and status.deal.created:
        return f"{(turn.company_today - status.deal.created).days} d"
    if command.min_pushes is not None or command.order == "pushes":
        return f"{status.pushes}×"
    if command.finding:
        return said(status, command.finding, turn)
    if command.min_days_quiet is not None or command.order == "quiet":
        return f"{status.days_quiet} d"
    return status.deal.loss_reason or "" if command.state == "lost" else ""
