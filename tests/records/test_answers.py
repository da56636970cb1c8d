"""Answers to questions of measures, against pandas."""

import os
import shutil
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from random import Random
from typing import get_args

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update

from bot.crm.csv.maven import import_maven
from bot.crm.mirror import tables as t
from bot.domain.activities import ActivityKind
from bot.domain.periods import Clock, FiscalCalendar, Period
from bot.pipeline.measures import ALWAYS, BUCKETS, DIMENSIONS, State
from bot.pipeline.selection import Selection
from bot.records.question import Question
from tests.conftest import NOW, SHARED, house_in

MAVEN = SHARED / "data" / "crm" / "maven"
ZONES = ("America/New_York", "UTC", "Asia/Shanghai", "Pacific/Kiritimati")
YEAR_ENDS = ("DEC", "JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV")
KINDS = {"open": {"open"}, "won": {"won"}, "lost": {"lost"}, "closed": {"won", "lost"}, "any": {"open", "won", "lost"}}
AGGREGATES = {
    "count": ("id", "size"), "amount": ("main", "sum"), "average_amount": ("main", "mean"),
    "median_amount": ("main", "median"), "weighted_amount": ("weighted", "sum"), "share": ("id", "size"),
    "win_rate": ("is_won", "mean"), "win_rate_amount": ("main_won", "sum"), "cycle_days": ("cycle", "median"),
    "age_days": ("age", "mean"), "stage_days": ("staged", "mean"), "pushes": ("pushes", "mean"),
}  # fmt: skip
COLUMNS = {"rep": "owner_id", "account": "account_id", "product": "product_id"}
LISTED = {"owners": "owner_id", "stages": "stage", "forecasts": "forecast", "industries": "industry"}
UNNAMED = "(none)"
ANSWERS = int(os.environ.get("ANSWERS", "60"))
slow = (HealthCheck.too_slow, HealthCheck.data_too_large)
draws = settings(derandomize=True, deadline=None, database=None, suppress_health_check=slow, max_examples=ANSWERS)


@dataclass(frozen=True, eq=False, repr=False)
class World:
    """A house with its deals as one frame, each with what it is grouped by, and the products that each one sells."""

    house: object
    now: datetime
    deals: pd.DataFrame
    sold: pd.DataFrame

    def answer(self, question, clock, currency=None, quotas=()):
        desk = self.house.desk
        return desk.records.answer(question, desk.records.sight(clock), desk.organization, quotas, currency)


def read(house, table):
    frame = pd.read_sql(f"SELECT * FROM {table}", house.engine)
    moments = {name: pd.to_datetime(frame[name], utc=True) for name in {"closed_at", "stage_since", "at"} & {*frame}}
    days = {name: pd.to_datetime(frame[name]) for name in {"created", "close_date", "from", "to"} & {*frame}}
    return frame.assign(**moments, **days)


def day_of(column, zone):
    return column.dt.tz_convert(zone).dt.tz_localize(None).dt.normalize()


def within(column, period):
    return column.between(pd.Timestamp(period.start), pd.Timestamp(period.end))


def world_of(house, now):
    deals, people, accounts, stages = (read(house, name) for name in ("deals", "people", "accounts", "stages"))
    people, accounts = people.set_index("id"), accounts.set_index("id")
    deals["region"], deals["kind"] = deals.owner_id.map(people.region), deals.stage.map(stages.set_index("name").kind)
    deals["manager"] = deals.owner_id.map(people.manager_id).fillna(deals.owner_id)
    deals["industry"], deals["country"] = (deals.account_id.map(accounts[name]) for name in ("industry", "country"))
    return World(house, now, deals, read(house, "deal_products")[["deal_id", "product_id"]])


@pytest.fixture(scope="module")
def sample(made):
    return world_of(made, NOW)


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
                "pushes": random.randint(0, 4), "name": random.choice(("100%_sure \\ Zürich", "ÉCLAIR", "o'Neil  x")),
            } | (
                {"closed_at": datetime.combine(deal.closed_at, time(random.choice((0, 3, 4, 15, 16)), 30, tzinfo=UTC)),
                 "loss_reason": random.choice(("Price, 50% off", "NO_DECISION", "Größe", None))}
                if deal.closed_at else {"close_date": None, "forecast": random.choice((None, "omitted"))}
            )  # fmt: skip
            changes = {name: options[name] for name in random.sample(sorted(options), 2)}
            connection.execute(update(t.deals).where(t.deals.c.id == deal.id).values(**changes))
        connection.execute(delete(t.deal_products).where(t.deal_products.c.deal_id < "qd020"))
    return world_of(house, NOW)


