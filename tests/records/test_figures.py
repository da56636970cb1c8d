"""The pipeline's numbers: against pandas, and by what must hold whatever the deals are."""

import os
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.contract.message import Message
from bot.crm.csv.folder import import_folder
from bot.crm.csv.maven import import_maven
from bot.crm.port import Write
from bot.domain.audience import DIRECT
from bot.domain.deals import StageKind
from bot.domain.periods import Clock, Period
from bot.pipeline.figures import metrics_of, quotas_for
from bot.pipeline.movement import steps
from bot.pipeline.rules import RULES
from bot.pipeline.selection import MOVES, Selection
from tests.conftest import NOW, SHARED, house_in

MAVEN = SHARED / "data" / "crm" / "maven"
SAID = {1: "Q1 2017", 2: "Q2 2017", 3: "Q3 2017", 4: "Q4 2017"}


@pytest.fixture(scope="module")
def maven(tmp_path_factory):
    if not MAVEN.exists():
        pytest.skip("the Maven set is not beside the checkout (../shared/data/crm/maven)")
    house = house_in(tmp_path_factory.mktemp("maven"), visibility="open")
    import_maven(house.engine, MAVEN, house.process, None)
    return house


def test_every_metric_of_maven_equals_pandas_by_manager_region_product_and_quarter(maven):
    from tests.crm.maven_truth import truth

    expected = truth(MAVEN)
    assert {e.scope_kind for e in expected} == {"all", "manager", "region", "product"}
    assert len(expected) == 68
    for n, e in enumerate(expected):
        email = (
            ".".join((e.scope if e.scope_kind == "manager" else "Dustin Brinkmann").casefold().split())
            + "@maven.example"
        )
        whose = {
            "all": "company pipeline",
            "manager": "pipeline for my team",
            "region": f"pipeline for {e.scope}",
            "product": f"company pipeline for {e.scope}",
        }
        text = f"{whose[e.scope_kind]} in {SAID[(e.start.month + 2) // 3]}"
        now = datetime(2018, 1, 5, 12, tzinfo=UTC)
        report = maven.caddie.reply(Message(text, email, DIRECT, f"t{n}", now)).replies[0]
        assert report.kind == "report", text
        assert (report.period.start, report.period.end) == (e.start, e.end), text
        for name, value in e.metrics.items():
            assert report.metrics[name] == (value if value is None else pytest.approx(value, abs=1e-6)), (text, name)


PEOPLE = (
    "id,name,email,manager_id,timezone\nx,Ex Head,x@s.example,,Europe/Berlin\nm,Em One,m@s.example,x,\nn,En "
    "Two,n@s.example,x,\na,Ay Rep,a@s.example,m,\nb,Be Rep,b@s.example,m,\nc,Ce Rep,c@s.example,n,\n"
)
STAGES = "name,order,probability,kind\nOne,1,10,open\nTwo,2,40,open\nThree,3,80,open\nYes,4,100,won\nNo,5,0,lost\n"
OPEN = ("One", "Two", "Three")
OWNERS = ("a", "b", "c", "m")
TODAY = NOW.date()
days = st.integers(-120, 120).map(lambda n: TODAY + timedelta(days=n))
amounts = st.one_of(st.none(), st.integers(0, 300_000_00).map(lambda cents: Decimal(cents) / 100))
deals = st.lists(
    st.tuples(
        st.sampled_from(OWNERS), st.sampled_from((*OPEN, "Yes", "No")), amounts, st.sampled_from(("EUR", "CNY")),
        st.integers(1, 300), st.one_of(st.none(), days),
        st.one_of(st.none(), st.sampled_from(("commit", "best case"))),
    ),
    min_size=1,
    max_size=25,
)  # fmt: skip


def world(tmp_path_factory, rows):
    folder = tmp_path_factory.mktemp("w")
    lines, history = (
        ["id,name,owner_id,stage,amount,currency,created,close_date,closed_at,forecast"],
        ["deal_id,from_stage,to_stage,at"],
    )
    for n, (owner, stage, amount, currency, age, close, forecast) in enumerate(rows):
        created = TODAY - timedelta(days=age)
        closed = stage not in OPEN
        at = f"{(TODAY - timedelta(days=age // 2)).isoformat()}T09:00:00+01:00"
        lines.append(
            f"d{n},Deal "
            f"{n},{owner},{stage},{amount or ''},{currency},{created},{close or ''},"
            f"{at if closed else ''},{forecast or ''}"
        )
        history.append(f"d{n},,One,{created.isoformat()}T09:00:00+01:00")
        if stage != "One":
            history.append(f"d{n},One,{stage},{at}")
    for name, text in {
        "people": PEOPLE,
        "stages": STAGES,
        "deals": "\n".join(lines),
        "stage_changes": "\n".join(history),
    }.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    house = house_in(folder / "data")
    report = import_folder(house.engine, folder, house.process)
    assert report.refused_count == 0
    return house


