"""Reading aids, ingesting files, searching with facets."""

from pathlib import Path

import pytest

from bot.contract.message import Message
from bot.contract.phrases import sentence
from bot.contract.replies.aids import AidChanged, AidForm, AidsFound, AidsReport
from bot.contract.replies.notices import NotUnderstood, Refusal
from bot.domain.audience import DIRECT
from bot.errors import BadRequest
from bot.playground.limits import check_message
from bot.views import render
from ingest.indexing import ingest
from ingest.markdown import WORDS_MOST, split
from knowledge.facets import Facets
from knowledge.front_matter import read_aid
from knowledge.kinds import kinds
from tests.conftest import DAY, NOW, house_in, quiet
from tests.handlers.test_jobs import only

AID = "---\nkind: best_practice\nid: x\ntitle: X\nstatus: approved\n{more}---\nbody\n"


def refused(text):
    with pytest.raises(BadRequest) as raised:
        read_aid(text)
    return sentence("en", raised.value)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("colour: red\n", "line 6: unknown key “colour”"),
        ("version: many\n", "line 6: version"),
        ("steps: {a: 1}\n", "line 6: steps"),
    ],
)
def test_a_bad_aid_is_refused_by_line_and_key(more, says):
    assert says in refused(AID.replace("{more}", more))


def test_a_missing_key_and_a_circle_are_refused():
    assert "key “status” is missing" in refused("---\nkind: promotion\nid: p\ntitle: P\n---\n")
    nodes = "nodes: [{id: a, role: A, pain: a}, {id: b, role: B, pain: b}]\nedges: [[a, b], [b, a]]\n"
    assert "circle" in refused(f"---\nkind: pain_chain\nid: p\ntitle: P\nstatus: approved\n{nodes}---\n")


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
    for question in (
        "what is the capital of Mongolia",
        "how do I bake sourdough bread",
        "who won the world cup in 1998",
    ):
        assert not any(h.fits for h in made.library.search(question, Facets(on=DAY))), question


def test_a_damaged_vector_index_leaves_words_to_answer(tmp_path, made):
    house = house_in(tmp_path, database_url=f"sqlite:///{made.settings.caddie_data / 'caddie.db'}")
    (tmp_path / "chroma").mkdir()
    (tmp_path / "chroma" / "chroma.sqlite3").write_bytes(b"not a database")
    hits = house.library.search("detention charges in manufacturing", Facets(kind="pain_chain", on=DAY))
    assert hits[0].aid.id == "pc-manufacturing-cfo"


def test_the_sample_aids_are_all_good():
    files = sorted((Path(__file__).parents[2] / "knowledge" / "documents" / "aids").glob("*.md"))
    aids = [read_aid(f.read_text(encoding="utf-8")) for f in files]
    assert len(aids) >= 20
    assert len({a.kind for a in aids}) == 8


DRAFT = """---
kind: value_proposition
id: vp-cold-chain
title: Cold chain without paper
status: approved
industries: [Logistics]
who: Cold stores
improves: Paper work at the gate
by: from two hours to ten minutes
---
"""


def test_marketing_sends_a_draft_approves_and_retires_it(talk, house):
    from bot.documents.notes import read_notes

    imogen, rep = talk("imogen", thread="m"), talk("tamsin", thread="r")
    ask = "value prop for a logistics company"
    asked = Message("draft.md", imogen.email, DIRECT, "m", NOW)
    draft = only(house.caddie.reply_notes(asked, read_notes("draft.md", DRAFT.encode())), AidChanged)
    assert (draft.id, draft.status) == ("vp-cold-chain", "draft"), "a draft, whatever the file says"
    assert "vp-cold-chain" not in [a.id for r in rep.say(ask).replies if isinstance(r, AidsFound) for a in r.aids]
    assert only(rep.say("approve the draft vp-cold-chain"), Refusal).reason == "not_allowed"
    assert only(imogen.say("approve the draft vp-cold-chain"), AidChanged).status == "approved"
    assert only(rep.say(ask), AidsFound).aids[0].id == "vp-cold-chain"
    assert only(imogen.say("retire the cold chain without paper value proposition"), AidChanged).status == "retired"
    assert "vp-cold-chain" not in [a.id for r in rep.say(ask).replies if isinstance(r, AidsFound) for a in r.aids]
    wrong = house.caddie.reply_notes(asked, read_notes("draft.md", DRAFT.replace("who:", "whom:").encode()))
    assert "unknown key “whom”" in render(only(wrong, Refusal)).text
    noted = house.caddie.reply_notes(
        Message("draft.md", rep.email, DIRECT, "n", NOW), read_notes("draft.md", DRAFT.encode())
    )
    assert not [r for r in noted.replies if isinstance(r, AidChanged)], "a rep's file is notes"


