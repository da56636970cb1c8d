"""PDF files, page by page."""

import re
from io import BytesIO

from bot.errors import BadRequest
from ingest.formats.office import PAGES_MOST
from ingest.formats.text import Read
from ingest.markdown import pieces


def pdf(data: bytes, _name: str) -> Read:
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