CLOCK = Clock(NOW, "Europe/Berlin")
QUARTER = Period(date(2026, 1, 1), date(2026, 3, 31))
ADDED = (
    "open_count",
    "open_amount",
    "weighted_amount",
    "won_count",
    "won_amount",
    "lost_count",
    "lost_amount",
    "new_count",
    "advanced_count",
    "pushed_count",
    "stalled_count",
)
EXAMPLES = int(os.environ.get("EXAMPLES", "8"))
examples = settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@examples
@given(rows=deals, currency=st.sampled_from(("EUR", "CNY")))
def test_parts_sum_to_the_whole(tmp_path_factory, rows, currency):
    records = world(tmp_path_factory, rows).desk.records
    tallies = records.tallies(Selection(), QUARTER, records.sight(CLOCK))
    whole = metrics_of(tallies, [], currency)
    by_owner = [metrics_of(tallies.where(lambda key, o=o: key.owner == o), [], currency) for o in OWNERS]
    asked_apart = [
        metrics_of(records.tallies(Selection(owners=frozenset({o})), QUARTER, records.sight(CLOCK)), [], currency)
        for o in OWNERS
    ]
    months = [Period.month(2026, month) for month in (1, 2, 3)]
    by_month = [metrics_of(records.tallies(Selection(), month, records.sight(CLOCK)), [], currency) for month in months]
    for name in ADDED:
        assert sum(m[name] for m in by_owner) == pytest.approx(whole[name]), name
        assert sum(m[name] for m in asked_apart) == pytest.approx(whole[name]), name
        if name not in {"new_count", "advanced_count", "pushed_count", "stalled_count"}:
            assert sum(m[name] for m in by_month) == pytest.approx(whole[name]), name


@examples
@given(rows=deals)
def test_a_number_is_the_deals_behind_it(tmp_path_factory, rows):
    records = world(tmp_path_factory, rows).desk.records
    tallies = records.tallies(Selection(), QUARTER, records.sight(CLOCK))
    listed = records.deals(Selection(kind=StageKind.OPEN, period=QUARTER), records.sight(CLOCK))
    assert sum(t.closing for t in tallies.open) == listed.count == len(listed.statuses)
    assert {
        c: sum((t.closing_amount for t in tallies.open if t.key.currency == c), Decimal(0)) for c in listed.totals
    } == listed.totals
    for rule in RULES:
        flawed = records.deals(Selection(rules=frozenset({rule})), records.sight(CLOCK))
        assert flawed.count == sum(t.rules[rule] for t in tallies.open), rule
        assert all(rule in s.rules for s in flawed.statuses), rule
    for move in MOVES:
        moved = records.deals(Selection(moved=move, moved_in=CLOCK.last_days(7)), records.sight(CLOCK))
        assert moved.count == tallies.move_count(move), move


changes = st.lists(
    st.tuples(
        st.integers(0, 24),
        st.sampled_from(("stage", "amount", "close_date", "owner_id")),
        st.sampled_from((*OPEN, "Yes", "No")),
        st.integers(0, 200_000_00),
        days,
        st.sampled_from(OWNERS),
    ),
    min_size=1,
    max_size=20,
)


@examples
@given(rows=deals, changed=changes, team=st.sampled_from((None, frozenset({"a", "b", "m"}), frozenset({"c"}))))
def test_movement_explains_the_difference_between_two_dates_to_the_cent(tmp_path_factory, rows, changed, team):
    house = world(tmp_path_factory, rows)
    records, crm = house.desk.records, house.desk.crm
    selection = Selection(owners=team)

    def open_pipeline(currency, clock):
        tallies = records.tallies(selection, QUARTER, records.sight(clock))
        return sum((t.closing_amount for t in tallies.open if t.key.currency == currency), Decimal(0))

    before = {c: open_pipeline(c, CLOCK) for c in ("EUR", "CNY")}
    for n, (which, field, stage, cents, day, owner) in enumerate(changed):
        deal = house.desk.mirror.deal(f"d{which % len(rows)}")
        at = NOW + timedelta(hours=n + 1)
        value = {"stage": stage, "amount": Decimal(cents) / 100, "close_date": day, "owner_id": owner}[field]
        closing = ((("closed_at", None if stage in OPEN else at)),) if field == "stage" else ()
        crm.push(Write(by_id="m", at=at, deal_id=deal.id, fields=((field, value), *closing)), key=f"k{n}", version=None)
    created = Write(
        by_id="a",
        at=NOW + timedelta(hours=30),
        create="deal",
        fields=(
            ("name", "Late"),
            ("owner_id", "a"),
            ("stage", "Two"),
            ("amount", Decimal("70.07")),
            ("currency", "EUR"),
            ("created", TODAY + timedelta(days=1)),
            ("close_date", TODAY),
        ),
    )
    crm.push(created, key="made", version=None)
    later = Clock(NOW + timedelta(days=3), "Europe/Berlin")
    moved = steps(
        records.changed(selection, NOW + timedelta(minutes=1), records.sight(later)),
        QUARTER,
        team,
        frozenset(OPEN),
        frozenset({"Yes"}),
    )
    for currency in ("EUR", "CNY"):
        explained = sum((s.amount for s in moved if s.deal.currency == currency), Decimal(0))
        assert before[currency] + explained == open_pipeline(currency, later)