def test_marketing_sees_what_is_used_rated_and_missing(talk, house):
    rep = talk("tamsin", thread="u")
    story = only(rep.say("reference story for globex"), AidsFound).aids[0]
    rep.press("up", story.id)
    for thread in ("g1", "g2"):
        only(talk("tamsin", thread=thread).say("pain chain for a chief astronomer in submarine tourism"), Refusal)
    report = only(talk("imogen", thread="v").say("which aids are used most"), AidsReport)
    row = next(r for r in report.rows if r.label == story.title)
    assert (row.metrics["shown_count"], row.metrics["up_count"]) == (1, 1)
    assert any("submarine tourism" in gap and "2×" in gap for gap in report.gaps), "asked twice, listed once"
    assert report.metrics["gap_count"] == 2
    assert report.audience == "ephemeral"
    assert check_message("t", render(report).blocks) is None
    assert only(talk("tamsin", thread="w").say("which aids are used most"), Refusal).reason == "not_allowed"
    assert (
        only(talk("imogen", "#ext-globex", thread="x").say("which aids are used most"), Refusal).reason
        == "external_audience"
    )


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("CNO", "nursing"), ("director of nursing", "nursing"), ("the nursing boss", "nursing"), ("head of payroll",
        "payroll"),
        ("ops director", "VP Operations"), ("finance chief", "CFO"), ("财务总监", "CFO"), ("plant boss",
        "Plant Manager"),
    ],
)  # fmt: skip
def test_roles_are_known_by_what_they_are_responsible_for(house, said, meant):
    values = frozenset(["Chief Nursing Officer", "Head of Payroll"])
    assert [f.meaning for f in house.library.taxonomy.find("roles", f"questions for {said} tomorrow", values)] == [
        meant
    ]


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        ("Hospitals & Health Systems", "Healthcare"),
        ("Third-party Logistics (3PL)", "Logistics"),
        ("Grocery Retail", "Retail"),
        ("Hotels & Resorts", "Hospitality"),
        ("Quantum gardening", "quantum gardening"),
    ],
)
def test_an_industry_is_known_by_the_words_in_it(house, value, meant):
    assert house.library.taxonomy.meaning("industries", value) == meant


def test_what_follows_on_an_aid_is_understood_in_its_thread(talk):
    rep = talk("tamsin", thread="f")
    first = only(rep.say("reference story in food and beverage"), AidsFound).aids[0]
    other = rep.say("another one").replies[0]
    assert not isinstance(other, NotUnderstood)
    assert first.id not in [a.id for a in getattr(other, "aids", ())]
    pressed = talk("tamsin", thread="f").press("more", first.id).replies[0]
    assert not {first.id, *(a.id for a in getattr(other, "aids", ())[:1])} & {
        a.id for a in getattr(pressed, "aids", ())
    }, "the button goes on as the words do"
    sheet = only(talk("tamsin", thread="s").say("what do I ask a VP Operations"), AidsFound).aids[0]
    assert sheet.kind == "pain_sheet"
    shared = only(talk("tamsin", "#east-sales", thread="s").say("share that here"), AidsFound)
    assert (shared.aids[0].id, shared.audience) == (sheet.id, "channel")


def test_a_reranker_orders_the_best_hits_that_fit(house):
    class Backwards:
        def order(self, question, texts):
            return list(reversed(range(len(texts))))

    library = house.library
    plain = [h for h in library.search("dock detention charges", Facets(on=DAY)) if h.fits]
    assert len(plain) > 1
    library._reranker = Backwards()
    turned = [h for h in library.search("dock detention charges", Facets(on=DAY)) if h.fits]
    assert [h.passage.id for h in turned] == [h.passage.id for h in reversed(plain)]
    assert [h.score for h in turned] == [h.score for h in plain], "scores stay in order"


def test_a_reranker_that_cannot_be_had_is_said(tmp_path):
    from bot.errors import NotConfigured

    with pytest.raises(NotConfigured, match="CADDIE_RERANKER"):
        house_in(tmp_path, caddie_reranker=str(tmp_path / "nothing")).library._reranker.order("q", ["a", "b"])


def test_what_follows_on_somebody_elses_aid_tells_nothing_of_their_deal(talk):
    shown = only(
        talk("tamsin", "#sales-all", thread="shared").say("reference story for the globex inbound dock rollout"),
        AidsFound,
    )
    assert shown.audience == "ephemeral", "why it fits tells of the deal, and not all here may read it"
    other = talk("joaquin", "#sales-all", thread="shared").say("another one").replies[0]
    assert "Globex" not in render(other).text


def test_a_draft_sent_again_leaves_the_index_as_it_is(tmp_path, caplog):
    library = house_in(tmp_path).library
    folder = tmp_path / "in"
    folder.mkdir()
    (folder / "a.md").write_text("# A\n\nOrdinary words about docks.", encoding="utf-8")
    for text in (DRAFT, DRAFT.replace("two hours", "three hours")):
        library.take_draft(text)
        ingest([folder], library.catalogue, library.vectors, library.embedder, tmp_path / "lock", quiet)
    assert "rebuilding" not in caplog.text
    (folder / "vp.md").write_text(DRAFT, encoding="utf-8")
    report = ingest([folder], library.catalogue, library.vectors, library.embedder, tmp_path / "lock", quiet)
    assert (report.taken, report.refused) == (1, []), "a file takes the place of what was sent"
    assert library.aid("vp-cold-chain", DAY).status == "approved"


