"""Bytes from outside as text: whatever encoding a text has, whatever a Word file hides."""

import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from typing import Any

from bot.errors import BadRequest

UNPACKED_MOST, MEMBERS_MOST = 200_000_000, 10_000
OLE, ZIP = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"


def decoded(data: bytes) -> str:
    """Text of bytes: UTF-8, UTF-16 by its mark, else what their statistics say. Raises BadRequest for what is no
    text.
    """
    if data[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        text = data.decode("utf-16", "replace")
    elif b"\0" in data:
        raise BadRequest("file_binary")
    else:
        try:
            text = data.decode("utf-8-sig")
        except UnicodeDecodeError:
            from charset_normalizer import from_bytes

            best = from_bytes(
                data[:200_000], cp_isolation=["gb18030", "cp1252", "latin_1", "big5", "shift_jis", "cp1250", "cp1251"]
            ).best()
            if best is None:
                raise BadRequest("file_encoding") from None
            text = data.decode(best.encoding, "replace")
    return text


def package(data: bytes, kind: str, most: int = UNPACKED_MOST) -> BytesIO:
    """An Office file that is what it says and unpacks to a sensible size; each member is really unpacked, for declared
    sizes may lie.
    """
    if data.startswith(OLE):
        import olefile

        with olefile.OleFileIO(BytesIO(data)) as stored:
            if stored.exists("EncryptedPackage") or stored.exists("EncryptionInfo"):
                raise BadRequest("file_password")
        raise BadRequest("file_old_office", kind=kind)
    if not data.startswith(ZIP):
        raise BadRequest("file_not_kind", kind=kind)
    try:
        with zipfile.ZipFile(BytesIO(data)) as packed:
            members = packed.infolist()
            if len(members) > MEMBERS_MOST:
                raise BadRequest("file_many_parts", most=f"{MEMBERS_MOST:,}")
            if "[Content_Types].xml" not in packed.namelist():
                raise BadRequest("file_not_kind", kind=kind)
            unpacked = 0
            for member in members:
                name = member.filename.replace("\\", "/")
                if name.startswith("/") or ".." in name.split("/") or ":" in name:
                    raise BadRequest("file_outside")
                if member.flag_bits & 1:
                    raise BadRequest("file_password")
                with packed.open(member) as stream:
                    while chunk := stream.read(1 << 20):
                        unpacked += len(chunk)
                        if unpacked > most:
                            raise BadRequest("file_bomb", most=str(most // 1_000_000))
                        if member.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in chunk[:4096]:
                            raise BadRequest("file_entities")
    except (zipfile.BadZipFile, EOFError, NotImplementedError, ValueError, OSError) as error:
        raise BadRequest("file_damaged") from error
    return BytesIO(data)


def word_text(data: bytes, most: int = UNPACKED_MOST) -> tuple[str, list[tuple[str, str]]]:
    """(title, [(style, text)…]) of a Word file's paragraphs, and of its tables a line a row; raises BadRequest for what
    is none.
    """
    from docx import Document

    document = Document(package(data, "docx", most))
    styles = {style.style_id: style.name or "" for style in document.styles}
    found = []
    for block in _blocks(document.element.body):
        if block.tag == f"{_W}tbl":
            rows = (
                (_words_in(cell) for cell in row.iterchildren(f"{_W}tc", f"{_W}sdt"))
                for row in block.iterchildren(f"{_W}tr")
            )
            found.append(("", "\n".join(row_of(row) for row in rows)))
        else:
            found.append((_style_of(block, styles), _words_in(block).strip()))
    return document.core_properties.title or "", found


def row_of(cells: Iterator[str]) -> str:
    """A table's row on one line, empty cells left out."""
    return " | ".join(" ".join(text.split()) for text in cells if text.strip())


def _blocks(parent: Any) -> Iterator[Any]:
    """Paragraphs and tables in order, those in content controls too."""
    for node in parent:
        if node.tag in {f"{_W}p", f"{_W}tbl"}:
            yield node
        elif node.tag in {f"{_W}sdt", f"{_W}sdtContent", f"{_W}ins", f"{_W}moveTo", f"{_W}customXml"}:
            yield from _blocks(node)


def _words_in(block: Any) -> str:
    """The words of a paragraph or cell as they read with all changes accepted, text boxes included."""
    found: list[str] = []
    for node in block.iter(f"{_W}t", f"{_W}tab", f"{_W}br", f"{_W}p", f"{_W}tc"):
        if any(above.tag in {_FALLBACK, f"{_W}moveFrom"} for above in node.iterancestors()):
            continue
        found.append((node.text or "") if node.tag == f"{_W}t" else " " if node is not block else "")
    return re.sub(r"[ \t]+", " ", "".join(found))


def _style_of(paragraph: Any, styles: dict[str, str]) -> str:
    style = next(paragraph.iterfind(f"{_W}pPr/{_W}pStyle"), None)
    return styles.get(style.get(f"{_W}val"), "") if style is not None else ""
