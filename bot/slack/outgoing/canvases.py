"""Plans as Slack canvases: one for each plan and place, which people edit and Caddie never overwrites."""

import logging
import re
from datetime import date
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError

from bot.contract.phrases import phrase
from bot.contract.replies.coaching import Document
from bot.storage.documents import Documents

log = logging.getLogger(__name__)
GONE = {"canvas_not_found", "canvas_deleted", "file_not_found"}
TITLE_MOST, CONTENT_MOST = 200, 90_000


class Canvases:
    """Makes and continues canvases with the Web API. Workspaces without canvases, or without the scope, get None."""

    def __init__(self, client: WebClient, documents: Documents) -> None:
        self._client, self._documents = client, documents

    def share(self, document: Document, channel: str, reader: str | None, today: date) -> str | None:
        """The address of the document's canvas in a channel, or for one reader in a direct message; None where it
        cannot be one.

        A canvas that is there already keeps what people wrote: what changed since is put on top of it.
        """
        place = reader or channel
        known = self._documents.canvas(document.key, place) if document.key else None
        try:
            address = self._continued(known, document, today) if known else None
            if address:
                return address
            content = {"type": "markdown", "markdown": _body(document.markdown)[:CONTENT_MOST]}
            canvas = str(
                self._client.canvases_create(title=document.title[:TITLE_MOST], document_content=content)["canvas_id"]
            )
            readers: dict[str, Any] = {"user_ids": [reader]} if reader else {"channel_ids": [channel]}
            self._client.canvases_access_set(canvas_id=canvas, access_level="write", **readers)
            address = self._address(canvas)
        except (SlackApiError, SlackRequestError, OSError) as error:
            code = error.response.get("error") if isinstance(error, SlackApiError) else error
            log.info("no canvas here (%s): the document goes out as a file", code)
            return None
        if document.key:
            self._documents.keep_canvas(document.key, place, canvas)
        return address

    def _continued(self, canvas: str, document: Document, today: date) -> str | None:
        """The address of a canvas with what changed on top; None where somebody removed it."""
        lines = [
            f"## {phrase(document.language, 'doc_changed')} · {today.isoformat()}",
            *(f"- {line}" for line in document.changed),
            "",
        ]
        change = {
            "operation": "insert_at_start",
            "document_content": {"type": "markdown", "markdown": "\n".join(lines)},
        }
        try:
            if document.changed:
                self._client.canvases_edit(canvas_id=canvas, changes=[change])
            return self._address(canvas)
        except SlackApiError as error:
            if error.response.get("error") in GONE:
                return None
            raise

    def _address(self, canvas: str) -> str:
        return str(self._client.files_info(file=canvas)["file"]["permalink"])


def _body(markdown: str) -> str:
    """The document without its title, which the canvas has of its own."""
    return re.sub(r"\A# .*\n+", "", markdown)
