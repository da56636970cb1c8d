"""The files that go with a reply: a report's chart, a plan as a document to edit."""

import re
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from bot.contract.replies.aids import AidForm, AidsFound, Chain, FoundAid
from bot.contract.replies.base import Reply
from bot.contract.replies.coaching import Document
from bot.contract.replies.reports import PipelineReport
from bot.drawing.chains import draw_chain
from bot.drawing.charts import draw

ALT_MOST, TITLE_MOST = 1000, 200
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")  # XML has no place for them
_BOLD = re.compile(r"\*\*(.+?)\*\*")


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    title: str
    data: bytes
    alt: str | None = None


def attachment(reply: Reply, charts: Path) -> Attachment | None:
    """The file of a reply; None where it has none or where it cannot be drawn here."""
    match reply:
        case PipelineReport(picture=picture) if picture is not None:
            file = draw(picture, charts)
            return (
                Attachment("pipeline.png", picture.title[:TITLE_MOST], file.read_bytes(), picture.alt[:ALT_MOST])
                if file
                else None
            )
        case AidsFound(aids=(FoundAid(chain=Chain(nodes=nodes) as chain), *_)) if nodes:
            file = draw_chain(chain, charts)
            return (
                Attachment("pain-chain.png", chain.title[:TITLE_MOST], file.read_bytes(), chain.alt[:ALT_MOST])
                if file
                else None
            )
        case AidForm():
            name = f"{reply.aid.replace('_', '-')}.md"
            return Attachment(name, name, reply.content.encode())
        case Document():
            return Attachment(f"{_file_name(reply.title)}.docx", reply.title[:TITLE_MOST], word(reply.markdown))
        case _:
            return None


def _file_name(title: str) -> str:
    return re.sub(r"[^\w.-]+", "-", title).strip("-.")[:80] or "document"


def word(markdown: str) -> bytes:
    """A Word document of the little Markdown that our documents use: headings, lists, bold."""
    from docx import Document as WordDocument

    made = WordDocument()
    for line in _CONTROLS.sub("", markdown).splitlines():
        heading = re.match(r"(#+) (.*)", line)
        item = re.match(r"(?:- (?:\[ \] )?|\d+\. )(.*)", line)
        if heading:
            made.add_heading(heading[2], level=min(len(heading[1]) - 1, 4))
        elif line.strip():
            paragraph = made.add_paragraph(style="List Bullet" if item else None)
            for n, piece in enumerate(_BOLD.split(item[1] if item else line.strip("_"))):
                paragraph.add_run(piece).bold = bool(n % 2)
    stream = BytesIO()
    made.save(stream)
    return stream.getvalue()
