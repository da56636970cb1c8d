"""What a person said, with the files and the thread that belong to it, brought to Caddie."""

import logging
from dataclasses import replace
from urllib.parse import urlsplit

import httpx
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.caddie import Caddie
from bot.contract.message import Message
from bot.contract.phrases import values_of
from bot.contract.replies.base import Reply
from bot.contract.replies.notices import Refusal
from bot.documents.notes import LARGEST_FILE, read_notes
from bot.domain.text import chinese
from bot.errors import BadRequest
from bot.slack.intake.arrival import Arrival, SharedFile

log = logging.getLogger(__name__)


class Hearing:
    """Fetches from one workspace what a message only names."""

    def __init__(self, caddie: Caddie, client: WebClient) -> None:
        self._caddie, self._client = caddie, client

    def said(self, message: Message, arrival: Arrival) -> list[Reply]:
        """The replies to a message, its files first."""
        replies: list[Reply] = []
        for file in arrival.files:
            replies += self._from_file(file, message)
        if arrival.text or not arrival.files:
            replies += self._caddie.reply(message).replies
        return replies

    def shared(self, message: Message, arrival: Arrival) -> list[Reply]:
        """The person's own message is read as if said now; other people's words are logged as they are."""
        text = self._whole_thread(arrival) or arrival.text
        answer = (
            self._caddie.reply
            if arrival.said_by == arrival.user and text == arrival.text
            else self._caddie.reply_shared
        )
        return list(answer(replace(message, text=text)).replies)

    def _from_file(self, file: SharedFile, message: Message) -> list[Reply]:
        """Cards from a file of notes dropped in a direct message; elsewhere files are none of Caddie's business."""
        if not message.audience.direct:
            return []
        try:
            notes = read_notes(file.name, self._fetch(file))
        except BadRequest as error:
            language = "zh" if chinese(f"{message.text} {file.name}") else "en"
            values = values_of(language, error)
            return [Refusal(reason="unsupported", say=error.say, values=values, language=language)]
        return list(self._caddie.reply_notes(replace(message, text=f"{file.name}"), notes).replies)

    def _fetch(self, file: SharedFile) -> bytes:
        """The file's bytes. The token goes to Slack's own hosts alone. Raises BadRequest."""
        host = urlsplit(file.url).netloc
        if not (
            host == "files.slack.com" or host.endswith(".slack.com") or host == urlsplit(self._client.base_url).netloc
        ):
            raise _refused(file, "file_elsewhere")
        if file.size > LARGEST_FILE:
            raise _refused(file, "file_large", most=str(LARGEST_FILE // 1_000_000))
        answer = httpx.get(file.url, headers={"Authorization": f"Bearer {self._client.token}"}, timeout=15)
        if answer.status_code != 200 or len(answer.content) > LARGEST_FILE:
            raise _refused(file, "file_unfetched")
        return answer.content

    def _whole_thread(self, arrival: Arrival) -> str:
        """The thread that begins with the message, where Caddie may read it."""
        if not arrival.replies:
            return ""
        try:
            found = self._client.conversations_replies(channel=arrival.said_in, ts=arrival.ts, limit=100)["messages"]
        except SlackApiError:
            log.info("the thread cannot be read; the message alone is logged")
            return ""
        return "\n".join(str(message.get("text") or "") for message in found)


def _refused(file: SharedFile, why: str, **values: str) -> BadRequest:
    return BadRequest("file_refused", BadRequest(why, **values), name=file.name)