@pytest.fixture(scope="module")
def maven(tmp_path_factory):
    if not MAVEN.exists():
        pytest.skip("the Maven set is not beside the checkout (../shared/data/crm/maven)")
    house = house_in(tmp_path_factory.mktemp("maven"), visibility="open")
    import_maven(house.engine, MAVEN, house.process, None)
    return world_of(house, datetime(2018, 1, 5, 12, tzinfo=UTC))


def chosen(world, s):
    """The deals of a selection."""
    deals = world.deals
    for name, column in LISTED.items():
        if (wanted := getattr(s, name)) is not None:
            deals = deals[deals[column].isin(wanted)]
    deals = deals[~deals.forecast.isin(s.not_forecasts or ()) & ~deals.stage.isin(s.not_stages or ())]
    if s.products is not None:
        deals = deals[deals.id.isin(world.sold[world.sold.product_id.isin(s.products)].deal_id)]
    if s.created:
        deals = deals[within(deals.created, s.created)]
    if s.over is not None:
        deals = deals[deals.amount > float(s.over * 100)]
    if s.under is not None:
        deals = deals[deals.amount < float(s.under * 100)]
    for word, column in ((s.named, "name"), (s.loss_reason, "loss_reason")):
        if word is not None:
            deals = deals[deals[column].fillna("").astype(str).str.lower().str.contains(word.lower(), regex=False)]
    return deals.copy()


def measured(world, question, clock, currency):
    """The deals of a question, each with what is measured of it and the days by which it counts."""
    deals, today, zone = chosen(world, question.selection), pd.Timestamp(clock.today), clock.timezone
    probabilities = world.house.desk.records.sight(clock).norms.probabilities
    closing = day_of(deals.closed_at, zone)
    deals["ends"] = deals.close_date.where(deals.kind == "open", closing)
    deals["main"] = (deals.amount / 100).where(deals.currency == currency)
    deals["weighted"] = deals.main * deals.stage.map({name: float(p) / 100 for name, p in probabilities.items()})
    deals["is_won"] = (deals.kind == "won").astype(float)
    deals["main_won"] = deals.main * deals.is_won
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
        keys = [counted[COLUMNS.get(name, name)].astype(object).fillna(UNNAMED) for name in by]
        groups = counted.groupby(keys or [pd.Series("", index=counted.index)])
        column, how = AGGREGATES[measure]
        found[measure] = getattr(groups[column], how)().astype(float)
        if measure == "share":
            found[measure] /= whole
        if measure == "win_rate_amount":
            found[measure] /= groups.main.sum().where(lambda sums: sums != 0)
        if measure in {"count", "amount", "weighted_amount"} or (measure == "share" and whole):
            nothing[measure] = 0.0
    frame = pd.DataFrame(found) if by else pd.DataFrame(found).reindex([""])
    return {
        tuple(None if k == UNNAMED else k for k in (key if len(by) > 1 else (key,)))[: len(by)]: near(values)
        for key, values in frame.fillna(nothing).to_dict("index").items()
    }


def near(values):
    return {name: None if pd.isna(v) else pytest.approx(v, rel=1e-6, abs=1e-6) for name, v in values.items()}


@st.composite
def asked(draw, world):
    """A question to a world, the clock by which it is answered and the main currency."""
    deals, today = world.deals, world.now.date()

    def subset(column):
        values = (*sorted(column.dropna().unique()), "elsewhere")
        flags = st.lists(st.booleans(), min_size=len(values), max_size=len(values))
        return flags.map(lambda kept: frozenset(v for v, k in zip(values, kept, strict=True) if k))

    def ranges(earliest, latest):
        starts = st.integers(earliest, latest).map(lambda n: today + timedelta(days=n))
        return st.builds(lambda a, n: Period(a, a + timedelta(days=n)), starts, st.sampled_from((400, 91, 250, 30, 0)))

    def words(column):
        cut = st.builds(lambda text, a, n: text[a % len(text) :][:n],
                        st.sampled_from([*sorted(column.dropna().unique()), "%", "_"]), st.integers(0, 40), st.integers(1, 5))  # fmt: skip
        return st.builds(lambda text, change: change(text), cut, st.sampled_from((str, str.upper, str.lower)))

    cents = st.sampled_from(sorted(deals.amount.dropna().unique())) | st.integers(0, 300_000_00)
    amounts = cents.map(lambda n: Decimal(int(n)) / 100)
    conditions = {
        "owners": subset(deals.owner_id), "stages": subset(deals.stage), "forecasts": subset(deals.forecast),
        "products": subset(world.sold.product_id), "industries": subset(deals.industry), "over": amounts,
        "not_forecasts": subset(deals.forecast), "not_stages": subset(deals.stage), "created": ranges(-500, 0),
        "loss_reason": words(deals.loss_reason), "named": words(deals.name), "under": amounts,
    }  # fmt: skip

    def some(values, *sizes):
        return [draw(st.sampled_from(values)) for _ in range(draw(st.sampled_from(sizes)))]

    selection = Selection(**{name: draw(conditions[name]) for name in some(sorted(conditions), 0, 0, 1, 1, 2, 3)})
    period = draw(st.none() | ranges(-400, 120))
    ruled_out = {"activity"} | (set() if period or selection.created else BUCKETS)
    question = Question(
        measures=tuple(dict.fromkeys(some(list(AGGREGATES), 1, 2, 3))),
        selection=selection,
        state=draw(st.sampled_from(get_args(State))),
        period=period,
        by=tuple(dict.fromkeys(some([name for name in DIMENSIONS if name not in ruled_out], 0, 1, 1, 2, 2))),
    )
    clock = Clock(world.now, draw(st.sampled_from(ZONES)), FiscalCalendar(draw(st.integers(1, 12))))
    return question, clock, draw(st.sampled_from([*deals.currency.value_counts().index] * 2 + ["GBP"]))


