"""The keeper: what imports, pulls and pushes leave in the mirror, and only that."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from bot.crm.mirror import tables as t
from bot.crm.mirror.keep import CHUNK, keep, keep_change, keep_push, settle
from bot.crm.mirror.reads import Mirror
from bot.crm.port import NewActivity, Pushed, Write
from bot.domain.activities import Activity, ActivityKind
from bot.domain.deals import Account, Contact, Deal, FieldChange, Product, Quota, Stage, StageChange, StageKind
from bot.domain.money import Money
from bot.domain.people import Person
from bot.errors import Conflict
from bot.storage.database import open_database, writing

AT = datetime(2026, 3, 11, 9, tzinfo=UTC)
DEAL = Deal("d1", "Rollout", "a1", "p1", "Open", Decimal(100), "USD", date(2026, 1, 5), product_ids=("x2", "x1", "x2"))
WORLD = [
    DEAL,
    Person("p1", "Ada", "ada@x.example"),
    Account("a1", "Acme", ("acme",)),
    Account("a2", "Other"),
    Contact("c1", "Cleo", "a1"),
    Contact("c2", "Dev", "a2"),
    Product("x1", "One"),
    Product("x2", "Two"),
    Stage("Open", 1, Decimal(10), StageKind.OPEN),
    Stage("Later", 2, Decimal(50), StageKind.OPEN),
    Stage("Won", 3, Decimal(100), StageKind.WON),
    StageChange("d1", None, "Open", AT),
    FieldChange("d1", "amount", "90", "100", AT),
    Activity("t1", ActivityKind.CALL, AT, "spoke", deal_id="d1"),
    Activity("t2", ActivityKind.NOTE, AT, "elsewhere", account_id="a2"),
    Quota("p1", date(2026, 1, 1), date(2026, 3, 31), Money(Decimal(500), "USD")),
]


@pytest.fixture
def mirror(tmp_path) -> Mirror:
    engine = open_database(f"sqlite:///{tmp_path / 'caddie.db'}")
    with writing(engine) as connection:
        keep(connection, WORLD, {(Deal, "d1"): {"colour": "red"}})
        settle(connection)
    return Mirror(engine)


def pushed(mirror: Mirror, write: Write, ref: str, version: str = "7", activity: str | None = None) -> None:
    with writing(mirror.engine) as connection:
        keep_push(connection, write, Pushed(ref, version, activity))


def rows(mirror: Mirror, table) -> int:
    with mirror.engine.connect() as connection:
        return connection.execute(select(func.count()).select_from(table)).scalar()


def test_what_is_kept_is_read_back_whatever_its_order(mirror):
    assert mirror.deal("d1") == replace(DEAL, product_ids=("x2", "x1"))
    assert mirror.accounts(["a1"])[0].aliases == ("acme",)
    assert mirror.quotas(["p1"])[0].target == Money(Decimal(500), "USD")
    assert mirror.snapshot.stages["Won"].kind is StageKind.WON
    with mirror.engine.connect() as connection:
        row = connection.execute(select(t.deals)).one()
    assert (row.open, row.version, row.extra, row.last_activity_at) == (True, 1, {"colour": "red"}, AT)


def test_keeping_again_changes_nothing_but_the_version(mirror):
    with writing(mirror.engine) as connection:
        keep(connection, [*WORLD, replace(DEAL, id="d2", stage="Won", product_ids=())])
        settle(connection)
    assert (rows(mirror, t.stage_changes), rows(mirror, t.field_changes), rows(mirror, t.activities)) == (1, 1, 2)
    assert (mirror.deal("d1").version, mirror.deal("d2").version) == (2, 1)
    assert [deal.id for deal in mirror.deals(open_only=True)] == ["d1"]


def test_more_deals_than_a_chunk(mirror):
    many = [replace(DEAL, id=f"m{n}", product_ids=("x1",)) for n in range(CHUNK + 3)]
    with writing(mirror.engine) as connection:
        keep(connection, many)
    assert len(mirror.deals()) == CHUNK + 4
    assert mirror.deal(f"m{CHUNK + 2}").product_ids == ("x1",)


def test_what_differs_goes_into_the_history(mirror):
    now = replace(
        DEAL,
        stage="Won",
        amount=Decimal("99.50"),
        closed_at=AT,
        name="New name",
        product_ids=("x1",),
        contact_ids=("c1",),
    )
    before, closings, names = mirror.version, mirror.closings, mirror.names_state()
    with writing(mirror.engine) as connection:
        assert keep_change(connection, now, "p1", AT)
        assert not keep_change(connection, now, "p1", AT), "nothing differs any more"
    assert replace(mirror.deal("d1"), version=1) == now
    assert [(c.from_stage, c.to_stage, c.by_id) for c in mirror.stage_changes()["d1"]][1:] == [("Open", "Won", "p1")]
    traced = [(c.field, c.old, c.new) for c in mirror.field_changes()["d1"]][1:]
    assert sorted(traced) == [("amount", "100", "99.5"), ("name", "Rollout", "New name")]
    assert (mirror.version, mirror.closings) == (before + 1, closings + 1)
    assert mirror.names_changed_since(names[1]) == [("deal", "d1")]
    assert mirror.deals(open_only=True) == []


def test_a_deal_that_was_not_known_is_kept_whole(mirror):
    with writing(mirror.engine) as connection:
        assert keep_change(connection, replace(DEAL, id="d9", product_ids=()), None, AT)
    assert mirror.deal("d9").name == "Rollout"
    assert ("deal", "d9") in mirror.names_changed_since(0)


def test_a_push_is_kept_once(mirror):
    call = NewActivity(ActivityKind.CALL, AT, "told", 15, ("c1",))
    fields = (("amount", Decimal(120)), ("stage", "Later"), ("contact_ids", ("c1",)))
    write = Write(by_id="p1", at=AT, deal_id="d1", account_id="a1", fields=fields, activity=call)
    closings, names = mirror.closings, mirror.names_state()
    for _ in range(2):
        pushed(mirror, write, "d1", activity="act")
    deal = mirror.deal("d1")
    assert (deal.amount, deal.stage, deal.contact_ids, deal.version) == (Decimal(120), "Later", ("c1",), 7)
    assert [(c.field, c.new) for c in mirror.field_changes()["d1"]][1:] == [("amount", "120")]
    assert len(mirror.stage_changes()["d1"]) == 2
    (kept,) = [a for a in mirror.activities(deal_id="d1") if a.id == "act"]
    assert (kept.summary, kept.duration_minutes, kept.contact_ids, kept.author_id) == ("told", 15, ("c1",), "p1")
    assert kept.account_id == "a1"
    assert (mirror.closings, mirror.names_state()) == (closings, names), "no name changed, nothing was closed"


def test_a_version_that_is_no_number_counts_on(mirror):
    pushed(
        mirror, Write(by_id="p1", at=AT, deal_id="d1", fields=(("forecast", "commit"),)), "d1", version="2026-03-11T09"
    )
    assert mirror.deal("d1").version == 2


@pytest.mark.parametrize("create", ["deal", "account", "contact"])
def test_a_record_is_made_and_taken_back_alone(mirror, create):
    note = NewActivity(ActivityKind.NOTE, AT, "with it")
    fields = {
        "deal": (("name", "New"), ("stage", "Open"), ("currency", "EUR"), ("owner_id", "p1"), ("product_ids", ("x1",))),
        "account": (("name", "New"),),
        "contact": (("name", "New"), ("title", "CFO"), ("email", None)),
    }[create]
    names = mirror.names_state()
    write = Write(by_id="p1", at=AT, account_id="a1", create=create, fields=fields, activity=note)
    for _ in range(2):
        pushed(mirror, write, "new", activity="act")
    made = {"deal": mirror.deals(ids=["new"]), "account": mirror.accounts(["new"]), "contact": mirror.contacts(["new"])}
    assert [kind for kind, found in made.items() if found] == [create]
    assert made[create][0].name == "New"
    assert set(mirror.names_changed_since(names[1])) == {(create, "new")}
    with mirror.engine.connect() as connection:
        activity = connection.execute(select(t.activities).where(t.activities.c.id == "act")).one()
    assert (activity.deal_id, activity.account_id) == {
        "deal": ("new", "a1"),
        "account": (None, "new"),
        "contact": (None, "a1"),
    }[create]
    if create == "deal":
        assert made["deal"][0].product_ids == ("x1",)
        assert [(c.from_stage, c.to_stage) for c in mirror.stage_changes(["new"])["new"]] == [(None, "Open")]
    if create == "contact":
        with writing(mirror.engine) as connection:
            keep(connection, [replace(DEAL, contact_ids=("new", "c1"))])
    pushed(mirror, Write(by_id="p1", at=AT, removes_created="new", removes_activity="act"), "new")
    assert [*mirror.deals(ids=["new"]), *mirror.accounts(["new"]), *mirror.contacts(["new"])] == []
    assert mirror.deal("d1") is not None
    assert {a.id for a in (*mirror.accounts(), *mirror.contacts())} == {"a1", "a2", "c1", "c2"}
    assert rows(mirror, t.activities) == 2
    assert "new" not in mirror.deal("d1").contact_ids


def test_an_account_in_use_is_not_taken_back(mirror):
    with pytest.raises(Conflict) as raised:
        pushed(mirror, Write(by_id="p1", at=AT, removes_created="a1"), "a1")
    assert raised.value.say == "used_since"
    assert mirror.accounts(["a1"])


def test_a_new_import_makes_all_names_new(mirror):
    pushed(mirror, Write(by_id="p1", at=AT, deal_id="d1", fields=(("owner_id", "p1"), ("name", "N"))), "d1")
    epoch, sequence = mirror.names_state()
    assert sequence > 0
    with writing(mirror.engine) as connection:
        settle(connection)
    assert mirror.names_state() == (epoch + 1, 0)
