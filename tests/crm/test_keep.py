"""The keeper: what imports, pulls and pushes leave in the mirror, and only that."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import func, select

from bot.crm.mirror import tables as t
from bot.crm.mirror.keep import CHUNK, keep, keep_change, keep_channels, keep_push, settle
from bot.crm.mirror.reads import Mirror
from bot.crm.port import NewActivity, Pushed, Write
from bot.domain.activities import Activity, ActivityKind
from bot.domain.audience import Audience, ChannelKind
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


def standing(mirror: Mirror, deal_id: str):
    with mirror.engine.connect() as connection:
        return connection.execute(select(t.deals).where(t.deals.c.id == deal_id)).one()


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
    assert mirror.deal("d1") == replace(now, version=2)
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
    closings, names = mirror.closings, mirror.names_state()
    pushed(mirror, Write(by_id="p1", at=AT, removes_created="new", removes_activity="act"), "new")
    assert [*mirror.deals(ids=["new"]), *mirror.accounts(["new"]), *mirror.contacts(["new"])] == []
    assert mirror.deal("d1") is not None
    assert {a.id for a in (*mirror.accounts(), *mirror.contacts())} == {"a1", "a2", "c1", "c2"}
    assert rows(mirror, t.activities) == 2
    assert mirror.deal("d1").contact_ids == (("c1",) if create == "contact" else ())
    assert standing(mirror, "d1").contact_count == len(mirror.deal("d1").contact_ids)
    assert set(mirror.names_changed_since(names[1])) == {("account", "new"), ("contact", "new"), ("deal", "new")}
    assert mirror.closings == closings + 1, "what was closed may have gone"


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


def test_the_first_import_is_a_change_as_well(tmp_path):
    mirror = Mirror(open_database(f"sqlite:///{tmp_path / 'caddie.db'}"))
    assert not mirror.snapshot.organization.people
    version, (epoch, _) = mirror.version, mirror.names_state()
    with writing(mirror.engine) as connection:
        keep(connection, [record for record in WORLD if isinstance(record, Person)])
        settle(connection)
    assert (mirror.version > version, mirror.names_state()[0] > epoch) == (True, True)
    assert mirror.snapshot.organization.people["p1"].name == "Ada"


def test_what_one_push_makes_is_complete(mirror):
    closings = mirror.closings
    facts = (("name", "New"), ("stage", "Open"), ("currency", "EUR"), ("owner_id", "p1"), ("product_ids", ("x1",)))
    write = Write(by_id="p1", at=AT, account_id="a1", create="deal", fields=facts)
    pushed(mirror, write, "deal")
    pushed(mirror, replace(write, account_id=None, create="account", fields=(("name", "New"),)), "account")
    pushed(mirror, replace(write, create="contact", fields=(("name", "New"), ("title", "CFO"))), "contact")
    assert mirror.deal("deal") == Deal("deal", "New", "a1", "p1", "Open", None, "EUR", None, product_ids=("x1",))
    assert mirror.stage_changes()["deal"] == [StageChange("deal", None, "Open", AT, "p1")]
    assert (standing(mirror, "deal").open, standing(mirror, "deal").entered_at) == (True, AT)
    assert mirror.accounts(["account"]) == [Account("account", "New", owner_id="p1")]
    assert mirror.contacts(["contact"]) == [Contact("contact", "New", "a1", "CFO")]
    assert mirror.closings == closings, "what is made closes nothing"


def test_a_contact_is_written_alone(mirror):
    names = mirror.names_state()
    pushed(mirror, Write(by_id="p1", at=AT, contact_id="c1", fields=(("title", "CFO"),)), "c1")
    assert mirror.contacts() == [Contact("c1", "Cleo", "a1", "CFO"), Contact("c2", "Dev", "a2")]
    assert mirror.names_changed_since(names[1]) == [("contact", "c1")]


def test_a_deal_is_written_alone(mirror):
    second = replace(DEAL, id="d2", name="Second", amount=Decimal(5), product_ids=("x1",))
    with writing(mirror.engine) as connection:
        keep(connection, [second])
    first = mirror.deal("d1")
    assert first.product_ids == ("x2", "x1"), "keeping another one leaves its links"
    fields = (("amount", Decimal(6)), ("product_ids", ("x2",)))
    pushed(mirror, Write(by_id="p1", at=AT, deal_id="d2", fields=fields), "d2")
    assert mirror.deal("d1") == first
    assert (mirror.deal("d2").amount, mirror.deal("d2").product_ids) == (Decimal(6), ("x2",))
    assert mirror.field_changes()["d2"] == [FieldChange("d2", "amount", "5", "6", AT, "p1")]
    with writing(mirror.engine) as connection:
        assert not keep_change(connection, first, None, AT), "the order of its products is as it was"
        assert not keep_change(connection, mirror.deal("d2"), None, AT)


def test_a_deal_given_to_somebody_else_is_a_changed_name(mirror):
    names = mirror.names_state()
    with writing(mirror.engine) as connection:
        keep(connection, [Person("p2", "Ben", "ben@x.example")])
    pushed(mirror, Write(by_id="p1", at=AT, deal_id="d1", fields=(("owner_id", "p2"),)), "d1")
    assert mirror.names_changed_since(names[1]) == [("deal", "d1")]


def test_the_standing_of_a_deal_follows_each_write(mirror):
    days = [AT + timedelta(days=n) for n in range(3)]
    call = NewActivity(ActivityKind.CALL, days[1], "told")
    fields = (("stage", "Later"), ("contact_ids", ("c1",)))
    pushed(mirror, Write(by_id="p1", at=days[1], deal_id="d1", fields=fields, activity=call), "d1", activity="act")
    row = standing(mirror, "d1")
    assert (row.open, row.stage_since, row.last_activity_at, row.contact_count) == (True, days[1], days[1], 1)
    with writing(mirror.engine) as connection:
        keep_change(connection, replace(mirror.deal("d1"), stage="Open"), None, days[2])
    assert standing(mirror, "d1").stage_since == days[2]
    pushed(mirror, Write(by_id="p1", at=days[2], removes_created="c1"), "c1")
    assert standing(mirror, "d1").contact_count == 0


def test_a_note_changes_no_deal_and_is_kept_where_the_crm_took_it(mirror):
    note = NewActivity(ActivityKind.NOTE, AT, "by the way")
    before = mirror.deal("d1")
    pushed(mirror, Write(by_id="p1", at=AT, deal_id="d1", activity=note), "d1", version="none")
    pushed(mirror, Write(by_id="p1", at=AT, deal_id="d1"), "d1", version="none", activity="act")
    assert rows(mirror, t.activities) == 2
    pushed(mirror, Write(by_id="p1", at=AT, deal_id="d1", activity=note), "d1", version="none", activity="act")
    assert (rows(mirror, t.activities), mirror.deal("d1")) == (3, before)


def test_a_push_to_a_deal_that_is_not_here_keeps_nothing(mirror):
    pushed(mirror, Write(by_id="p1", at=AT, deal_id="far", fields=(("amount", Decimal(1)),)), "far")
    assert mirror.deals() == [mirror.deal("d1")]
    assert "far" not in mirror.field_changes()


def test_history_is_the_same_whoever_made_it(mirror):
    later = StageChange("d1", "Open", "Later", AT + timedelta(days=1), "p1")
    with writing(mirror.engine) as connection:
        keep(connection, [StageChange("d1", None, "Open", AT, "p1"), later])
    assert mirror.stage_changes()["d1"] == [StageChange("d1", None, "Open", AT), later]


def test_channels_are_kept_over_those_of_the_same_name(mirror):
    for members in (frozenset({"p1", "p9"}), None, frozenset({"p1"})):
        team = Audience("#team", ChannelKind.PRIVATE, members)
        everybody = Audience("#all", ChannelKind.PUBLIC, None)
        with writing(mirror.engine) as connection:
            keep_channels(connection, [team, everybody])
        assert mirror.channels() == [everybody, team]
