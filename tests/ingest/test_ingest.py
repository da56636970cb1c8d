"""Files of every kind, ordinary and hostile, through the reading processes of the ingest."""

import io
import os
import time
import zipfile
from email.message import EmailMessage
from pathlib import Path

import pytest

from ingest import readers
from ingest.formats.files import READERS
from ingest.indexing import ingest
from ingest.readers import read_all
from tests.conftest import house_in

OFFICE = Path(__file__).parents[3] / "shared" / "data" / "office"


def read(folder):
    """{name: what was read} of the files of a folder, each through a reading process."""
    return {file.name: answer for file, answer in read_all(sorted(folder.iterdir()), 2)}


def placed(answer):
    """[(headings, text)] of what was read."""
    return [(tuple(headings), text) for headings, text in answer["pieces"]]


def pdf_of(*pages):
    """A PDF with a line of text a page, written by hand: a page without text is like a scan."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b""]
    kids = []
    for text in pages:
        content = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode() if text else b""
        objects.append(b"<</Length %d>>stream\n%s\nendstream" % (len(content), content))
        font = b"<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>"
        objects.append(
            b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources%s/Contents %d 0 R>>" % (font, len(objects))
        )
        kids.append(b"%d 0 R" % len(objects))
    objects[1] = b"<</Type/Pages/Kids[%s]/Count %d>>" % (b" ".join(kids), len(kids))
    out, places = io.BytesIO(b"%PDF-1.4\n"), []
    out.seek(0, 2)
    for n, body in enumerate(objects, 1):
        places.append(out.tell())
        out.write(b"%d 0 obj%s endobj\n" % (n, body))
    start = out.tell()
    out.write(
        b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
        + b"".join(b"%010d 00000 n \n" % place for place in places)
    )
    out.write(b"trailer<</Size %d/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF" % (len(objects) + 1, start))
    return out.getvalue()


def packed(parts):
    """A package with the content types that every Office file has."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr(
            "[Content_Types].xml", '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>'
        )
        for name, data in parts.items():
            made.writestr(name, data)
    return out.getvalue()


def test_every_kind_is_read_with_where_it_stands(tmp_path):
    from docx import Document
    from openpyxl import Workbook
    from pptx import Presentation

    document = Document()
    document.add_heading("Pricing", 1)
    document.add_paragraph("Gateways cost 180 a month.")
    table = document.add_table(1, 2)
    table.cell(0, 0).text, table.cell(0, 1).text = "Model", "G3 outdoor"
    document.save(str(tmp_path / "offer.docx"))
    deck = Presentation()
    slide = deck.slides.add_slide(deck.slide_layouts[1])
    slide.shapes.title.text = "Why now"
    slide.placeholders[1].text = "Tariffs rise in May"
    slide.notes_slide.notes_text_frame.text = "Pause here for the number"
    deck.save(str(tmp_path / "deck.pptx"))
    book = Workbook()
    book.active.title = "Q3"
    book.active.append(["Account", "Amount"])
    book.active.append(["Kestrel Mining", 4200])
    book.save(tmp_path / "list.xlsx")
    (tmp_path / "terms.pdf").write_bytes(pdf_of("Liability is capped", "", "Payment within 30 days"))
    (tmp_path / "page.html").write_text(
        "<title>Site</title><nav>Home</nav><h2>Range</h2><p>Reads&nbsp;two litres<script>evil()</script></p>",
        encoding="utf-8",
    )
    mail = EmailMessage()
    mail["Subject"], mail["From"] = "Renewal", "dana@globex.example"
    mail.set_content("Three years, 谢谢")
    (tmp_path / "mail.eml").write_bytes(bytes(mail))
    (tmp_path / "notes.txt").write_bytes("客户担心冬季结冰导致读数漂移,下周寄送低温试验报告".encode("gb18030"))
    (tmp_path / "old.txt").write_bytes("Der Einkäufer wünscht Festpreise".encode("cp1252"))
    found = read(tmp_path)
    assert placed(found["offer.docx"]) == [(("Pricing",), "Gateways cost 180 a month.\n\nModel | G3 outdoor")]
    (heading, text), *_ = placed(found["deck.pptx"])
    assert heading == ("slide 1", "Why now")
    assert "Tariffs rise in May" in text
    assert "Notes: Pause here for the number" in text
    assert placed(found["list.xlsx"]) == [(("sheet Q3",), "Account | Amount\nKestrel Mining | 4200")]
    assert [h for h, _ in placed(found["terms.pdf"])] == [("page 1",), ("page 3",)]
    assert placed(found["page.html"]) == [(("Range",), "Reads two litres")]
    assert "Three years, 谢谢" in placed(found["mail.eml"])[-1][1]
    assert "读数漂移" in placed(found["notes.txt"])[0][1]
    assert "Einkäufer" in placed(found["old.txt"])[0][1]


