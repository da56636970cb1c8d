"""What would be if: the period's result with some deals won, lost or at another amount."""

from dataclasses import dataclass, replace
from decimal import Decimal

from bot.contract.commands.asking import DealFilter, Suppose
from bot.contract.phrases import phrase
from bot.contract.replies.aids import Answer, Fact, RecordRef
from bot.contract.replies.base import Reply
from bot.contract.replies.notices import Refusal
from bot.domain.deals import Deal, StageKind
from bot.domain.periods import Period
from bot.handlers.asking.scopes import Scope, scope_of, selection_of
from bot.handlers.turn import Turn
from bot.pipeline.figures import main_currency, metrics_of, quotas_for
from bot.pipeline.selection import Selection

NAMED_MOST = 5


@dataclass(frozen=True)
class _Outcome:
    """Where a period stands without the deals supposed, and those deals; amounts in one currency."""

    currency: str
    won: Decimal
    rest: Decimal
    quota: Decimal | None
    deals: list[Deal]

    @property
    def here(self) -> list[Decimal]:
        return [d.amount for d in self.deals if d.currency == self.currency and d.amount is not None]


def suppose(command: Suppose, turn: Turn) -> list[Reply]:
    """Where the period lands if it comes so; nothing is changed."""
    scope = scope_of(command.whose or ("me" if len(turn.readable) == 1 else "all"), turn)
    if isinstance(scope, Refusal):
        return [scope]
    kept = {name: getattr(command, name) for name in DealFilter.model_fields}
    selection = selection_of(DealFilter(**kept), scope, turn)
    if isinstance(selection, Refusal):
        return [selection]
    said = command.period_from, command.period_to
    period = Period(said[0], said[1]) if said[0] and said[1] else turn.clock.quarter
    named = replace(selection, owners=None, moved_in=None) != Selection()
    chosen = replace(selection, kind=StageKind.OPEN, period=None if named else period)
    deals = [s.deal for s in turn.desk.records.deals(chosen, turn.sight).statuses]
    if not deals:
        return [turn.refuse("not_found", "suppose_none")]
    facts = tuple(
        Fact(record=RecordRef(kind="deal", id=d.id, name=d.name), field="amount", value=str(d.amount or ""))
        for d in deals[:NAMED_MOST]
    )
    return [
        Answer(
            prose="\n".join(_told(command, _outcome(deals, scope, period, turn), period, turn)),
            facts=facts,
            audience=turn.place(scope.owners),
            language=turn.language,
            locale=turn.locale.tag,
        )
    ]


def _outcome(deals: list[Deal], scope: Scope, period: Period, turn: Turn) -> _Outcome:
    """The scope's period; what is weighted of the deals supposed is taken out of the rest."""
    tallies = turn.desk.records.tallies(Selection(owners=scope.owners & turn.readable), period, turn.sight)
    currency = turn.desk.currency or main_currency(tallies, deals[0].currency)
    quotas = quotas_for(turn.desk.mirror.quotas(scope.owners), period, scope.head, scope.owners, turn.organization)
    metrics = metrics_of(tallies, quotas, currency)
    chance = turn.sight.norms.probabilities
    weighted = sum(
        (
            d.amount * chance.get(d.stage, Decimal(0)) / 100
            for d in deals
            if d.currency == currency and d.amount is not None and d.close_date and d.close_date in period
        ),
        Decimal(0),
    )
    quota = Decimal(str(metrics["quota"])) if metrics["quota"] is not None else None
    won, of_all = (Decimal(str(metrics[name] or 0)) for name in ("won_amount", "weighted_amount"))
    return _Outcome(currency, won, of_all - weighted, quota, deals)


def _told(command: Suppose, outcome: _Outcome, period: Period, turn: Turn) -> list[str]:
    """What is supposed, where the period lands, the quota, the rest, and deals in other currencies."""
    say, deals = turn.language, outcome.deals

    def money(amount: Decimal) -> str:
        return turn.locale.money(amount.quantize(Decimal(1)), outcome.currency)

    amount = sum((_new(a, command) for a in outcome.here), Decimal(0))
    landing = outcome.won if command.outcome == "lost" else outcome.won + amount
    names = ", ".join(d.name for d in deals[:NAMED_MOST])
    names += f" +{len(deals) - NAMED_MOST}" if len(deals) > NAMED_MOST else ""
    lines = [
        phrase(say, f"suppose_{command.outcome}", names=names, amount=money(amount), count=len(deals)),
        phrase(
            say, "suppose_landing", start=period.start, end=period.end, won=money(outcome.won), landing=money(landing)
        ),
    ]
    if outcome.quota is not None:
        gap = outcome.quota - landing
        name = "suppose_short" if gap > 0 else "suppose_above"
        lines.append(phrase(say, name, quota=money(outcome.quota), gap=money(abs(gap))))
    lines.append(phrase(say, "suppose_rest", rest=money(outcome.rest)))
    others = [d.name for d in deals if d.currency != outcome.currency]
    if others:
        lines.append(phrase(say, "suppose_others", names=", ".join(others[:NAMED_MOST])))
    return lines


def _new(amount: Decimal, command: Suppose) -> Decimal:
    """A deal's amount as supposed; without another one its own."""
    if command.outcome != "amount":
        return amount
    return command.amount if command.amount is not None else amount * (command.amount_factor or Decimal(1))
