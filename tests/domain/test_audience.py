"""Who may see deals in a place: every way of getting it wrong would show somebody what is not theirs."""

import pytest

from bot.domain.audience import DIRECT, Audience, ChannelKind
from bot.domain.people import Organization, Person

ORGANIZATION = Organization(
    Person(ident, ident.title(), f"{ident}@here.example", above)
    for ident, above in (
        ("ceo", None),
        ("vp", "ceo"),
        ("manager", "vp"),
        ("rep", "manager"),
        ("mate", "manager"),
        ("other", "vp"),
        ("under", "other"),
    )
)
TEAM = frozenset({"manager", "rep", "mate"})


def place(*members: str, kind: ChannelKind = ChannelKind.PRIVATE) -> Audience:
    return Audience("#x", kind, frozenset(f"{member}@here.example" for member in members))


def sees(audience: Audience, owners: set[str], asker: str) -> bool:
    return audience.may_see(frozenset(owners), ORGANIZATION, asker_id=asker)


def test_in_a_direct_message_everything_is_shown_and_before_outsiders_nothing():
    assert sees(DIRECT, {"other"}, "rep")
    assert not sees(place("rep", kind=ChannelKind.EXTERNAL), {"rep"}, "rep")


@pytest.mark.parametrize(
    ("members", "owners", "asker", "shown"),
    [
        (("manager", "rep", "mate"), TEAM, "manager", True),
        (("manager", "rep", "vp", "ceo"), TEAM, "manager", True),  # those above the asker may read along
        (("manager", "rep"), {"rep"}, "manager", True),
        (("manager", "rep", "other"), TEAM, "manager", False),  # one of another branch is enough
        (("other", "manager"), TEAM, "manager", False),
        (("manager", "nobody the CRM knows"), TEAM, "manager", False),
        (("nobody the CRM knows",), {"manager"}, "manager", False),
        (("rep",), {"rep"}, "rep", True),
        (("rep", "manager"), {"rep"}, "rep", True),
        (("rep", "mate"), {"rep"}, "rep", False),  # a colleague beside is no manager above
        (("manager", "rep"), {"rep", "other"}, "manager", False),  # some owners inside, one outside
        (("manager", "rep"), {"other"}, "manager", False),
        (("manager", "rep"), {"vp"}, "manager", False),  # those above the asker are not the asker's to show
        (("vp", "manager", "other", "under", "rep"), {"under"}, "vp", True),  # the tree goes down more than one step
        ((), {"rep"}, "rep", True),
        (("manager", "rep"), set(), "manager", True),
    ],
)
def test_in_a_channel_all_present_belong_to_the_askers_tree_or_stand_above(members, owners, asker, shown):
    assert sees(place(*members), set(owners), asker) is shown


def test_where_everybody_reads_along_only_who_stands_above_everybody_shows_anything():
    everybody = Audience("#all", ChannelKind.PUBLIC, None)
    assert sees(everybody, {"under"}, "ceo")
    assert sees(everybody, {"under"}, "vp") is not True or "ceo" in ORGANIZATION.above("vp")
    assert not sees(everybody, {"rep"}, "manager")


def test_a_place_is_known_by_its_id_where_it_has_one():
    assert Audience("#x", ChannelKind.PUBLIC, id="C1").key == "C1"
    assert Audience("#x", ChannelKind.PUBLIC).key == "#x"
    assert [kind for kind in ChannelKind if Audience("#x", kind).direct] == [ChannelKind.DIRECT]
    assert [kind for kind in ChannelKind if Audience("#x", kind).external] == [ChannelKind.EXTERNAL]