@pytest.mark.slow
def test_hostile_and_broken_files_are_refused_quickly_with_a_reason(tmp_path):
    bomb = packed({"word/document.xml": b"\0" * 300_000_000})
    laughs = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><x>&b;</x>'
    from pypdf import PdfReader, PdfWriter

    locked = PdfWriter(PdfReader(io.BytesIO(pdf_of("secret"))))
    locked.encrypt("open sesame", algorithm="AES-256")
    locked.write(tmp_path / "locked.pdf")
    files = {
        "bomb.docx": (bomb, "unpacks to more than"),
        "laughs.docx": (packed({"word/document.xml": laughs}), "entities"),
        "outside.xlsx": (packed({"../../evil.xml": b"x"}), "outside"),
        "cut.pptx": (packed({"ppt/presentation.xml": b"<p/>" * 500})[:-60], "damaged"),
        "old.docx": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000, "damaged"),
        "picture.pdf": (b"\x89PNG\r\n", "no .pdf"),
        "program.docx": (b"MZ\x90\0", "no .docx"),
        "scan.pdf": (pdf_of("", ""), "no text"),
        "empty.xlsx": (b"", "empty"),
        "binary.txt": (b"\0\1\2" * 50, "binary"),
        "kind.exe": (b"MZ", "cannot be read"),
        "aid.md": (b"---\nkind: promotion\nid: x\ntitle: [" + b"[" * 20_000 + b"\n---\n", "nested"),
        "bomb.md": (
            b"---\na: &a [x,x,x,x,x,x,x,x,x]\n"
            + b"".join(b"%c: &%c [%s]\n" % (n, n, b",".join([b"*%c" % (n - 1)] * 9)) for n in range(98, 120))
            + b"kind: promotion\nid: x\ntitle: *w\nstatus: draft\n---\n",
            "",
        ),
    }
    for name, (data, _) in files.items():
        (tmp_path / name).write_bytes(data)
    began = time.monotonic()
    found = read(tmp_path)
    assert time.monotonic() - began < 5 * len(files)
    for name, (_, reason) in {**files, "locked.pdf": (b"", "password")}.items():
        refused = found[name].get("refused", "")
        assert reason in refused or "too long" in refused, (
            name,
            found[name],
        )  # on a busy machine the deadline comes first
        assert found[name].get("refused"), name


def test_a_file_that_takes_too_long_ends_its_reader_and_the_next_is_read(tmp_path, monkeypatch):
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_text("words enough to read", encoding="utf-8")
    real = readers._seconds
    monkeypatch.setattr(readers, "_seconds", lambda file: 0.0 if file.name == "a.txt" else real(file))
    found = {file.name: answer for file, answer in read_all(sorted(tmp_path.iterdir()), 1)}
    assert "too long" in found["a.txt"]["refused"]
    assert found["b.txt"]["pieces"]


