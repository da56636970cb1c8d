"""Files of every kind as pieces of text, each with where it stands: a heading, a page, a slide, a sheet.

Runs in a process of its own (ingest/reader.py), for what comes from outside may be made to exhaust its reader.
"""

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

from bot.documents.reading import decoded, package, row_of, word_text
from bot.errors import BadRequest
from ingest.markdown import Piece, pieces, split, title_of

LARGEST = 50_000_000
LARGEST_TEXT = 20_000_000
PAGES_MOST, ROWS_MOST = 5_000, 100_000
Read = tuple[str, list[Piece]]
"""(title, pieces) of a document."""


def read_document(file: Path) -> Read:
    """The pieces of a file, by its ending. Raises BadRequest with a sentence that says what to do."""
    data = _bytes_of(file)
    reader = READERS[file.suffix.lower()]
    title, found = reader(data, file.stem)
    if not any(any(c.isalnum() for c in piece.text) for piece in found):
        raise BadRequest("file_scan")
    return title or file.stem, found


def text_of(file: Path) -> str:
    """A text file in whatever encoding people save it."""
    return _as_text(_bytes_of(file))


def _as_text(data: bytes) -> str:
    if len(data) > LARGEST_TEXT:
        raise BadRequest("file_split", most=str(LARGEST_TEXT // 1_000_000))
    text = decoded(data)
    if not text.strip():
        raise BadRequest("file_nothing")
    return text


def _bytes_of(file: Path) -> bytes:
    try:
        if not file.is_file():
            raise BadRequest("file_special")
        if file.stat().st_size > LARGEST:
            raise BadRequest("file_split", most=str(LARGEST // 1_000_000))
        data = file.read_bytes()
    except OSError as error:
        raise BadRequest("file_unreadable", why=str(error.strerror)) from error
    if not data:
        raise BadRequest("file_nothing")
    return data


def _docx(data: bytes, _name: str) -> Read:
    title, blocks = word_text(data)
    path: list[tuple[int, str]] = []
    found: list[Piece] = []
    held: list[str] = []

    def close() -> None:
        found.extend(pieces(tuple(name for _, name in path), "\n\n".join(held)))
        held.clear()

    for style, text in blocks:
        level = re.fullmatch(r"(?:heading|标题) ?(\d)", style, re.I)
        if level and text:
            close()
            path = [*(p for p in path if p[0] < int(level[1])), (int(level[1]), text)]
        elif text:
            title = title or (text if style == "Title" else "")
            held.append(f"- {text}" if style.startswith("List") else text)
    close()
    return title, found


def _pptx(data: bytes, _name: str) -> Read:
    from pptx import Presentation

    deck = Presentation(package(data, "pptx"))
    found: list[Piece] = []
    for number, slide in enumerate(deck.slides, 1):
        head = slide.shapes.title.text_frame.text.strip() if slide.shapes.title is not None else ""
        place = (f"slide {number}", *([" ".join(head.split())] if head else []))
        texts = [text for shape in slide.shapes for text in _shape(shape)]
        notes = slide.notes_slide.notes_text_frame if slide.has_notes_slide else None
        if notes is not None and notes.text.strip():
            texts.append(f"Notes: {notes.text.strip()}")
        found += pieces(place, "\n\n".join(texts))
    return deck.core_properties.title or "", found


def _shape(shape: Any) -> Iterator[str]:
    """The texts of a shape, of those in a group, of a table."""
    if hasattr(shape, "shapes"):
        for inner in shape.shapes:
            yield from _shape(inner)
    elif getattr(shape, "has_table", False):
        yield "\n".join(row_of(cell.text for cell in row.cells) for row in shape.table.rows)
    elif getattr(shape, "has_text_frame", False) and shape.text_frame.text.strip():
        yield shape.text_frame.text.strip()


def _xlsx(data: bytes, _name: str) -> Read:
    from openpyxl import load_workbook

    book = load_workbook(package(data, "xlsx"), read_only=True, data_only=True)
    found: list[Piece] = []
    rows = 0
    for sheet in book.worksheets:
        sheet.reset_dimensions()  # what a file claims of its size may be a billion cells
        lines: list[str] = []
        for row in sheet.iter_rows(values_only=True):
            rows += 1
            if rows > ROWS_MOST:
                raise BadRequest("file_rows", most=f"{ROWS_MOST:,}")
            line = row_of(_cell(value) for value in row)
            if line:
                lines.append(line)
        found += pieces((f"sheet {sheet.title}",), "\n".join(lines), repeat=lines[0] if lines else "")
    return book.properties.title or "", found


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value.date().isoformat() if hasattr(value, "date") and (value.hour, value.minute) == (0, 0) else str(value)


def _pdf(data: bytes, _name: str) -> Read:
    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    if b"%PDF" not in data[:1024]:
        raise BadRequest("file_not_kind", kind="pdf")
    try:
        reader = PdfReader(BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise BadRequest("file_password")
        if len(reader.pages) > PAGES_MOST:
            raise BadRequest("file_pages", most=f"{PAGES_MOST:,}")
        found = [
            piece
            for number, page in enumerate(reader.pages, 1)
            for piece in pieces((f"page {number}",), _unbroken(page.extract_text()))
        ]
        title = str(reader.metadata.get("/Title") or "") if reader.metadata else ""
    except (
        PyPdfError,
        RecursionError,
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        IndexError,
        AssertionError,
    ) as error:
        raise BadRequest("file_pdf_damaged") from error
    return title.strip(), found


def _unbroken(text: str) -> str:
    """Lines of a page joined into paragraphs, words parted at a line's end put together."""
    text = re.sub(r"(?<=[a-z])-\n(?=[a-z])", "", text.replace("\xa0", " "))
    text = re.sub(r"(?<=[\u3400-\u9fff，、])\n(?=[\u3400-\u9fff])", "", text)
    return re.sub(r"(?<=[^\s.!?:;。！？])\n(?=[^\s•\-*\d])", " ", text)


_SKIPPED = {
    "script",
    "style",
    "template",
    "noscript",
    "nav",
    "header",
    "footer",
    "svg",
    "button",
    "input",
    "select",
    "textarea",
    "head",
}
_BLOCKS = {
    "p",
    "li",
    "div",
    "section",
    "article",
    "td",
    "th",
    "tr",
    "table",
    "br",
    "blockquote",
    "pre",
    "dt",
    "dd",
    "ul",
    "ol",
    "main",
    "body",
}


def _html(data: bytes, _name: str) -> Read:
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", no_network=True, huge_tree=False, remove_comments=True)
    root = etree.fromstring(_page(data).encode("utf-8", "replace"), parser)
    if root is None:
        raise BadRequest("file_html")
    titles = root.xpath("//title/text()")
    path: list[tuple[int, str]] = []
    found: list[Piece] = []
    held: list[str] = []

    def close() -> None:
        text = re.sub(r" *\n\s*", "\n\n", re.sub(r"[ \t\r\f\xa0]+", " ", "".join(held)))
        found.extend(pieces(tuple(name for _, name in path), text.strip()))
        held.clear()

    skipping: list[Any] = []
    for event, node in etree.iterwalk(root, events=("start", "end")):
        tag = node.tag if isinstance(node.tag, str) else ""
        if event == "start":
            if tag in _SKIPPED and not skipping:
                skipping.append(node)
            if not skipping and re.fullmatch(r"h[1-6]", tag):
                close()
                name = " ".join("".join(node.itertext()).split())
                path = [*(p for p in path if p[0] < int(tag[1])), (int(tag[1]), name)] if name else path
                skipping.append(node)
            elif not skipping:
                held.append(
                    ("\n" if tag in _BLOCKS else "")
                    + (" | " if tag in {"td", "th"} and node.getprevious() is not None else "")
                    + re.sub(r"\s+", " ", node.text or "")
                )
            continue
        if skipping and skipping[-1] is node:
            skipping.pop()
        elif not skipping and tag in _BLOCKS - {"td", "th", "br"}:
            held.append("\n")
        if not skipping and node.tail:
            held.append(re.sub(r"\s+", " ", node.tail))
    close()
    return (titles[0].strip() if titles else ""), found


def _page(data: bytes) -> str:
    """A page as text: by its mark or as UTF-8 where it is that, else in the encoding that it names, else by its
    statistics.
    """
    named = re.search(rb"charset=[\"']?([\w-]+)", data[:4096], re.I)
    name = named.group(1).decode("ascii", "ignore").lower() if named else ""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        try:
            return data.decode({"gb2312": "gb18030", "gbk": "gb18030"}.get(name, name or "undefined"))
        except (LookupError, UnicodeError):
            return decoded(data)


def _eml(data: bytes, name: str) -> Read:
    from email import message_from_bytes, policy
    from email.message import EmailMessage

    message = message_from_bytes(data, policy=policy.default)
    assert isinstance(message, EmailMessage)
    body = message.get_body(("plain", "html"))
    if body is None:
        raise BadRequest("file_mail")
    content = body.get_content() if isinstance(body, EmailMessage) else ""
    found = _html(content.encode(), name)[1] if body.get_content_type() == "text/html" else list(pieces((), content))
    subject = str(message.get("subject") or "").strip()
    facts = ", ".join(str(message.get(field)) for field in ("from", "date") if message.get(field))
    return subject, [Piece(("body", *piece.headings), piece.text) for piece in [*pieces((), facts), *found]]


_MSG_FIELDS = {"subject": "0037", "sender": "0C1A", "body": "1000"}


def _msg(data: bytes, _name: str) -> Read:
    """An Outlook message: its properties are streams named by their tag and type (MS-OXMSG 2.4)."""
    import olefile

    try:
        with olefile.OleFileIO(BytesIO(data)) as stored:
            values = {field: _property(stored, tag) for field, tag in _MSG_FIELDS.items()}
    except (OSError, ValueError, IndexError, TypeError) as error:
        raise BadRequest("file_msg") from error
    if not values["body"]:
        raise BadRequest("file_msg_empty")
    return values["subject"], list(pieces(("body",), f"{values['sender']}\n\n{values['body']}"))


def _property(stored: Any, tag: str) -> str:
    for kind, encoding in (("001F", "utf-16-le"), ("001E", "cp1252")):
        name = f"__substg1.0_{tag}{kind}"
        if stored.exists(name):
            return str(stored.openstream(name).read().decode(encoding, "replace")).replace("\r\n", "\n").strip("\0 \n")
    return ""


def _text(data: bytes, name: str) -> Read:
    return "", list(pieces((), _as_text(data)))


READERS: dict[str, Callable[[bytes, str], Read]] = {
    ".docx": _docx,
    ".pptx": _pptx,
    ".xlsx": _xlsx,
    ".pdf": _pdf,
    ".html": _html,
    ".htm": _html,
    ".eml": _eml,
    ".msg": _msg,
    ".txt": _text,
}
MARKDOWN = {".md", ".markdown"}


def read_markdown(text: str, name: str) -> Read:
    """A handbook page along its headings."""
    title = title_of(text, name)
    return title, list(split(text)) or [Piece((), title)]
