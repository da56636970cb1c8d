"""Any file as pieces of text, by its ending."""

from collections.abc import Callable
from pathlib import Path

from bot.errors import BadRequest
from ingest.formats.html import html
from ingest.formats.mail import eml, msg
from ingest.formats.office import docx, pptx_, xlsx
from ingest.formats.pdf import pdf
from ingest.formats.text import Read, as_text, text_
from ingest.markdown import Piece, split, title_of

LARGEST = 50_000_000


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
    return as_text(_bytes_of(file))


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


READERS: dict[str, Callable[[bytes, str], Read]] = {
    ".docx": docx,
    ".pptx": pptx_,
    ".xlsx": xlsx,
    ".pdf": pdf,
    ".html": html,
    ".htm": html,
    ".eml": eml,
    ".msg": msg,
    ".txt": text_,
}


MARKDOWN = {".md", ".markdown"}


def read_markdown(text: str, name: str) -> Read:
    """A handbook page along its headings."""
    title = title_of(text, name)
    return title, list(split(text)) or [Piece((), title)]
