"""Working off arrivals: asking Caddie and bringing the replies to Slack."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from pydantic import ValidationError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.caddie import Caddie, Finished
from bot.domain.audience import DIRECT, Audience
from bot.drafts import Conversation
from bot.errors import BadRequest
from bot.handlers.turn import Message, Press
from bot.inbox import Item
from bot.notes import LARGEST_FILE, read_notes
from bot.replies import Refusal, Reply
from bot.slack.canvases import Canvases
from bot.slack.listeners import Arrival, SharedFile
from bot.slack.posting import Poster
from bot.slack.views import render
from bot.slack.views.forms import values_of
from bot.slack.workspace import Workspace

log = logging.getLogger(__name__)


class Courier:
    """Takes stored arrivals to Caddie and posts what comes back, to the channel or to the asker alone."""

    def __init__(self, caddie: Caddie, client: WebClient, clock: Callable[[], datetime], charts: Path) -> None:
        self._caddie, self._client, self._clock = caddie, client, clock
        self._workspace = Workspace(client)
        self._poster = Poster(client, self._workspace, Canvases(client, caddie.desk.archive), charts, clock)

    def work(self, item: Item) -> None:
        """One arrival, from who said it to the posted replies."""
        arrival = Arrival.model_validate(item.payload)
        if arrival.kind == "message" and not self._for_caddie(arrival):
            return
        if arrival.kind in {"digest", "nudge", "ending"}:
            self._due(arrival)
            return
        arrival, audience = self._at_home(arrival)
        email = self._workspace.email(arrival.user)
        if email is None:
            refused = Refusal(reason="not_allowed", say="unknown_person", values={"email": f"user {arrival.user}"})
            self._poster.post(arrival, refused, audience)
            return
        asked = Press("edit", email, audience, self._thread(arrival), self._clock(), arrival.value or None)
        match arrival.kind:
            case "press":
                press = replace(asked, action=arrival.action, value=arrival.value or None)  # type: ignore[arg-type]
                self._poster.after_press(arrival, self._caddie.press(press).replies, audience)
            case "form":
                self._poster.open(arrival, self._caddie.form(asked), audience)
            case "submission":
                self._poster.after_press(arrival, self._caddie.submit(asked, values_of(arrival.form)).replies, audience)
            case "shared":
                self._poster.post_all(arrival, self._shared(arrival, email, audience), audience)
            case "message" | "command":
                self._poster.post_all(arrival, self._said(arrival, email, audience), audience)
            case "digest" | "nudge" | "ending":
                raise AssertionError("nobody says these")

    def _due(self, arrival: Arrival) -> None:
        """What came due by the clock: a digest for its channel, a morning message, or a word to the digest's maker."""
        if arrival.kind in {"nudge", "ending"}:
            owner, _, aid = arrival.value.partition(" ")
            finished = self._caddie.ending(aid, owner, self._clock()) if arrival.kind == "ending" else self._caddie.nudge(arrival.value, self._clock())
            if finished:
                self.tell(finished)
            return
        audience = self._workspace.audience(arrival.channel)
        finished = self._caddie.digest(arrival.value, audience, self._clock())
        if finished is None:
            return
        if any(isinstance(reply, Refusal) for reply in finished.replies):
            self.tell(finished)
            return
        for reply in finished.replies:
            ts = self._poster.post(arrival, reply, audience)
            if ts:
                self._caddie.follow(f"{self._workspace.team}:{arrival.channel}" + ("" if audience.direct else f":{ts}"), arrival.value, self._clock())

    def check(self, arrival: Arrival) -> dict[str, str]:
        """What is wrong with a filled form, by field."""
        email = self._workspace.email(arrival.user)
        try:
            values = values_of(arrival.form)
        except ValidationError as error:
            return {str(error.errors()[0]["loc"][0]): str(error.errors()[0]["msg"])}
        asked = Press("edit", email or "", DIRECT, "check", self._clock(), arrival.value or None)
        return self._caddie.check(asked, values)

    def _at_home(self, arrival: Arrival) -> tuple[Arrival, Audience]:
        """Where an answer goes: what came without a channel, or about somebody's message, is answered in a direct message."""
        if arrival.kind == "shared" or not arrival.channel:
            home = self._client.conversations_open(users=arrival.user)["channel"]["id"]
            where = arrival.model_copy(update={"said_in": arrival.channel, "channel": home, "direct": True, "thread_ts": None})
            return where, self._workspace.audience(home)
        return arrival, self._workspace.audience(arrival.channel)

    def _said(self, arrival: Arrival, email: str, audience: Audience) -> list[Reply]:
        message = Message(arrival.text, email, audience, self._thread(arrival), self._clock())
        replies: list[Reply] = []
        for file in arrival.files:
            replies += self._from_file(file, message)
        if arrival.text or not arrival.files:
            replies += self._caddie.reply(message).replies
        return replies

    def _from_file(self, file: SharedFile, message: Message) -> list[Reply]:
        """Cards from a file of notes dropped in a direct message; elsewhere files are none of Caddie's business."""
        if not message.audience.direct:
            return []
        try:
            notes = read_notes(file.name, self._fetch(file))
        except BadRequest as error:
            return [Refusal(reason="unsupported", say="sentence", values={"text": str(error)})]
        return list(self._caddie.reply_notes(replace(message, text=f"{file.name}"), notes).replies)

    def _fetch(self, file: SharedFile) -> bytes:
        """The file's bytes. The token goes to Slack's own hosts alone. Raises BadRequest."""
        host = urlsplit(file.url).netloc
        if not (host == "files.slack.com" or host.endswith(".slack.com") or host == urlsplit(self._client.base_url).netloc):
            raise BadRequest(f"{file.name} does not lie with Slack; send it as a file.")
        if file.size > LARGEST_FILE:
            raise BadRequest(f"{file.name} is larger than {LARGEST_FILE // 1_000_000} MB. Send the part that tells about your deals.")
        answer = httpx.get(file.url, headers={"Authorization": f"Bearer {self._client.token}"}, timeout=15)
        if answer.status_code != 200:
            raise BadRequest(f"{file.name} could not be fetched from Slack. Send it again.")
        return answer.content

    def _shared(self, arrival: Arrival, email: str, audience: Audience) -> list[Reply]:
        """The person's own message is read as if said now; other people's words are logged as they are."""
        text = self._whole_thread(arrival) or arrival.text
        message = Message(text, email, audience, self._thread(arrival), self._clock())
        answer = self._caddie.reply if arrival.said_by == arrival.user and text == arrival.text else self._caddie.reply_shared
        return list(answer(message).replies)

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

    def tell(self, finished: Finished) -> None:
        """Say in a direct message what came of a write that had to wait."""
        user = self._client.users_lookupByEmail(email=finished.email)["user"]["id"]
        channel = self._client.conversations_open(users=user)["channel"]["id"]
        for reply in finished.replies:
            view = render(reply)
            self._client.chat_postMessage(channel=channel, text=view.text[:3900], blocks=view.blocks, unfurl_links=False, unfurl_media=False)

    def give_up(self, item: Item) -> None:
        """Tell the person that their message could not be done, with a code that stands in the log too."""
        arrival, code = Arrival.model_validate(item.payload), uuid4().hex[:8]
        log.error("given up %s (code %s)", item.key, code)
        refused = Refusal(reason="unavailable", say="failed", values={"code": code})
        try:
            self._poster.ephemeral(arrival, render(refused))
        except SlackApiError:
            log.exception("the person could not be told (code %s)", code)

    def _for_caddie(self, arrival: Arrival) -> bool:
        """Direct messages, mentions, and what follows in a thread where Caddie talks already."""
        if arrival.direct or arrival.mentioned:
            return True
        return arrival.thread_ts is not None and self._caddie.desk.journal.conversation(self._thread(arrival)) != Conversation()

    def _thread(self, arrival: Arrival) -> str:
        if arrival.direct:
            return f"{arrival.team}:{arrival.channel}"
        return f"{arrival.team}:{arrival.channel}:{arrival.root}"
