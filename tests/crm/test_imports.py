"""Importing companies: good rows taken, bad ones named by file and line, nothing half-written."""

from datetime import date
from pathlib import Path

import pytest

from bot.crm.csv.folder import import_folder
from bot.crm.csv.maven import import_maven
from bot.errors import ImportRefused
from tests.conftest import SHARED, house_in

PEOPLE = "id,name,email,manager_id\np1,Ada Bright,ada@x.example,\np2,Ben Cole,ben@x.example,p1\n"


def folder(path: Path, **files: str) -> Path:
    for name, text in files.items():
        (path / f"{name}.csv").write_text(text, encoding="utf-8")
    return path


def test_bad_rows_are_named_and_good_ones_taken(tmp_path):
    house = house_in(tmp_path / "data")
    deals = (
        "id,name,owner_id,stage,amount,colour\n"
        "d1,One,p2,Target,100,red\nd2,Two,p2,Nowhere,1,\nd3,Three,p2,Target,many,\nd1,Again,p2,Target,1,\n"
    )
    report = import_folder(house.engine, folder(tmp_path, people=PEOPLE, deals=deals), house.process)
    said = "\n".join(report.lines())
    assert "deals.csv: stage “Nowhere” is not known (1 row: line 3)" in said
    assert "deals.csv: amount “many” cannot be taken" in said
    assert "line 4" in said
    assert "id “d1” stands already on line 2 (1 row: line 5)" in said
    assert "unknown column “colour” kept as extra" in said
    assert [d.id for d in house.desk.mirror.deals()] == ["d1"]


def test_repeating_an_import_changes_nothing(tmp_path):
    house = house_in(tmp_path / "data")
    changes = "deal_id,from_stage,to_stage,at\nd1,,Target,2026-01-02T10:00:00+01:00\n"
    files = folder(tmp_path, people=PEOPLE, deals="id,name,owner_id,stage\nd1,One,p2,Target\n", stage_changes=changes)
    for _ in range(2):
        import_folder(house.engine, files, house.process)
    assert len(house.desk.mirror.stage_changes()["d1"]) == 1
    assert len(house.desk.mirror.deals()) == 1


@pytest.mark.parametrize(
    ("files", "says"),
    [
        ({"people": "id,name\np1,Ada\n"}, "column email is missing"),
        ({"people": "id,name,email,manager_id\np1,A,a@x.example,p2\np2,B,b@x.example,p1\n"}, "runs in a loop"),
        ({"people": ""}, "empty"),
        ({}, "none of the known files"),
    ],
)
def test_what_cannot_be_imported_is_refused_whole(tmp_path, files, says):
    house = house_in(tmp_path / "data")
    (tmp_path / "csv").mkdir()
    with pytest.raises(ImportRefused, match=says):
        import_folder(house.engine, folder(tmp_path / "csv", **files), house.process)
    assert not house.desk.organization.people


def test_maven_is_taken_whole_and_its_dirt_repaired(tmp_path):
    source = SHARED / "data" / "crm" / "maven"
    if not source.exists():
        pytest.skip("the Maven set is not beside the checkout (../shared/data/crm/maven)")
    house = house_in(tmp_path)
    report = import_maven(house.engine, source, house.process, date(2026, 3, 31))
    assert (report.taken["sales_pipeline.csv"], report.refused_count) == (8800, 0)
    assert len(report.repaired[("sales_pipeline.csv", "product “GTXPro” read as “GTX Pro”")]) == 1480
    assert max(d.close_date for d in house.desk.mirror.deals() if d.close_date) == date(2026, 3, 31)