conditions = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(list(StageKind)), "period": st.just(QUARTER), "stages": st.just(frozenset({"Two",
        "Yes"})), "over": st.integers(0, 1000).map(Decimal),
        "pushes": st.integers(0, 1), "rules": st.sampled_from(RULES).map(lambda r: frozenset({r})),
        "moved": st.sampled_from(MOVES),
        "created": st.just(Period(TODAY - timedelta(days=200), TODAY)), "forecasts": st.just(frozenset({"commit"})),
        "over_days_in_stage": st.integers(0, 40),
    },
)  # fmt: skip


@examples
@given(rows=deals, wanted=conditions, team=st.sampled_from((frozenset({"a", "b", "m"}), frozenset({"c"}), frozenset())))
def test_a_permission_never_widens_through_a_filter(tmp_path_factory, rows, wanted, team):
    records = world(tmp_path_factory, rows).desk.records
    selection = Selection(owners=team, moved_in=CLOCK.last_days(400), **wanted)
    listed = records.deals(selection, records.sight(CLOCK))
    assert {s.deal.owner_id for s in listed.statuses} <= team
    assert {key.owner for key in records.tallies(selection, QUARTER, records.sight(CLOCK)).keys} <= team
    assert {s.deal.owner_id for s in records.findings(selection, records.sight(CLOCK), 100)} <= team
    assert {s.deal.owner_id for s in records.deals(selection.within({"a"}), records.sight(CLOCK)).statuses} <= team & {
        "a"
    }
    everything = {s.deal.id for s in records.deals(Selection(owners=team), records.sight(CLOCK)).statuses}
    assert {s.deal.id for s in listed.statuses} <= everything


def test_postgres_counts_the_same_as_sqlite(tmp_path, postgres):
    import psycopg

    from bot.playground.sample import SampleCompany
    from tests.conftest import DAY

    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("CREATE DATABASE figures")
    SampleCompany(DAY).write(tmp_path / "sample")
    found = []
    for folder, url in (("lite", None), ("pg", postgres.rsplit("/", 1)[0] + "/figures")):
        house = house_in(tmp_path / folder, database_url=url)
        import_folder(house.engine, tmp_path / "sample", house.process)
        said = [
            "pipeline summary for my team",
            "forecast for this quarter",
            "pipeline by product this year",
            "pipeline by industry",
            "conversion for my team",
            "what changed this quarter",
            "which deals are stalled",
        ]
        head = house.desk.organization.people["q01"].email
        replies = [
            house.caddie.reply(Message(text, head, DIRECT, f"t{n}", NOW)).replies[0] for n, text in enumerate(said)
        ]
        found.append(
            [reply.model_dump(mode="json") | {"sections": getattr(reply, "sections", ())} for reply in replies]
        )
        house.engine.dispose()
    assert {r["kind"] for r in found[0]} == {"report", "deals"}
    assert found[0] == found[1]


