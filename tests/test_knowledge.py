"""Reading aids, ingesting files, searching with facets."""

from pathlib import Path

import pytest

from ingest.indexing import ingest
from ingest.markdown import WORDS_MOST, split
from knowledge.aids import AidError, read_aid
from knowledge.library import Facets
from tests.conftest import DAY, house_in, quiet

AID = "---\nkind: best_practice\nid: x\ntitle: X\nstatus: approved\n{more}---\nbody\n"


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("colour: red\n", "line 6: unknown key “colour”"),
        ("version: many\n", "line 6: version"),
        ("steps: {a: 1}\n", "line 6: steps"),
    ],
)
def test_a_bad_aid_is_refused_by_line_and_key(more, says):
    with pytest.raises(AidError, match=says):
        read_aid(AID.replace("{more}", more))


def test_a_missing_key_and_a_circle_are_refused():
    with pytest.raises(AidError, match="key “status” is missing"):
        read_aid("---\nkind: promotion\nid: p\ntitle: P\n---\n")
    nodes = "nodes: [{id: a, role: A, pain: a}, {id: b, role: B, pain: b}]\nedges: [[a, b], [b, a]]\n"
    with pytest.raises(AidError, match="circle"):
        read_aid(f"---\nkind: pain_chain\nid: p\ntitle: P\nstatus: approved\n{nodes}---\n")


def test_a_document_is_split_along_its_headings():
    text = "# Top\n\nintro\n\n## One\n\n" + "word " * 500 + "\n\n```\n# no heading\n```\n"
    pieces = list(split(text))
    assert pieces[0].headings == ("Top",)
    assert all(p.headings == ("Top", "One") for p in pieces[1:])
    assert all(len(p.text.split()) <= WORDS_MOST for p in pieces)
    assert sum(p.text.count("word") for p in pieces) == 500


def test_ingest_skips_removes_and_refuses(tmp_path, made):
    files = tmp_path / "files"
    files.mkdir()
    (files / "a.md").write_text("# Yard rules\n\nTrailers are tagged at the gate.\n", encoding="utf-8")
    (files / "b.md").write_bytes(b"\x00\x01binary")
    (files / "c.md").write_text(AID.replace("{more}", "colour: red\n"), encoding="utf-8")
    (files / "d.md").write_text("", encoding="utf-8")
    house = house_in(tmp_path / "data")
    house.library.embedder = made.library.embedder

    def run():
        library = house.library
        return ingest([files], library.catalogue, library.vectors, library.embedder, tmp_path / "lock", quiet)

    first = run()
    assert first.taken == 1
    assert {name for name, _ in first.refused} == {"b.md", "c.md", "d.md"}
    assert run().unchanged == 1
    assert house.library.search("where are trailers tagged")[0].fits
    (files / "a.md").unlink()
    assert run().removed == 1
    assert house.library.search("where are trailers tagged") == []


def test_search_narrows_by_kind_and_stays_current(made):
    hits = made.library.search("detention charges", Facets(kind="reference_story", on=DAY), 20)
    assert hits
    assert all(h.aid.kind == "reference_story" and h.aid.current(DAY) for h in hits)


def test_nothing_fits_what_the_library_does_not_know(made):
    for question in ("what is the capital of Mongolia", "how do I bake sourdough bread", "who won the world cup in 1998"):
        assert not any(h.fits for h in made.library.search(question, Facets(on=DAY))), question


def test_a_damaged_vector_index_leaves_words_to_answer(tmp_path, made):
    house = house_in(tmp_path, database_url=f"sqlite:///{made.settings.caddie_data / 'caddie.db'}")
    (tmp_path / "chroma").mkdir()
    (tmp_path / "chroma" / "chroma.sqlite3").write_bytes(b"not a database")
    hits = house.library.search("detention charges in manufacturing", Facets(kind="pain_chain", on=DAY))
    assert hits[0].aid.id == "pc-manufacturing-cfo"


def test_the_sample_aids_are_all_good():
    files = sorted((Path(__file__).parents[1] / "knowledge" / "documents" / "aids").glob("*.md"))
    aids = [read_aid(f.read_text(encoding="utf-8")) for f in files]
    assert len(aids) >= 20
    assert len({a.kind for a in aids}) == 8
