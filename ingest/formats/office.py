"""Word, PowerPoint and Excel files."""

import re
from collections.abc import Iterator
from typing import Any

from bot.documents.reading import package, row_of, word_text
from bot.errors import BadRequest
from ingest.formats.text import Read
from ingest.markdown import Piece, pieces

PAGES_MOST, ROWS_MOST = 5_000, 100_000


def docx(data: bytes, _name: str) -> Read:
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


def pptx_(data: bytes, _name: str) -> Read:
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


def xlsx(data: bytes, _name: str) -> Read:
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
