"""Questions that count activities or accounts."""

from collections import Counter
from dataclasses import replace
from typing import Any

from sqlalchemy import Engine, and_, case, func, literal, select

from bot.crm.mirror import tables as t
from bot.domain.people import Organization
from bot.pipeline.measures import BUCKETS
from bot.pipeline.selection import Selection
from bot.records.conditions import Sight, conditions, deal
from bot.records.pieces import buckets
from bot.records.question import Figures, Keys, Question, Row, in_order
from bot.records.sums import named


def count_activities(engine: Engine, question: Question, sight: Sight, organization: Organization) -> Figures:
    """How many activities: of the selection's people, in the period, of one kind where asked."""
    a, clock = t.activities.c, sight.clock
    wanted: list[Any] = [a.at <= clock.now]
    selection = question.selection
    of_deals = replace(selection, owners=None, period=None, ids=None, accounts=None)
    if of_deals != Selection():
        wanted.append(a.deal_id.in_(select(deal.id).where(*conditions(of_deals, sight))))
    source: Any = t.activities
    if selection.owners is not None:
        wanted.append(a.author_id.in_(sorted(selection.owners)))
    if question.period:
        start, end = clock.bounds(question.period)
        wanted += [a.at >= start, a.at < end]
    if question.activity:
        wanted.append(a.kind == question.activity.value)
    if selection.accounts is not None or selection.ids is not None or "account" in question.by:
        source = t.activities.outerjoin(t.deals, deal.id == a.deal_id)
    account = func.coalesce(a.account_id, deal.account_id)
    if selection.accounts is not None:
        wanted.append(account.in_(sorted(selection.accounts)))
    if selection.ids is not None:
        wanted.append(a.deal_id.in_(sorted(selection.ids)))
    columns: list[Any] = []
    for dimension in question.by:
        if dimension in BUCKETS:
            found = buckets(dimension, question, clock)
            columns.append(
                case(
                    *(
                        (and_(a.at >= clock.bounds(p)[0], a.at < clock.bounds(p)[1]), literal(label))
                        for label, p in found
                    ),
                    else_=literal(None),
                )
            )
        else:
            columns.append(a.kind if dimension == "activity" else account if dimension == "account" else a.author_id)
    query = select(*columns, func.count()).select_from(source).where(*wanted)
    query = query.group_by(*columns) if columns else query
    counts: Counter[Keys] = Counter()
    with engine.connect() as connection:
        for row in connection.execute(query):
            counts[tuple(named(d, row[i], organization) for i, d in enumerate(question.by))] += row[-1]
    rows = [Row(keys, {"activities": n}) for keys, n in _sorted(counts)] if question.by else []
    total = sum(counts.values())
    return Figures("", {"activities": total}, tuple(rows), records=total)


def count_accounts(engine: Engine, question: Question, organization: Organization) -> Figures:
    """How many accounts the selection's people own, of its industries."""
    a, selection = t.accounts.c, question.selection
    columns = [{"industry": a.industry, "country": a.country}.get(d, a.owner_id) for d in question.by]
    query = select(*columns, func.count()).group_by(*columns) if columns else select(func.count(a.id))
    if selection.owners is not None:
        query = query.where(a.owner_id.in_(sorted(selection.owners)))
    if selection.industries is not None:
        query = query.where(a.industry.in_(sorted(selection.industries)))
    counts: Counter[Keys] = Counter()
    with engine.connect() as connection:
        for row in connection.execute(query):
            counts[tuple(named(d, row[i], organization) for i, d in enumerate(question.by))] += row[-1]
    rows = [Row(keys, {"accounts": n}) for keys, n in _sorted(counts)] if question.by else []
    total = sum(counts.values())
    return Figures("", {"accounts": total}, tuple(rows), records=total)


def _sorted(counts: Counter[Keys]) -> list[tuple[Keys, int]]:
    return sorted(counts.items(), key=lambda item: in_order(item[0]))
