"""Who reports to whom, and what follows from it."""

import pytest

from bot.domain.people import Organization, Person, Role


def person(ident: str, above: str | None = None, **more: str) -> Person:
    return Person(ident, more.pop("name", ident.title()), more.pop("email", f"{ident}@Here.example"), above, **more)


ORGANIZATION = Organization(
    [
        person("chief", timezone="Europe/Paris"),
        person("head", "chief"),
        person("lead", "head"),
        person("rep", "lead"),
        person("twin", "lead"),
        person("alone", timezone="Asia/Tokyo"),
        person("orphan", "somebody who left", timezone="Asia/Seoul"),
    ]
)


def test_people_are_found_by_e_mail_however_it_is_written():
    assert ORGANIZATION.with_email("REP@here.example").id == "rep"
    assert ORGANIZATION.with_email("nobody@here.example") is None


def test_the_tree_holds_everybody_below_at_any_depth():
    assert ORGANIZATION.tree("chief") == {"chief", "head", "lead", "rep", "twin"}
    assert ORGANIZATION.tree("lead") == {"lead", "rep", "twin"}
    assert ORGANIZATION.tree("rep") == {"rep"}
    assert [p.id for p in ORGANIZATION.reports("lead")] == ["rep", "twin"]
    assert ORGANIZATION.reports("rep") == []


def test_above_is_the_chain_of_managers_nearest_first():
    assert ORGANIZATION.above("rep") == ["lead", "head", "chief"]
    assert ORGANIZATION.above("chief") == []
    assert ORGANIZATION.above("orphan") == ["somebody who left"]
    assert ORGANIZATION.above("nobody") == []


def test_a_loop_of_managers_ends():
    loop = Organization([person("a", "b"), person("b", "a")])
    assert loop.tree("a") == {"a", "b"}
    assert loop.above("a") == ["b", "a"]


@pytest.mark.parametrize(
    ("ident", "role"),
    [
        ("rep", Role.REP),
        ("alone", Role.REP),
        ("lead", Role.MANAGER),
        ("head", Role.EXECUTIVE),
        ("chief", Role.EXECUTIVE),
    ],
)
def test_a_role_comes_from_the_line(ident, role):
    assert ORGANIZATION.role(ident) is role


def test_what_is_read_and_what_is_written():
    everybody = frozenset(ORGANIZATION.people)
    assert ORGANIZATION.readable("rep") == {"rep"}
    assert ORGANIZATION.readable("lead") == {"lead", "rep", "twin"}
    assert ORGANIZATION.readable("head") == everybody, "an executive reads all"
    assert ORGANIZATION.readable("rep", open_to_all=True) == everybody
    assert ORGANIZATION.writable("rep") == {"rep"}
    assert ORGANIZATION.writable("head") == {"head", "lead", "rep", "twin"}, "and writes in the own tree alone"


def test_the_companys_time_zone_is_that_of_the_largest_tree():
    assert ORGANIZATION.timezone == "Europe/Paris"
    assert Organization([]).timezone == "UTC"
    assert person("x").timezone == "UTC"


@pytest.mark.parametrize(("name", "first"), [("Ada Maria Brandt", "Ada"), ("Ada", "Ada"), ("  ", "  "), ("", "")])
def test_a_first_name(name, first):
    assert person("x", name=name).first_name == first
