"""Finding the CRM's names in what people type, and keeping the index up to date."""

import pytest

from bot.contract.replies.cards import DraftCard
from bot.crm.names.index import LiveNames, NameIndex, VisibleNames
from bot.crm.names.table import NameRow

ROWS = [
    NameRow("account", "a1", ("Wimborne & Sons", "Wimborne"), "p1"),
    NameRow("account", "a2", ("Lantern Bay Outfitters",), "p2"),
    NameRow("account", "a3", ("青山制造",), None),
    NameRow("contact", "c1", ("William Tarrow",), None, "a1"),
    NameRow("contact", "c2", ("Roberta Finch",), None, "a2"),
    NameRow("contact", "c3", ("王建国",), None, "a3"),
    NameRow("deal", "d1", ("Wimborne dosing line",), "p1", "a1"),
    NameRow("deal", "d2", ("Lantern Bay renewal",), "p2", "a2"),
    NameRow("person", "p1", ("Odile Marsh",)),
    NameRow("product", "s1", ("DoseMate",)),
]
ALL = ("account", "contact", "deal", "product", "person")


@pytest.fixture
def index() -> NameIndex:
    return NameIndex.of(ROWS)


@pytest.mark.parametrize(
    ("text", "ref"),
    [
        ("wimborne called", "a1"),
        ("wimbourne called", "a1"),
        ("call with Bill Tarrow", "c1"),
        ("met Bill about it", "c1"),
        ("lunch with Bobbie", "c2"),
        ("LBO wants a quote", "a2"),
        ("和王总开会", "c3"),
        ("青山的会议", "a3"),
        ("the dosing line", "d1"),
        ("Wimborne's order", "a1"),
    ],
)
def test_a_name_is_found_however_it_is_said(index, text, ref):
    assert ref in {m.id for m in index.find(text)}


@pytest.mark.parametrize("text", ["the bill is due", "send it to sons", "new line of business", "lbo"])
def test_everyday_words_are_no_names(index, text):
    assert [m.id for m in index.find(text, {"account", "contact"})] == []


def test_names_of_others_are_not_seen(index):
    assert {m.id for m in index.find("Wimborne dosing line William Tarrow", owners=frozenset({"p2"}))} == set()
    assert {m.id for m in index.find("Lantern Bay renewal Roberta", owners=frozenset({"p2"}))} == {"a2", "d2", "c2"}
    assert {m.id for m in index.find("青山 DoseMate Odile", owners=frozenset({"p2"}))} == {"a3", "s1", "p1"}


def test_changes_lie_over_the_large_table(index):
    renamed = [NameRow("deal", "d1", ("Wimborne packing hall",), "p2", "a1")]
    later = index.changed(renamed, [("deal", "d1"), ("contact", "c2")])
    assert "d1" in {m.id for m in later.find("packing hall")}
    assert {m.id for m in later.find("dosing line", {"deal"})} == set()
    assert {m.id for m in later.find("Roberta Finch", {"contact"})} == set(), "what is gone is not found"
    seen = later.find("Wimborne packing hall", owners=frozenset({"p2"}))
    assert {"d1", "a1"} <= {m.id for m in seen}, "a deal handed over brings its account with it"


def test_a_new_account_scores_like_an_old_one(index):
    later = index.changed([NameRow("account", "a9", ("Zentner Foods",), "p1")], [("account", "a9")])
    assert later.find("zentner")[0].score > 0.45


def test_places_are_whole_stretches(index):
    spans = VisibleNames(index, frozenset({"p1", "p2"})).names_in("at lantern bay outfitters today", {"account"})
    assert [(s.start, s.end) for s in spans] == [(3, 25)]


def test_the_index_follows_each_write_without_being_built_anew(house, talk):
    names: LiveNames = house.desk.names
    names.current()
    built = names._index._table
    rep = talk()
    card = rep.say("new deal Globex 50k dock scheduling closing in June").replies[0]
    assert isinstance(card, DraftCard)
    name = next(c.new for c in card.changes if c.field == "name")
    rep.press("confirm", card.draft_id)
    found = names.current().find(name, {"deal"})
    assert name in {m.name for m in found}
    assert names.current()._table is built
    rep.press("undo")
    assert name not in {m.name for m in names.current().find(name, {"deal"})}
