"""Text in whatever encoding people save it."""

from bot.documents.reading import decoded
from bot.errors import BadRequest
from ingest.markdown import Piece, pieces

LARGEST_TEXT = 20_000_000


Read = tuple[str, list[Piece]]
"""(title, pieces) of a document."""


def as_text(data: bytes) -> str:
    if len(data) > LARGEST_TEXT:
        raise BadRequest("file_split", most=str(LARGEST_TEXT // 1_000_000))
    text = decoded(data)
    if not text.strip():
        raise BadRequest("file_nothing")
    return text


def text_(data: bytes, name: str) -> Read:
    return "", list(pieces((), as_text(data)))