def test_links_pipes_and_strange_names_are_reported_and_not_followed(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    (tmp_path / "outside.md").write_text("# Secret\n\nwords", encoding="utf-8")
    (folder / "link.md").symlink_to(tmp_path / "outside.md")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.txt")
    (folder / "two\nlines.exe").write_bytes(b"MZ")
    (folder / "good.txt").write_text("Ordinary words", encoding="utf-8")
    library = house_in(tmp_path).library
    report = ingest([folder], library.catalogue, library.vectors, library.embedder, tmp_path / "lock", lambda *_: None)
    assert report.taken == 1
    assert dict(report.refused) == {
        "link.md": "it is a link, and links are not followed; copy the file itself here",
        "loop": "it is a link, and links are not followed; copy the file itself here",
        "pipe.txt": "it is no ordinary file",
        "two�lines.exe": "files of type .exe cannot be read; save it as PDF, Office, HTML, Markdown or text",
    }


def test_an_answer_cites_the_page(tmp_path):
    from bot.contract.message import Message
    from bot.domain.audience import DIRECT
    from tests.conftest import NOW

    folder = tmp_path / "handbook"
    folder.mkdir()
    (folder / "warranty.pdf").write_bytes(
        pdf_of("Dock sensors carry a general introduction", "The warranty of dock sensors lasts seven years")
    )
    house = house_in(tmp_path)
    from bot.crm.csv.folder import import_folder
    from bot.playground.sample import SampleCompany

    SampleCompany(NOW.date()).write(tmp_path / "sample")
    import_folder(house.engine, tmp_path / "sample", house.process)
    library = house.library
    ingest([folder], library.catalogue, library.vectors, library.embedder, tmp_path / "lock", lambda *_: None)
    answer = house.caddie.reply(
        Message("how long is the warranty of dock sensors", "tamsin@quayline.example", DIRECT, "t", NOW)
    ).replies[0]
    assert "seven years" in answer.prose
    assert answer.sources[0].location.endswith("warranty.pdf · warranty › page 2")


@pytest.mark.skipif(not OFFICE.exists(), reason="../shared/data/office is not there")
def test_real_office_files_are_read(tmp_path):
    found = {
        file.name: answer for file, answer in read_all(sorted(f for f in OFFICE.iterdir() if f.suffix in READERS), 2)
    }
    refused = {name for name, answer in found.items() if "refused" in answer}
    assert refused == {"pdf_scanned_sales_report.pdf"}
    assert len(found["handbook-872p.docx"]["pieces"]) > 500
    assert found["markitdown_test_outlook_msg.msg"]["title"] == "Test Email Message"


@pytest.mark.slow
@pytest.mark.parametrize("harm", ["gone", "no_database", "segments_garbled"])
def test_an_index_that_is_gone_or_damaged_is_rebuilt_from_what_was_ingested(tmp_path, harm):
    import shutil

    folder = tmp_path / "handbook"
    folder.mkdir()
    (folder / "a.md").write_text(
        "# Warranty\n\nSensors carry seven years of warranty.\n\n# Returns\n\nReturns within thirty days.",
        encoding="utf-8",
    )
    first = house_in(tmp_path)
    library = first.library
    ingest([folder], library.catalogue, library.vectors, library.embedder, tmp_path / "lock", lambda *_: None)
    first.engine.dispose()
    chroma = next(tmp_path.rglob("chroma.sqlite3")).parent
    match harm:
        case "gone":
            shutil.rmtree(chroma)
        case "no_database":
            (chroma / "chroma.sqlite3").write_bytes(os.urandom(50_000))
        case "segments_garbled":
            for file in chroma.glob("*/*.bin"):
                file.write_bytes(os.urandom(file.stat().st_size))
    import subprocess
    import sys

    # Chroma keeps what it opened: a folder removed under it is only noticed by a new process
    code = (
        "from bot.settings import Settings; from bot.wiring import build; from ingest.indexing import mend; "
        "from pathlib import Path; import sys;"
    )
    code += (
        "l = build(Settings(_env_file=None, caddie_data=Path(sys.argv[1]), database_url=None, "
        "caddie_model=None)).library;"
    )
    code += "assert [h for h in l.search('warranty of sensors') if h.fits], 'words answer meanwhile';"
    code += (
        "assert mend(l.catalogue, l.vectors, l.embedder, Path(sys.argv[1]) / 'lock'); print(l.vectors.count(), "
        "l.catalogue.counts())"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.stdout.split("\n")[0] == "2 (1, 2, 0)", done.stderr


def test_pages_and_mails_are_read_in_the_encoding_they_really_have(tmp_path):
    mail = EmailMessage()
    mail["Subject"] = "Preis"
    mail.set_content(
        "<html><head><meta charset=windows-1252></head><body><p>Preis 5 € für Müller</p></body></html>", subtype="html"
    )
    (tmp_path / "mail.eml").write_bytes(bytes(mail))
    (tmp_path / "bare.html").write_bytes(
        "<p>Der Einkäufer wünscht Festpreise für zwei Jahre überall</p>".encode("cp1252")
    )
    (tmp_path / "form.html").write_text(
        "<body><form id='aspnetForm'><h1>Range</h1><p>Reads two litres</p><input value='x'></form></body>",
        encoding="utf-8",
    )
    found = read(tmp_path)
    assert "5 € für Müller" in placed(found["mail.eml"])[-1][1]
    assert "Einkäufer wünscht" in placed(found["bare.html"])[0][1]
    assert placed(found["form.html"]) == [(("Range",), "Reads two litres")]


def test_a_name_that_is_no_text_is_reported_and_the_rest_is_read(tmp_path):
    folder = tmp_path / "in"
    folder.mkdir()
    Path(os.fsdecode(bytes(folder) + b"/caf\xe9.md")).write_text("# A\n\nwords", encoding="utf-8")
    (folder / "good.md").write_text("# B\n\nwords", encoding="utf-8")
    library = house_in(tmp_path).library
    report = ingest([folder], library.catalogue, library.vectors, library.embedder, tmp_path / "lock", lambda *_: None)
    assert report.taken == 1
    assert [reason for _, reason in report.refused] == ["its name is not UTF-8; rename it"]