def compare(world, data):
    question, clock, currency = data.draw(asked(world), label="question, clock, currency")
    figures = world.answer(question, clock, currency)
    assert figures.currency == currency
    assert figures.total == expected(world, question, clock, currency, ())[()]
    rows = {row.keys: row.values for row in figures.rows}
    assert len(rows) == len(figures.rows)
    assert rows == (expected(world, question, clock, currency, question.by) if question.by else {})


@draws
@given(data=st.data())
def test_any_question_to_the_sample_company_equals_pandas(sample, data):
    compare(sample, data)


@draws
@given(data=st.data())
def test_any_question_to_records_with_gaps_equals_pandas(stirred, data):
    compare(stirred, data)


@settings(draws, max_examples=ANSWERS // 2)
@given(data=st.data())
def test_any_question_to_maven_equals_pandas(maven, data):
    compare(maven, data)


@pytest.mark.parametrize("kind", [None, *ActivityKind])
@pytest.mark.parametrize("owners", [None, frozenset({"q05", "q09", "q12"}), frozenset()])
def test_activities_by_rep_and_month_equal_pandas(sample, owners, kind):
    for zone in ZONES:
        clock = Clock(NOW - timedelta(days=20), zone)
        for period in (Period(date(2025, 11, 3), date(2026, 2, 19)), Period(date(2026, 2, 1), date(2026, 3, 31))):
            done = read(sample.house, "activities")
            done = done[(done["at"] <= clock.now) & within(day_of(done["at"], zone), period)]
            done = done[done.author_id.isin(owners or ()) | (owners is None)]
            done = done[(done.kind == kind) | (kind is None)]
            question = Question(("activities",), Selection(owners=owners), "any", period, ("rep", "month"), kind)
            figures = sample.answer(question, clock)
            months = day_of(done["at"], zone).dt.strftime("%Y-%m")
            assert {row.keys: row.values["activities"] for row in figures.rows} == dict(
                done.groupby([done.author_id, months]).size()
            )
            assert figures.total == {"activities": len(done)}


@pytest.mark.parametrize("currency", ["USD", "CNY"])
@pytest.mark.parametrize("first", [date(2025, 7, 1), date(2025, 10, 1), date(2026, 1, 1)])
def test_quota_attainment_and_gap_by_rep_are_those_of_their_own_quotas(sample, first, currency):
    quarter = Period.months(first.year, first.month, 3)
    desk, deals, quotas = sample.house.desk, sample.deals, read(sample.house, "quotas")
    own = quotas[(quotas["from"] == pd.Timestamp(first)) & (quotas.currency == currency)]
    quota = own.groupby("person_id").amount.sum() / 100
    won = deals[(deals.kind == "won") & within(day_of(deals.closed_at, "America/New_York"), quarter)]
    amounts = won[won.currency == currency].groupby("owner_id").amount.sum() / 100
    people = frozenset(desk.organization.people)
    question = Question(("quota", "attainment", "gap"), Selection(owners=people), "won", quarter, ("rep",))
    figures = sample.answer(question, Clock(NOW, "America/New_York"), currency, desk.mirror.quotas(people))

    def of(target, done):
        return near({"quota": target, "attainment": done / target, "gap": target - done})

    assert figures.total == of(quota.sum(), amounts.sum())
    assert {row.keys[0]: row.values for row in figures.rows} == {
        rep: of(quota.get(rep, float("nan")), amounts.get(rep, 0.0)) for rep in won.owner_id.unique()
    }
