"""The files that go with a reply: a report's chart, a plan as a document to edit."""

import re
from dataclasses import dataclass
from pathlib import Path

from bot.contract.replies.aids import AidForm, AidsFound, Chain, FoundAid
from bot.contract.replies.base import Reply
from bot.contract.replies.coaching import Document
from bot.contract.replies.reports import PipelineReport
from bot.documents.word import word
from bot.drawing.chains import draw_chain
from bot.drawing.charts import draw

ALT_MOST, TITLE_MOST = 1000, 200


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
