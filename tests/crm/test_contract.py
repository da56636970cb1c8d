"""The contract of every CRM: the embedded one on SQLite and PostgreSQL, and one with a store of its own."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.crm.adapters.embedded import EmbeddedCrm
from bot.crm.csv.folder import import_folder
from bot.crm.mirror.beside import CrmBesideMirror
from bot.crm.port import Crm, NewActivity, Write
from bot.domain.activities import ActivityKind
from bot.domain.deals import Account, Contact, Deal
from bot.domain.people import Person
from bot.errors import Conflict, CrmRefused, NotFound
from bot.playground.sample import SampleCompany
from tests.conftest import DAY, house_in
from tests.crm.fake import FakeCrm

AT = datetime(2026, 3, 11, 14, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgres", "fake", "fake beside the mirror"])
def crm(request, tmp_path) -> Crm:
    url = request.getfixturevalue("postgres") if request.param == "postgres" else None
    house = house_in(tmp_path, database_url=url)
    SampleCompany(DAY).write(tmp_path / "sample")
    import_folder(house.engine, tmp_path / "sample", house.process)
    embedded = EmbeddedCrm(house.engine)
    if not request.param.startswith("fake"):
        return embedded
    fake = FakeCrm(list(embedded.pull(None)))
    return CrmBesideMirror(fake, house.engine) if request.param.endswith("mirror") else fake


def change(crm: Crm, key: str, **fields) -> Write:
    return Write(by_id="q05", at=AT, deal_id="qd001", fields=tuple(fields.items()))


def test_the_contract(crm):
    """One world, step by step: making a PostgreSQL world for each line would take minutes."""
    kinds = {type(record) for record in crm.pull(None)}
    assert {Person, Deal} <= kinds
    before = crm.fetch("qd001")
    with pytest.raises(NotFound) as gone:
        crm.fetch("nobody")
    assert gone.value.say == "deal_gone"

    call = NewActivity(ActivityKind.CALL, AT, "spoke", 15, ("qc001",))
    write = Write(
        by_id="q05",
        at=AT,
        deal_id="qd001",
        account_id="qa01",
        fields=(("amount", Decimal("1.50")), ("stage", "Verbal")),
        activity=call,
    )
    pushed = crm.push(write, "key-1", before.version)
    again = crm.push(write, "key-1", before.version)
    assert (again.ref, again.version, again.repeated) == (pushed.ref, pushed.version, True)
    assert (pushed.repeated, again.activity_id) == (False, pushed.activity_id)
    assert pushed.activity_id
    after = crm.fetch("qd001")
    assert (after.deal.amount, after.deal.stage, after.version) == (Decimal("1.50"), "Verbal", pushed.version)

    with pytest.raises(Conflict) as changed:
        crm.push(change(crm, "key-2", amount=Decimal(2)), "key-2", before.version)
    assert changed.value.say == "changed_elsewhere"
    with pytest.raises(CrmRefused) as refused:
        crm.push(change(crm, "key-3", stage="Nowhere", amount=Decimal(3)), "key-3", after.version)
    assert refused.value.field == "stage"
    assert "Nowhere" in refused.value.values["reason"]
    assert crm.fetch("qd001") == after, "a refused write leaves nothing behind"

    fields = (
        ("name", "New one"),
        ("stage", "Targeting"),
        ("currency", "USD"),
        ("owner_id", "q05"),
        ("product_ids", ("qp1",)),
    )
    made = crm.push(Write(by_id="q05", at=AT, account_id="qa01", create="deal", fields=fields), "key-4", None)
    assert crm.fetch(made.ref).deal.product_ids == ("qp1",)
    crm.push(Write(by_id="q05", at=AT, removes_created=made.ref), "key-5", None)
    with pytest.raises(NotFound):
        crm.fetch(made.ref)
    with pytest.raises(NotFound) as gone:
        crm.push(Write(by_id="q05", at=AT, deal_id="nobody", fields=(("amount", Decimal(1)),)), "key-6", None)
    assert gone.value.say == "deal_gone"
    only_note = crm.push(Write(by_id="q05", at=AT, deal_id="qd001", activity=call), "key-6b", after.version)
    assert (only_note.ref, only_note.version) == ("qd001", after.version), "a note changes no field"
    assert only_note.activity_id not in {None, pushed.activity_id}
    assert made.activity_id is None
    at_account = crm.push(Write(by_id="q05", at=AT, account_id="qa01", activity=call), "key-6c", None)
    assert at_account.ref == "qa01"

    account = crm.push(Write(by_id="q05", at=AT, create="account", fields=(("name", "Nordlicht"),)), "key-7", None)
    fields = (("name", "Ada Brandt"), ("title", "CFO"), ("email", None))
    contact = crm.push(
        Write(by_id="q05", at=AT, account_id=account.ref, create="contact", fields=fields), "key-8", None
    )
    assert contact.ref not in {account.ref, ""}
    here = {record.id: record for record in crm.pull(None) if isinstance(record, Account | Contact)}
    assert (here[account.ref].name, here[contact.ref].title) == ("Nordlicht", "CFO")
