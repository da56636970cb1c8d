"""Answers to questions of measures, against pandas."""

import os
import shutil
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from random import Random
from types import SimpleNamespace

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from bot.crm.mirror import tables as t
from bot.domain.activities import ActivityKind
from bot.domain.periods import Clock, FiscalCalendar, Period
from bot.pipeline.measures import ALWAYS, BUCKETS, DIMENSIONS
from bot.pipeline.selection import Selection
from bot.records.question import Question
from tests.conftest import NOW, house_in
from tests.records import test_figures

ANSWERS = int(os.environ.get("ANSWERS", "60"))
ZONES = ("America/New_York", "UTC", "Asia/Shanghai", "Pacific/Kiritimati")
YEAR_ENDS = ("DEC", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV")
KINDS = {"open": {"open"}, "won": {"won"}, "lost": {"lost"}, "closed": {"won", "lost"}, "any": {"open", "won", "lost"}}
AGGREGATES = {
    "count": ("id", "size"), "amount": ("main", "sum"), "average_amount": ("main", "mean"),
    "median_amount": ("main", "median"), "weighted_amount": ("weighted", "sum"), "share": ("id", "size"),
    "win_rate": ("is_won", "mean"), "win_rate_amount": ("main_won", "sum"), "cycle_days": ("cycle", "median"),
    "age_days": ("age", "mean"), "stage_days": ("staged", "mean"), "pushes": ("pushes", "mean"),
}  # fmt: skip
COLUMNS = {
    "rep": "owner_id", "account": "account_id", "product": "product_id", "owners": "owner_id", "stages": "stage",
    "forecasts": "forecast", "industries": "industry", "not_forecasts": "forecast", "not_stages": "stage",
    "named": "name", "over": "amount", "under": "amount", "products": "product_id",
}  # fmt: skip
CONDITIONS = ("created", "loss_reason", *list(COLUMNS)[3:])
DATED = {"closed_at": True, "stage_since": True, "at": True, "created": False, "close_date": False, "from": False}
maven = test_figures.maven


@pytest.fixture(scope="module")
def stirred(made, tmp_path_factory):
    """The sample company with gaps in its records, closings around midnight and names that are hard to search."""
    folder, random = tmp_path_factory.mktemp("stirred"), Random(7)
    shutil.copy(made.settings.caddie_data / "caddie.db", folder / "caddie.db")
    house = house_in(folder)
    with house.engine.begin() as connection:
        connection.execute(update(t.people).where(t.people.c.id == "q06").values(region=None))
        connection.execute(update(t.accounts).where(t.accounts.c.id < "qa12").values(country="Chile", industry=None))
        for deal in house.desk.mirror.deals():
            options = {
                "created": None, "stage_since": None, "account_id": None, "owner_id": random.choice(("q01", "q02")),
                "amount": random.choice((None, Decimal(0), Decimal("0.37"), Decimal("85000.01"))), "currency": "EUR",
                "pushes": random.randint(0, 4), "name": random.choice(("100%_SÛR \\ Zürich", "ÉCLAIR", "Øm's  x")),
                "close_date": None, "loss_reason": random.choice(("Price, 50% off", "NO_DECISION", "Ölpreis", None)),
            }  # fmt: skip
            changes = {name: options[name] for name in random.sample(sorted(options), 2)}
            if deal.closed_at:
                changes["closed_at"] = deal.closed_at.replace(hour=random.choice((0, 3, 4, 15, 16)), minute=30)
            connection.execute(update(t.deals).where(t.deals.c.id == deal.id).values(**changes))
        connection.execute(delete(t.deal_products).where(t.deal_products.c.deal_id < "qd020"))
    return house


def read(house, table):
    frame = pd.read_sql(f"SELECT * FROM {table}", house.engine)
    return frame.assign(**{n: pd.to_datetime(frame[n], utc=utc) for n, utc in DATED.items() if n in frame})


def day_of(column, zone):
    return column.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()


def within(column, period):
    return column.between(pd.Timestamp(period.start), pd.Timestamp(period.end))


def near(values):
    return {name: None if pd.isna(v) else pytest.approx(v, rel=1e-6, abs=1e-6) for name, v in values.items()}


def world_of(house, now=NOW):
    """A house with its deals in one frame, each with what it is grouped by, and the products that each one sells."""
    deals, people, accounts, stages = (read(house, name) for name in ("deals", "people", "accounts", "stages"))
    people, accounts = people.set_index("id"), accounts.set_index("id")
    deals["region"], deals["kind"] = deals.owner_id.map(people.region), deals.stage.map(stages.set_index("name").kind)
    deals["manager"] = deals.owner_id.map(people.manager_id).fillna(deals.owner_id)
    deals["industry"], deals["country"] = (deals.account_id.map(accounts[name]) for name in ("industry", "country"))
    return SimpleNamespace(desk=house.desk, now=now, deals=deals, sold=read(house, "deal_products"))


def answer(world, question, clock, currency=None, quotas=()):
    sight = world.desk.records.sight(clock)
    return world.desk.records.answer(question, sight, world.desk.organization, quotas, currency)


def chosen(world, selection):
    deals, values = world.deals, {name: getattr(selection, name) for name in CONDITIONS}
    for name, wanted in ((name, value) for name, value in values.items() if value is not None):
        column = deals.id if name == "products" else deals[COLUMNS.get(name, name)]
        if name == "created":
            kept = within(column, wanted)
        elif name in {"over", "under"}:
            kept = (column > float(wanted * 100)) if name == "over" else (column < float(wanted * 100))
        elif name in {"named", "loss_reason"}:
            kept = column.fillna("").astype(str).str.lower().str.contains(wanted.lower(), regex=False)
        elif name == "products":
            kept = column.isin(world.sold[world.sold.product_id.isin(wanted)].deal_id)
        else:
            kept = column.isin(wanted) != name.startswith("not_")
        deals = deals[kept]
    return deals.copy()


def measured(world, question, clock, currency):
    """The deals of a question, each with what is measured of it and the days by which it counts."""
    deals, today, zone = chosen(world, question.selection), pd.Timestamp(clock.today), clock.timezone
    probabilities = world.desk.records.sight(clock).norms.probabilities
    closing = day_of(deals.closed_at, zone)
    deals["ends"] = deals.close_date.where(deals.kind == "open", closing)
    deals["main"] = (deals.amount / 100).where(deals.currency == currency)
    deals["weighted"] = deals.main * deals.stage.map({name: float(p) / 100 for name, p in probabilities.items()})
    deals["is_won"], deals["main_won"] = (deals.kind == "won").astype(float), deals.main * (deals.kind == "won")
    deals["cycle"], deals["age"] = (closing - deals.created).dt.days, (today - deals.created).dt.days
    deals["staged"] = (today - day_of(deals.stage_since, zone).fillna(deals.created)).dt.days
    day = deals.created if question.selection.created else deals.ends
    fiscal = day.dt.to_period(f"Q-{YEAR_ENDS[clock.fiscal.first_month - 1]}")
    deals["month"], deals["quarter"] = day.dt.strftime("%Y-%m"), fiscal.dt.strftime("%F Q%q")
    deals["week"] = (day - pd.to_timedelta(day.dt.day_of_week, unit="D")).dt.strftime("%Y-%m-%d")
    return deals


def expected(world, question, clock, currency, by):
    """Each group's measures by its keys; without dimensions there is one group, that without keys."""
    deals, found, nothing = measured(world, question, clock, currency), {}, {}
    for measure in question.measures:
        counted = deals[deals.kind.isin(KINDS[ALWAYS.get(measure, question.state)])]
        if question.period:
            counted = counted[within(counted.ends, question.period)]
        whole = len(counted)
        if "product" in by:
            counted = counted.merge(world.sold, how="left", left_on="id", right_on="deal_id")
        keys = [counted[COLUMNS.get(name, name)].astype(object).fillna("(none)") for name in by]
        groups = counted.groupby(keys or [pd.Series("", index=counted.index)])
        column, how = AGGREGATES[measure]
        divisor = {"share": whole, "win_rate_amount": groups.main.sum().replace(0, float("nan"))}.get(measure, 1)
        found[measure] = getattr(groups[column], how)().astype(float) / divisor
        if measure in {"count", "amount", "weighted_amount"} or (measure == "share" and whole):
            nothing[measure] = 0.0
    frame = pd.DataFrame(found) if by else pd.DataFrame(found).reindex([""])
    return {
        tuple(None if k == "(none)" else k for k in (key if len(by) > 1 else (key,)))[: len(by)]: near(values)
        for key, values in frame.fillna(nothing).to_dict("index").items()
    }


@st.composite
def asked(draw, world):
    """A question to a world, the clock by which it is answered and the main currency."""
    deals, seed = world.deals, draw(st.integers(0, 10**9))

    def some(values, *sizes):
        order = Random(f"{seed} {len(values)}").sample(values, len(values))
        return [*dict.fromkeys(order[: draw(st.sampled_from(sizes))])]

    def span(random, *lengths):
        first = world.now.date() + timedelta(days=random.randint(-400, 20))
        return Period(first, first + timedelta(days=random.choice(lengths)))

    def condition(name):
        random = Random(f"{seed} {name}")
        if name == "created":
            return span(random, 400, 250, 91, 30, 0)
        if name in {"over", "under"}:
            return Decimal(int(random.choice(sorted(deals.amount.dropna()))) + random.choice((-1, 0, 0, 1))) / 100
        column = (world.sold if name == "products" else deals)[COLUMNS.get(name, name)]
        values = [*sorted(column.dropna()), "%_"]
        if name not in {"named", "loss_reason"}:
            return frozenset(random.sample(once := [*dict.fromkeys(values)], random.randint(0, len(once))))
        text, start, length = random.choice(values), random.choice((0, 0, 0, 1, 4, 9)), random.randint(1, 7)
        return random.choice((str, str.upper, str.lower))(text[start % len(text) :][:length])

    selection = Selection(**{name: condition(name) for name in some(CONDITIONS, 0, 1, 1, 2, 2, 3)})
    period = span(Random(seed), 400, 400, 250, 250, 90, 30, 0) if draw(st.booleans()) else None
    buckets = sorted(BUCKETS) * 2 if period or selection.created else []
    by = tuple(some([*sorted({*DIMENSIONS} - BUCKETS - {"activity"}), *buckets], 0, 1, 1, 2, 2))
    measures, state = tuple(some([*AGGREGATES], 1, 2, 3)), draw(st.sampled_from([*KINDS]))
    clock = Clock(world.now, draw(st.sampled_from(ZONES)), FiscalCalendar(draw(st.sampled_from(range(1, 13)))))
    currency = draw(st.sampled_from([*deals.currency.value_counts().index] * 2 + ["GBP"]))
    return Question(measures, selection, state, period, by), clock, currency


@pytest.mark.parametrize(("name", "times"), [("made", ANSWERS), ("stirred", ANSWERS), ("maven", ANSWERS // 2)])
def test_any_question_equals_pandas(request, name, times):
    now = datetime(2018, 1, 5, 12, tzinfo=UTC) if name == "maven" else NOW
    world = world_of(request.getfixturevalue(name), now)

    @settings(max_examples=times, derandomize=True, deadline=None, database=None, suppress_health_check=[*HealthCheck])
    @given(asked(world))
    def compare(drawn):
        question, clock, currency = drawn
        figures = answer(world, question, clock, currency)
        assert figures.currency == currency
        assert figures.total == expected(world, question, clock, currency, ())[()]
        rows = {row.keys: row.values for row in figures.rows}
        assert len(rows) == len(figures.rows)
        assert rows == (expected(world, question, clock, currency, question.by) if question.by else {})

    compare()


@pytest.mark.parametrize("kind", [None, *ActivityKind])
@pytest.mark.parametrize("owners", [None, frozenset({"q05", "q09", "q12"}), frozenset()])
@pytest.mark.parametrize("zone", ZONES)
def test_activities_by_rep_and_month_equal_pandas(made, owners, kind, zone):
    clock, done = Clock(NOW - timedelta(days=20), zone), read(made, "activities")
    day = day_of(done["at"], zone)
    for period in (Period(date(2025, 11, 3), date(2026, 2, 18)), Period(date(2026, 2, 1), date(2026, 3, 31))):
        wanted = (done["at"] <= clock.now) & within(day, period) & ((done.kind == kind) | (kind is None))
        counted = done[wanted & (done.author_id.isin(owners or ()) | (owners is None))]
        question = Question(("activities",), Selection(owners=owners), "any", period, ("rep", "month"), kind)
        figures = answer(world_of(made), question, clock)
        by_month = counted.groupby([counted.author_id, day.dt.strftime("%Y-%m")]).size()
        assert {row.keys: row.values["activities"] for row in figures.rows} == dict(by_month)
        assert figures.total == {"activities": len(counted)}


@pytest.mark.parametrize("currency", ["USD", "CNY"])
@pytest.mark.parametrize("first", [date(2025, 7, 1), date(2025, 10, 1), date(2026, 1, 1)])
def test_quota_attainment_and_gap_by_rep_are_those_of_their_own_quotas(made, first, currency):
    world, quotas, quarter = world_of(made), read(made, "quotas"), Period.months(first.year, first.month, 3)
    own = quotas[(quotas["from"] == pd.Timestamp(first)) & (quotas.currency == currency)].set_index("person_id").amount
    won = world.deals[(world.deals.kind == "won") & within(day_of(world.deals.closed_at, ZONES[0]), quarter)]
    cents = won[won.currency == currency].groupby("owner_id").amount.sum()
    question = Question(("quota", "attainment", "gap"), Selection(), "won", quarter, ("rep",))
    everybody = made.desk.mirror.quotas(frozenset(made.desk.organization.people))
    figures = answer(world, question, Clock(NOW, ZONES[0]), currency, everybody)

    def of(target, done):
        return near({"quota": target / 100, "attainment": done / target, "gap": (target - done) / 100})

    assert figures.total == of(own.sum(), cents.sum())
    reps = {rep: of(own.get(rep, float("nan")), cents.get(rep, 0.0)) for rep in won.owner_id.unique()}
    assert {row.keys[0]: row.values for row in figures.rows} == reps
