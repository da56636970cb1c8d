"""Text of a file of notes or a transcript, as far as it can be read safely."""

import re
from dataclasses import dataclass
from pathlib import PurePath

from bot.documents.reading import decoded, word_text
from bot.errors import BadRequest

LARGEST_FILE = 5_000_000
LARGEST_UNPACKED = 50_000_000
LARGEST_TEXT = 60_000
_SPEAKER = re.compile(
    r"^(?:\[?\d{1,2}:\d\d(?::\d\d)?\]?\s*)?(?P<who>[^\W\d_][\w .'-]{1,40}?)(?:\s*\[?\(?\d{1,2}:\d\d"
    r"(?::\d\d)?\)?\]?)?\s*[:：]\s+(?P<said>\S.*)$"
)
_LABELS = {
    "note",
    "notes",
    "next step",
    "next steps",
    "stage",
    "amount",
    "deal",
    "account",
    "close",
    "date",
    "summary",
    "todo",
    "action",
    "actions",
    "agenda",
    "owner",
    "due",
}


@dataclass(frozen=True, slots=True)
class Line:
    who: str
    said: str


@dataclass(frozen=True, slots=True)
class Notes:
    """A file's text; of a transcript the lines with their speakers, and its minutes where it carries times."""

    name: str
    text: str
    lines: tuple[Line, ...] = ()
    minutes: int | None = None


def read_notes(name: str, data: bytes) -> Notes:
    """The text of a .txt, .md, .docx or .vtt file. Raises BadRequest saying what to send instead."""
    try:
        return _read(name, data)
    except BadRequest as error:
        raise BadRequest("file_refused", error, name=name) from error


def _read(name: str, data: bytes) -> Notes:
    if len(data) > LARGEST_FILE:
        raise BadRequest("file_large", most=str(LARGEST_FILE // 1_000_000))
    match PurePath(name).suffix.lower():
        case ".txt" | ".md" | ".markdown" | "":
            notes = _plain(name, decoded(data))
        case ".docx":
            notes = _plain(name, _docx(data))
        case ".vtt":
            notes = _vtt(name, decoded(data))
        case _:
            raise BadRequest("file_kind")
    if not notes.text.strip():
        raise BadRequest("file_empty")
    if len(notes.text) > LARGEST_TEXT:
        raise BadRequest("file_long", most=f"{LARGEST_TEXT:,}")
    return notes


def _docx(data: bytes) -> str:
    try:
        return "\n".join(text for _, text in word_text(data, LARGEST_UNPACKED)[1])
    except BadRequest:
        raise
    except Exception as error:  # the reader raises what the broken part of the file happens to trip
        raise BadRequest("file_word") from error


def _plain(name: str, text: str) -> Notes:
    """A text is a transcript where most lines begin with a speaker's name."""
    rows = [row for row in text.splitlines() if row.strip()]
    spoken = [
        Line(m["who"].strip(), m["said"])
        for row in rows
        if (m := _SPEAKER.match(row.strip())) and m["who"].strip().casefold() not in _LABELS
    ]
    if len(spoken) >= 4 and len(spoken) * 3 >= len(rows) * 2 and len({line.who for line in spoken}) <= 12:
        return Notes(name, text, tuple(spoken))
    return Notes(name, text)


def _vtt(name: str, text: str) -> Notes:
    import webvtt

    try:
        captions = webvtt.from_string(text).captions
    except Exception as error:  # the reader has one class an odd line; all mean the same to who sent the file
        raise BadRequest("file_vtt") from error
    lines = []
    for caption in captions:
        said = " ".join(caption.text.split())
        named = _SPEAKER.match(said)
        who = caption.voice or (named["who"].strip() if named else "")
        lines.append(Line(who, named["said"] if named and not caption.voice else said))
    minutes = round(captions[-1].end_in_seconds / 60) if captions else None
    return Notes(
        name,
        "\n".join(f"{line.who}: {line.said}" if line.who else line.said for line in lines),
        tuple(lines),
        minutes or None,
    )
