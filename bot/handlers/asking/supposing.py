"""What would be if: the period's result with some deals won, lost or at another amount."""

from dataclasses import replace
from decimal import Decimal

from bot.contract.commands.asking import ListDeals, Suppose
from bot.contract.phrases import phrase
from bot.contract.replies.aids import Answer, Fact, RecordRef
from bot.contract.replies.base import Reply
from bot.contract.replies.notices import Refusal
from bot.domain.deals import StageKind
from bot.domain.periods import Period
from bot.handlers.asking.scopes import scope_of, selection_of
from bot.handlers.turn import Turn
from bot.pipeline.figures import main_currency, metrics_of, quotas_for
from bot.pipeline.selection import Selection

NAMED_MOST = 5


def suppose(command: Suppose, turn: Turn) -> list[Reply]:
    """Where the period lands if it comes so; nothing is changed."""
    scope = scope_of(command.whose or ("me" if len(turn.readable) == 1 else "all"), turn)
    if isinstance(scope, Refusal):
        return [scope]
    kept = {
        name: value
        for name, value in command.model_dump().items()
        if name in ListDeals.model_fields and name not in {"period_from", "period_to"}
    }
    selection = selection_of(ListDeals.model_validate(kept), scope, turn)
    if isinstance(selection, Refusal):
        return [selection]
    period = (
        Period(command.period_from, command.period_to)
        if command.period_from and command.period_to
        else turn.clock.quarter
    )
    named = replace(selection, owners=None, moved_in=None) != Selection()
    chosen = replace(selection, kind=StageKind.OPEN, period=None if named else period)
    deals = [s.deal for s in turn.desk.records.deals(chosen, turn.sight).statuses]
    if not deals:
        return [turn.refuse("not_found", "suppose_none")]
    whole = replace(selection_of(ListDeals(), scope, turn), kind=None)  # type: ignore[type-var]
    tallies = turn.desk.records.tallies(whole, period, turn.sight)  # type: ignore[arg-type]
    currency = turn.desk.currency or main_currency(tallies, deals[0].currency)
    quotas = quotas_for(turn.desk.mirror.quotas(scope.owners), period, scope.head, scope.owners, turn.organization)
    metrics = metrics_of(tallies, quotas, currency)
    won = Decimal(str(metrics["won_amount"] or 0))
    here = [d for d in deals if d.currency == currency and d.amount is not None]
    before = sum((d.amount or Decimal(0) for d in here), Decimal(0))
    chance = turn.sight.norms.probabilities
    weighted_before = sum(
        (
            (d.amount or Decimal(0)) * chance.get(d.stage, Decimal(0)) / 100
            for d in here
            if d.close_date and d.close_date in period
        ),
        Decimal(0),
    )
    weighted = Decimal(str(metrics["weighted_amount"] or 0))
    match command.outcome:
        case "won":
            landing, rest = won + before, weighted - weighted_before
            say = "suppose_won"
        case "lost":
            landing, rest = won, weighted - weighted_before
            say = "suppose_lost"
        case "amount":
            after = sum((_new(d.amount or Decimal(0), command) for d in here), Decimal(0))
            landing, rest, say, before = won + after, weighted - weighted_before, "suppose_amount", after
    quota = Decimal(str(metrics["quota"])) if metrics["quota"] is not None else None
    names = ", ".join(d.name for d in deals[:NAMED_MOST]) + (
        f" +{len(deals) - NAMED_MOST}" if len(deals) > NAMED_MOST else ""
    )
    say_it = turn.language

    def money(amount: Decimal) -> str:
        return turn.locale.money(amount.quantize(Decimal(1)), currency)

    lines = [
        phrase(say_it, say, names=names, amount=money(before), count=len(deals)),
        phrase(say_it, "suppose_landing", start=period.start, end=period.end, won=money(won), landing=money(landing)),
    ]
    if quota is not None:
        gap = quota - landing
        lines.append(
            phrase(say_it, "suppose_short" if gap > 0 else "suppose_above", quota=money(quota), gap=money(abs(gap)))
        )
    lines.append(phrase(say_it, "suppose_rest", rest=money(rest)))
    others = [d for d in deals if d.currency != currency]
    if others:
        lines.append(phrase(say_it, "suppose_others", names=", ".join(d.name for d in others[:NAMED_MOST])))
    facts = tuple(
        Fact(record=RecordRef(kind="deal", id=d.id, name=d.name), field="amount", value=str(d.amount or ""))
        for d in deals[:NAMED_MOST]
    )
    return [
        Answer(
            prose="\n".join(lines),
            facts=facts,
            audience=turn.place(scope.owners),
            language=turn.language,
            locale=turn.locale.tag,
        )
    ]


def _new(amount: Decimal, command: Suppose) -> Decimal:
    if command.amount is not None:
        return command.amount
    return amount * (command.amount_factor or Decimal(1))
