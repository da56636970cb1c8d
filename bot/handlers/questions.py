"""Questions about single deals and lists of deals."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from bot.commands import ListDeals, ShowDeal
from bot.domain.deals import Deal, StageKind
from bot.domain.money import totals
from bot.domain.periods import Period
from bot.handlers.books import load_book, scope_of
from bot.handlers.resolving import meant_deal
from bot.handlers.turn import Turn
from bot.pipeline.hygiene import days_quiet, findings
from bot.replies import DealRow, DealsFound, Refusal, Reply


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
        turn.conversation = turn.conversation.model_copy(update={"deal_id": deals[0].id, "account_id": deals[0].account_id})
        last = turn.desk.mirror.activities(deal_id=deals[0].id, limit=3)
        lines = tuple(f"{a.at.date().isoformat()} · {a.kind} · {a.summary[:280]}" for a in last)
        found = found.model_copy(update={"last_activities": lines})
    return [found]


def deals_found(deals: Sequence[Deal], turn: Turn, *, why: dict[str, str] | None = None, say: str = "", count: int | None = None) -> DealsFound:
    """Deals as rows, with count and totals by currency."""
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
        )
        for d in deals
    )
    return DealsFound(
        title=say,
        deals=rows,
        count=len(deals) if count is None else count,
        total=totals(d.value for d in deals),
        audience=turn.place(frozenset(d.owner_id for d in deals) or frozenset({turn.person.id})),
        language=turn.language,
    )


def list_deals(command: ListDeals, turn: Turn) -> list[Reply]:
    """The deals of a scope that meet every condition, largest first."""
    chosen = select_deals(command, turn)
    if isinstance(chosen, Refusal):
        return [chosen]
    remember(command, turn)
    deals, why = chosen
    return [deals_found(deals[: command.top] if command.top else deals, turn, why=why)]


def select_deals(command: ListDeals, turn: Turn) -> tuple[list[Deal], dict[str, str]] | Refusal:
    """The deals that meet every condition, largest first, each with why where there is more to say than that it does."""
    scope = scope_of(command.whose or ("me" if _reads_own_only(turn) else "all"), turn)
    if isinstance(scope, Refusal):
        return scope
    book = load_book(scope.owners, turn, closed=command.state != "open")
    kind = StageKind(command.state)
    deals = [d for d in book.deals if book.kind(d) is kind]
    why: dict[str, str] = {}
    if command.deal:
        meant = meant_deal(command.deal, (), turn, closed_too=command.state != "open")
        ids = {d.id for d in ([meant.deal] if meant.deal else meant.options)}
        account = meant.account.id if meant.account else None
        deals = [d for d in deals if d.id in ids or (account and d.account_id == account)]
        if not ids and account is None:
            return turn.refuse("not_found", "no_such_deal", words=command.deal)
    if command.stage:
        deals = [d for d in deals if d.stage == command.stage]
    if command.period_from and command.period_to:
        period = Period(command.period_from, command.period_to)
        deals = [d for d in deals if (d.close_date if kind is StageKind.OPEN else book.closed_on(d)) in period]
    if command.loss_reason:
        deals = [d for d in deals if command.loss_reason in (d.loss_reason or "").casefold()]
    if command.min_amount is not None:
        deals = [d for d in deals if (d.amount or Decimal(0)) > command.min_amount]
    if command.without_next_step:
        deals = [d for d in deals if not d.next_step or not d.next_step_due]
    if command.min_days_in_stage is not None:
        days = {d.id: book.days_in_stage(d) or 0 for d in deals}
        deals = [d for d in deals if days[d.id] > command.min_days_in_stage]
        why = {d.id: f"{days[d.id]} d · {d.stage}" for d in deals}
    if command.min_pushes is not None:
        pushes = {d.id: book.pushes(d) for d in deals}
        deals = [d for d in deals if pushes[d.id] >= command.min_pushes]
        why = {d.id: f"{pushes[d.id]}×" for d in deals}
    if command.stalled:
        stalled = {f.deal.id for f in findings(book) if f.rule == "stalled"}
        deals = [d for d in deals if d.id in stalled]
        why = {d.id: f"{days_quiet(d, book)} d" for d in deals}
    deals.sort(key=lambda d: (-(d.amount or Decimal(0)), d.id))
    return deals, why


def _reads_own_only(turn: Turn) -> bool:
    return len(turn.readable) == 1


def remember(command: Any, turn: Turn) -> None:
    """What a short follow-up (“and last quarter?”) changes."""
    query = {"command": type(command).__name__, **command.model_dump(mode="json")}
    turn.conversation = turn.conversation.model_copy(update={"last_query": query})
