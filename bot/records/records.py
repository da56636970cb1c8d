"""The questions that handlers ask of the records."""

from collections.abc import Collection, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    and_,
    func,
    or_,
    select,
)

from bot.crm.mirror import tables as t
from bot.crm.mirror.reads import Mirror
from bot.crm.mirror.records import activity_of
from bot.domain.activities import Activity, ActivityKind
from bot.domain.deals import Quota
from bot.domain.people import Organization
from bot.domain.periods import Clock, Period
from bot.pipeline.deal_status import Conversion, DealStatus, Listed
from bot.pipeline.figures import Tallies
from bot.pipeline.movement import ChangedDeal
from bot.pipeline.rules import Thresholds
from bot.pipeline.selection import Move, Order, Selection, Span
from bot.records.answer import answer
from bot.records.conditions import (
    Sight,
    conditions,
    deal,
)
from bot.records.history import changed, conversion, movers, touched
from bot.records.listing import statuses
from bot.records.question import Figures, Question
from bot.records.stage_norms import StageNorms, read_stage_norms
from bot.records.tallies import By, count


class Records:
    """Questions to the mirror whose answers are numbers; what is read grows with the answer, not with the CRM."""

    def __init__(self, mirror: Mirror, thresholds: Thresholds) -> None:
        self._mirror, self._thresholds = mirror, thresholds
        self._norms: tuple[int, StageNorms] | None = None

    def _norms_now(self) -> StageNorms:
        """What the company's closed deals teach, read anew once a deal was won or lost."""
        closings = self._mirror.closings
        if self._norms is None or self._norms[0] != closings:
            self._norms = closings, read_stage_norms(self._mirror.engine, self._mirror.snapshot.stages)
        return self._norms[1]

    def sight(self, clock: Clock) -> Sight:
        """What the numbers of a moment depend on; the several questions of one answer share it."""
        return Sight(clock, self._mirror.snapshot.stages, self._norms_now(), self._thresholds)

    def deals(self, selection: Selection, sight: Sight, *, order: Order = "amount", limit: int | None = None) -> Listed:
        """The deals of a selection, the largest first unless another order is asked for."""
        wanted = conditions(selection, sight)
        totals: dict[str, Decimal] = {}
        count = 0
        with self._mirror.engine.connect() as connection:
            for row in connection.execute(
                select(deal.currency, func.count(), func.sum(deal.amount)).where(*wanted).group_by(deal.currency)
            ):
                totals[row[0]] = row[2] or Decimal(0)
                count += row[1]
        return Listed(tuple(statuses(self._mirror, wanted, sight, order, limit)) if count else (), count, totals)

    def amounts(self, selection: Selection, currency: str, sight: Sight) -> list[tuple[str, Decimal]]:
        """(stage, amount) of each deal of a selection in one currency."""
        wanted = [*conditions(selection, sight), deal.currency == currency, deal.amount.isnot(None)]
        with self._mirror.engine.connect() as connection:
            return [
                (row[0], row[1])
                for row in connection.execute(select(deal.stage, deal.amount).where(*wanted).order_by(deal.id))
            ]

    def findings(self, selection: Selection, sight: Sight, limit: int) -> list[DealStatus]:
        """Open deals with a finding or a risk, the largest first."""
        rules = sight.rules
        return statuses(
            self._mirror,
            [*conditions(selection, sight), deal.open.is_(True), or_(*rules.values())],
            sight,
            "amount",
            limit,
        )

    def status(self, deal_id: str, sight: Sight) -> DealStatus | None:
        """One deal with its standing."""
        return next(iter(statuses(self._mirror, [deal.id == deal_id], sight, "amount", 1)), None)

    def tallies(
        self, selection: Selection, period: Period, sight: Sight, *, by: By | None = None, moves: Span | None = None
    ) -> Tallies:
        """What the metrics of a period are made of; see `tallies.count`."""
        return count(self._mirror.engine, selection, period, sight, by=by, moves=moves)

    def answer(
        self,
        question: Question,
        sight: Sight,
        organization: Organization,
        quotas: Sequence[Quota],
        currency: str | None = None,
    ) -> Figures:
        """The figures of a question of measures; see `answer.answer`."""
        return answer(self._mirror.engine, question, sight, organization, quotas, currency)

    def last_recorded(self, owners: Collection[str], now: datetime) -> dict[str, datetime]:
        """When each of these people last did what is recorded, up to a moment."""
        a = t.activities.c
        query = (
            select(a.author_id, func.max(a.at))
            .where(a.author_id.in_(sorted(owners)), a.at <= now)
            .group_by(a.author_id)
        )
        with self._mirror.engine.connect() as connection:
            return {row[0]: row[1] for row in connection.execute(query)}

    def activities(
        self,
        owners: Collection[str],
        sight: Sight,
        *,
        account_id: str | None = None,
        deal_id: str | None = None,
        contact_ids: Collection[str] | None = None,
        kind: ActivityKind | None = None,
        period: Period | None = None,
        limit: int = 500,
    ) -> list[Activity]:
        """What was done up to now on the deals of these owners or by them, the latest first."""
        a = t.activities.c
        wanted: list[Any] = [
            a.at <= sight.clock.now,
            or_(deal.owner_id.in_(sorted(owners)), and_(a.deal_id.is_(None), a.author_id.in_(sorted(owners)))),
        ]
        if account_id:
            wanted.append(func.coalesce(a.account_id, deal.account_id) == account_id)
        if deal_id:
            wanted.append(a.deal_id == deal_id)
        if kind:
            wanted.append(a.kind == kind.value)
        if period:
            start, end = sight.clock.bounds(period)
            wanted += [a.at >= start, a.at < end]
        source = t.activities.outerjoin(t.deals, deal.id == a.deal_id)
        query = select(t.activities).select_from(source).where(*wanted).order_by(a.at.desc(), a.id).limit(limit)
        found = self._mirror.rows(query, activity_of)
        return [one for one in found if contact_ids is None or set(one.contact_ids) & set(contact_ids)]

    def movers(
        self, selection: Selection, moves: Collection[Move], span: Span, sight: Sight, limit: int
    ) -> dict[Move, list[str]]:
        """The names of the largest deals that made each of these moves."""
        return movers(self._mirror.engine, selection, moves, span, sight, limit)

    def changed(self, selection: Selection, since: datetime, sight: Sight) -> list[ChangedDeal]:
        """The deals that changed since a moment and belong, or belonged then, to the selection's owners."""
        return changed(self._mirror, selection, since, sight)

    def touched(self, selection: Selection, period: Period, sight: Sight) -> dict[str, tuple[int, int]]:
        """(open deals, those with an activity in the period) of each owner."""
        return touched(self._mirror.engine, selection, period, sight)

    def conversion(self, selection: Selection, sight: Sight) -> list[Conversion]:
        """For each open stage: the deals that entered it, that ever entered the next, and that were lost from it."""
        return conversion(self._mirror.engine, selection, sight)