def test_the_truth_of_the_dialogues_company_value_by_value(tmp_path):
    """metrics_truth.json: every scope and currency; stage probabilities as stages.csv has them, as its README says."""
    import json

    company = SHARED / "data" / "dialogues" / "company"
    if not company.exists():
        pytest.skip("the dialogues' company is not beside the checkout (../shared/data/dialogues)")
    house = house_in(tmp_path)
    import_folder(house.engine, company, house.process)
    truth = json.loads((company / "metrics_truth.json").read_text(encoding="utf-8"))
    organization, records = house.desk.organization, house.desk.records
    clock = Clock(datetime.fromisoformat(truth["now"]), "America/New_York")
    period = Period(*(date.fromisoformat(truth["period"][edge]) for edge in ("from", "to")))
    compared = 0
    for name, expected in truth["scopes"].items():
        kind, _, rest = name.partition(":")
        person = rest.split()[0] if rest else None
        owners = (
            frozenset(organization.people)
            if kind == "all"
            else organization.tree(person)
            if kind == "team"
            else frozenset({person})
        )
        selection = Selection(owners=owners)
        for currency, values in expected["by_currency"].items():
            deals = frozenset(
                s.deal.id
                for s in records.deals(selection, records.sight(clock)).statuses
                if s.deal.currency == currency
            )
            tallies = records.tallies(Selection(owners=owners, ids=deals), period, records.sight(clock))
            quotas = quotas_for(house.desk.mirror.quotas(owners), period, None, owners, organization)
            metrics = metrics_of(tallies, quotas, currency)
            for metric in metrics.keys() & values.keys():
                wanted = values[metric]
                assert metrics[metric] == (wanted if wanted is None else pytest.approx(wanted, rel=1e-3, abs=1e-4)), (
                    name,
                    currency,
                    metric,
                )
                compared += 1
        found = {
            rule: sorted(
                s.deal.id
                for s in records.deals(Selection(owners=owners, rules=frozenset({rule})), records.sight(clock)).statuses
            )
            for rule in RULES
        }
        assert {rule: found[rule] for rule in expected["findings"]} == {
            rule: sorted(ids) for rule, ids in expected["findings"].items()
        }, name
        assert found["stalled"] == sorted(expected["stalled_deals"]), name
        week = {
            move: sorted(
                s.deal.id
                for s in records.deals(
                    Selection(owners=owners, moved=move, moved_in=clock.last_days(7)), records.sight(clock)
                ).statuses
            )
            for move in MOVES
        }
        assert week == {move: sorted(expected["movement_last_7_days"][move]) for move in MOVES}, name
        quarter = {
            move: sorted(
                s.deal.id
                for s in records.deals(
                    Selection(owners=owners, moved=move, moved_in=clock.bounds(period)), records.sight(clock)
                ).statuses
            )
            for move in MOVES
        }
        assert quarter == {move: sorted(expected["movement_quarter"][move]) for move in MOVES}, name
        conversion = {
            c.stage.name: {"entered": c.entered, "entered_next": c.advanced, "lost_from_here": c.lost}
            for c in records.conversion(selection, records.sight(clock))
            if c.entered
        }
        assert conversion == {stage: n for stage, n in expected["conversion_all_time"].items() if n["entered"]}, name
        whole = metrics_of(records.tallies(selection, period, records.sight(clock)), [], "USD")
        assert whole["hygiene_score"] == pytest.approx(expected["hygiene_score"], abs=1e-4), name
    assert compared > 150


def asked(house, email, text, now=NOW):
    return house.caddie.reply(Message(text, email, DIRECT, f"{email}-{text}", now)).replies[0]


def test_what_is_missing_is_none_and_said(tmp_path):
    from bot.views import as_json

    folder = tmp_path / "csv"
    folder.mkdir()
    lone = (
        "id,name,owner_id,stage,amount,currency,created,close_date\n"
        "d1,Lone,a,One,100,EUR,2026-02-01,2026-03-20\n"
        "d2,Other,b,Two,50,CNY,2026-02-01,2026-03-21\n"
    )
    for name, text in {"people": PEOPLE, "stages": STAGES, "deals": lone}.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    house = house_in(tmp_path / "data")
    import_folder(house.engine, folder, house.process)
    whole = asked(house, "x@s.example", "pipeline summary")  # a manager of managers
    for name in (
        "quota",
        "coverage",
        "win_rate_count",
        "win_rate_amount",
        "needed_coverage",
        "cycle_days_median",
        "velocity_per_day",
    ):
        assert whole.metrics[name] is None, name
    assert "not enough data" in as_json(whole)["text"]
    assert whole.metrics["open_count"] == 2
    other = {"EUR": "CNY", "CNY": "EUR"}[whole.currency]
    assert any(row.label == f"in {other}" for row in whole.rows)
    assert whole.metrics["open_amount"] in {100.0, 50.0}  # never 150
    empty = asked(house, "n@s.example", "pipeline summary for my team")  # a team without a deal
    assert empty.kind == "report"
    assert empty.metrics["open_count"] == 0
    assert empty.metrics["hygiene_score"] is None
    assert asked(house, "n@s.example", "forecast for this quarter").kind == "report"
    assert asked(house, "n@s.example", "territory plan for me").kind == "document"


def test_deals_of_somebody_who_moved_teams_count_where_they_are_now(tmp_path):
    folder = tmp_path / "csv"
    folder.mkdir()
    deals = "id,name,owner_id,stage,amount,currency,created,close_date\nd1,One,a,One,100,EUR,2026-02-01,2026-03-20\n"
    house = house_in(tmp_path / "data")
    for people in (PEOPLE, PEOPLE.replace("a@s.example,m,", "a@s.example,n,")):
        for name, text in {"people": people, "stages": STAGES, "deals": deals}.items():
            (folder / f"{name}.csv").write_text(text, encoding="utf-8")
        import_folder(house.engine, folder, house.process)
    assert asked(house, "m@s.example", "pipeline summary for my team").metrics["open_count"] == 0
    assert asked(house, "n@s.example", "pipeline summary for my team").metrics["open_count"] == 1