@pytest.mark.parametrize("kind", kinds())
def test_a_blank_form_is_filled_in_and_comes_back_as_a_draft(talk, house, kind):
    from bot.documents.notes import read_notes

    imogen = talk("imogen", thread="m")
    form = only(imogen.say(f"blank form for a {kind.replace('_', ' ')}"), AidForm)
    assert form.aid == kind
    assert (
        only(talk("tamsin", thread="t").say(f"blank form for a {kind.replace('_', ' ')}"), Refusal).say
        == "marketing_only"
    )
    asked = Message("form.md", imogen.email, DIRECT, "m", NOW)
    unfilled = only(house.caddie.reply_notes(asked, read_notes("form.md", form.content.encode())), Refusal)
    assert "key “id” is missing" in render(unfilled).text
    filled = form.content.replace("id: ''", "id: my-own", 1).replace("title: ''", "title: My own", 1)
    draft = only(house.caddie.reply_notes(asked, read_notes("form.md", filled.encode())), AidChanged)
    assert (draft.id, draft.status, house.library.aid("my-own", DAY).owner) == ("my-own", "draft", imogen.email)


def test_neighbours_of_a_cut_section_are_joined_for_showing(tmp_path):
    library = house_in(tmp_path).library
    filler = "\n\n".join(
        f"Paragraph {n} tells of forklifts, pallets and ordinary mornings at the gate of hall {n}." for n in range(40)
    )
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.md").write_text(
        (
            f"# Yard\n\n## Escrow\n\nEscrow of source code is offered to banks.\n\n{filler}\n\nEscrow needs "
            f"the signature of the notary."
        ),
        encoding="utf-8",
    )
    ingest([tmp_path / "in"], library.catalogue, library.vectors, library.embedder, tmp_path / "lock", quiet)
    hits = library.search("who signs the escrow of source code")
    assert len(library.shelf.passages) > 2, "the section was cut"
    assert library.sentences(hits[0], "escrow signature notary source code") == [
        "Escrow of source code is offered to banks.",
        "Escrow needs the signature of the notary.",
    ]


def test_versions_of_an_aid_stand_side_by_side(talk, house):
    from bot.documents.notes import read_notes

    imogen, rep = talk("imogen", thread="m"), talk("tamsin", thread="r")

    def send(text):
        return only(
            house.caddie.reply_notes(
                Message("draft.md", imogen.email, DIRECT, "m", NOW), read_notes("draft.md", text.encode())
            ),
            AidChanged,
        )

    def served():
        return {
            (a.version, a.sections[-1][1][0])
            for r in rep.say("value prop for a logistics company").replies
            if isinstance(r, AidsFound)
            for a in r.aids
            if a.id == "vp-cold-chain"
        }

    send(DRAFT)
    imogen.say("approve draft vp-cold-chain")
    assert send(DRAFT.replace("two hours", "three hours")).version == 2
    assert send(DRAFT.replace("two hours", "four hours")).version == 2, "a draft sent again replaces the draft"
    assert served() == {(1, "from two hours to ten minutes")}, "a draft changes no answer"
    approved = only(imogen.say("approve draft vp-cold-chain"), AidChanged)
    assert (approved.version, approved.replaces) == (2, 1)
    assert served() == {(2, "from four hours to ten minutes")}
    later = send(DRAFT.replace("two hours", "five hours").replace("status:", "valid_from: 2099-01-01\nstatus:"))
    imogen.say("approve draft vp-cold-chain")
    assert (later.version, served()) == (3, {(2, "from four hours to ten minutes")}), (
        "until its first day the version before it holds"
    )
    imogen.say("retire vp-cold-chain")
    assert served() == set(), "no version comes back"


@pytest.mark.parametrize(
    "text",
    [
        "pull the globex inbound dock rollout into next month and update the next step",
        "昨天的发布会见了Globex的人",
        "globex wants to release the update on friday, call with dana today",
    ],
)
def test_words_of_an_aids_life_in_a_report_change_no_aid(talk, text):
    said = talk("imogen", thread="w").say(text).replies[0]
    assert not (isinstance(said, Refusal) and said.say == "no_such_aid")
    assert not isinstance(said, AidChanged)


def test_a_pain_chain_is_drawn_however_its_pains_hang_together(talk, house, tmp_path):
    from bot.contract.replies.aids import Chain, ChainNode
    from bot.drawing.chains import draw_chain
    from bot.slack.outgoing.attachments import attachment

    file = attachment(only(talk().say("pain chain for a CFO in manufacturing"), AidsFound), house.settings.charts)
    assert file.data.startswith(b"\x89PNG")
    assert "CFO" in file.alt
    nodes = tuple(ChainNode(id=str(n), role=f"Role {n}", pain="Late") for n in range(28))
    dense = tuple((str(low), str(high)) for high in range(28) for low in range(high + 1, 28))
    assert draw_chain(Chain(title="Dense", nodes=nodes, edges=dense, alt="Dense"), tmp_path).stat().st_size > 1000
