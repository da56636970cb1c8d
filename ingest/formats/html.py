"""Web pages along their headings."""

import re
from typing import Any

from bot.documents.reading import decoded
from bot.errors import BadRequest
from ingest.formats.text import Read
from ingest.markdown import Piece, pieces

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


def html(data: bytes, _name: str) -> Read:
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
