"""The territory plan: which accounts, how well covered, and what the target asks for."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import timedelta
from decimal import ROUND_CEILING, Decimal

from bot.contract.commands.planning import WritePlan
from bot.contract.replies.base import Reply
from bot.contract.replies.notices import Refusal
from bot.domain.deals import Account, Deal, StageKind
from bot.domain.money import format_money
from bot.handlers.asking.scopes import Scope, scope_of
from bot.handlers.planning.paper import Paper, finish
from bot.handlers.turn import Turn
from bot.pipeline.figures import main_currency, metrics_of, quotas_for
from bot.pipeline.selection import Selection

COVERED_DAYS, FOCUS, LISTED = 90, 5, 15


@dataclass(frozen=True, slots=True)
class Placed:
    """An account with its potential (by size) and relationship (by what was done and won there), each high or low."""

    account: Account
    large: bool
    close: bool
    deals: tuple[Deal, ...]
    touched: bool


def territory_plan(command: WritePlan, turn: Turn) -> Reply:
    """Segments by potential × relationship, coverage, the arithmetic of the target, and the accounts to focus on."""
    scope = scope_of(command.about or "me", turn)
    if isinstance(scope, Refusal):
        return scope
    paper = Paper(turn)
    placed = _placed(scope, turn)
    _segments(paper, placed)
    _coverage(paper, placed)
    _arithmetic(paper, scope)
    _focus(paper, placed)
    key = f"territory:{scope.head or scope.label}"
    return finish(paper, key, paper.say("doc_title_territory", name=scope.label), scope.owners)


def _placed(scope: Scope, turn: Turn) -> list[Placed]:
    mirror, stages = turn.desk.mirror, turn.desk.mirror.snapshot.stages
    deals: dict[str, list[Deal]] = defaultdict(list)
    for deal in mirror.deals(owners=scope.owners):
        if deal.account_id:
            deals[deal.account_id].append(deal)
    owned = {a.id: a for a in mirror.accounts() if a.owner_id in scope.owners or a.id in deals}
    sizes = sorted(a.revenue for a in owned.values() if a.revenue)
    middle = sizes[len(sizes) // 2] if sizes else None
    touched = mirror.accounts_touched_since(turn.now - timedelta(days=COVERED_DAYS), turn.now)
    placed = []
    for account in owned.values():
        ours = deals[account.id]
        won = any(stages[d.stage].kind is StageKind.WON for d in ours)
        large = bool(middle and account.revenue and account.revenue >= middle)
        placed.append(Placed(account, large, won or account.id in touched, tuple(ours), account.id in touched))
    return sorted(placed, key=lambda p: (-(p.account.revenue or 0), p.account.name))


def _segments(paper: Paper, placed: list[Placed]) -> None:
    paper.head("segments")
    paper.lines.append(paper.say("doc_segments_how", days=COVERED_DAYS))
    for large, close, name in (
        (True, True, "grow"),
        (True, False, "open_up"),
        (False, True, "keep"),
        (False, False, "watch"),
    ):
        here = [p for p in placed if p.large is large and p.close is close]
        names = ", ".join(p.account.name for p in here[:LISTED]) + (", …" if len(here) > LISTED else "")
        paper.point(f"**{paper.say('doc_segment_' + name)}** ({len(here)}): {names or '–'}")
    unsized = [p.account.name for p in placed if not p.account.revenue]
    if unsized:
        paper.ask(paper.say("q_revenue", names=", ".join(unsized[:FOCUS])))
    if not placed:
        paper.ask(paper.say("q_accounts"))


def _coverage(paper: Paper, placed: list[Placed]) -> None:
    paper.head("coverage")
    quiet = [p for p in placed if not p.touched]
    paper.point(paper.say("doc_covered", n=len(placed) - len(quiet), total=len(placed), days=COVERED_DAYS))
    if quiet:
        paper.point(paper.say("doc_uncovered", names=", ".join(p.account.name for p in quiet[:LISTED])))
    industries: dict[str, int] = defaultdict(int)
    for p in placed:
        industries[p.account.industry or "?"] += 1
    paper.point(
        paper.say(
            "doc_industries",
            list=", ".join(f"{name} {n}" for name, n in sorted(industries.items(), key=lambda i: -i[1])),
        )
    )


def _arithmetic(paper: Paper, scope: Scope) -> None:
    """Deals needed = gap ÷ (mean won amount × win rate), from the last four quarters (PRODUCT: Metrics)."""
    turn = paper.turn
    records, clock, fiscal = turn.desk.records, turn.clock, turn.desk.fiscal
    selection, quarter = Selection(owners=scope.owners), clock.quarter
    now = records.tallies(selection, quarter, turn.sight)
    currency = turn.desk.currency or main_currency(now)
    quotas = quotas_for(turn.desk.mirror.quotas(scope.owners), quarter, scope.head, scope.owners, turn.organization)
    metrics = metrics_of(now, quotas, currency)
    past = fiscal.quarter_around(clock.today, -4)
    year = metrics_of(records.tallies(selection, type(quarter)(past.start, quarter.end), turn.sight), [], currency)
    paper.head("target")
    paper.point(paper.say("doc_quarter", start=quarter.start.isoformat(), end=quarter.end.isoformat()))
    if metrics["quota"] is None:
        paper.ask(paper.say("q_quota"))
        return
    quota, won, weighted = (Decimal(str(metrics[name] or 0)) for name in ("quota", "won_amount", "weighted_amount"))
    gap = quota - won
    after = gap - weighted
    paper.point(
        paper.say(
            "doc_gap",
            quota=format_money(quota, currency),
            won=format_money(won, currency),
            weighted=_whole(weighted, currency),
            gap=_whole(gap, currency),
            after=_whole(after, currency),
        )
    )
    count, rate = int(year["won_count"] or 0), year["win_rate_count"]
    if not count or not rate:
        paper.ask(paper.say("q_history"))
        return
    mean = Decimal(str(year["won_amount"])) / count
    wins = int((max(gap, Decimal(0)) / mean).to_integral_value(ROUND_CEILING)) if mean else 0
    needed = int((max(gap, Decimal(0)) / (mean * Decimal(str(rate)))).to_integral_value(ROUND_CEILING)) if mean else 0
    paper.point(
        paper.say(
            "doc_deals_needed",
            mean=_whole(mean, currency),
            rate=f"{rate:.0%}",
            wins=wins,
            needed=needed,
            open=metrics["open_count"],
        )
    )


def _whole(amount: Decimal, currency: str) -> str:
    return format_money(amount.quantize(Decimal(1)), currency)


def _focus(paper: Paper, placed: list[Placed]) -> None:
    """Large accounts first: those without an open deal to open, those with one to win."""
    stages = paper.turn.desk.mirror.snapshot.stages
    paper.head("focus")
    ranked = sorted(
        placed,
        key=lambda p: (-sum(d.value.amount for d in p.deals if stages[d.stage].kind is StageKind.OPEN), not p.large),
    )
    for p in ranked[:FOCUS]:
        live = [d for d in p.deals if stages[d.stage].kind is StageKind.OPEN]
        paper.point(
            f"**{p.account.name}** · {p.account.industry or '?'} · "
            + (
                "; ".join(f"{d.name} ({d.stage}, {format_money(d.value.amount, d.currency)})" for d in live)
                or paper.say("doc_no_open_deal")
            )
        )
    for p in [p for p in placed if p.large and not any(stages[d.stage].kind is StageKind.OPEN for d in p.deals)][
        :FOCUS
    ]:
        paper.ask(paper.say("q_open_up", name=p.account.name))
    paper.ask(paper.say("q_territory"))
