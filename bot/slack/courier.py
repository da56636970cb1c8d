"""Working off arrivals: asking Caddie and bringing the replies to Slack."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx
from pydantic import ValidationError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.webhook import WebhookClient

from bot.caddie import Caddie, Finished
from bot.domain.audience import DIRECT, Audience
from bot.drafts import Conversation
from bot.errors import BadRequest
from bot.handlers.turn import Message, Press
from bot.inbox import Item
from bot.notes import LARGEST_FILE, read_notes
from bot.prompts import phrase
from bot.replies import AidsFound, Document, LogForm, Refusal, Reply
from bot.slack.attachments import attachment
from bot.slack.canvases import Canvases
from bot.slack.listeners import Arrival, SharedFile
from bot.slack.mrkdwn import escape
from bot.slack.views import View, render
from bot.slack.views.forms import modal, values_of
from bot.slack.workspace import Workspace

log = logging.getLogger(__name__)
REPLACES = {"confirm": {"receipt"}, "discard": {"discarded"}, "undo": {"receipt"}, "choose": {"draft", "question"}, "": {"draft"}}


class Courier:
    """Takes stored arrivals to Caddie and posts what comes back, to the channel or to the asker alone."""

    def __init__(self, caddie: Caddie, client: WebClient, clock: Callable[[], datetime], charts: Path) -> None:
        self._caddie, self._client, self._clock, self._charts = caddie, client, clock, charts
        self._workspace, self._canvases = Workspace(client), Canvases(client, caddie.desk.archive)

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
            self._post(arrival, refused, audience)
            return
        asked = Press("edit", email, audience, self._thread(arrival), self._clock(), arrival.value or None)
        match arrival.kind:
            case "press":
                press = replace(asked, action=arrival.action, value=arrival.value or None)  # type: ignore[arg-type]
                self._after_press(arrival, self._caddie.press(press).replies, audience)
            case "form":
                self._open(arrival, self._caddie.form(asked), audience)
            case "submission":
                self._after_press(arrival, self._caddie.submit(asked, values_of(arrival.form)).replies, audience)
            case "shared":
                self._post_all(arrival, self._shared(arrival, email, audience), audience)
            case "message" | "command":
                self._post_all(arrival, self._said(arrival, email, audience), audience)
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
            ts = self._post(arrival, reply, audience)
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

    def _open(self, arrival: Arrival, form: Reply, audience: Audience) -> None:
        """Open a form while the trigger lasts; a refusal is told instead."""
        if not isinstance(form, LogForm):
            self._post(arrival, form, audience)
            return
        about: dict[str, str | None] = {"ref": form.ref, "channel": arrival.channel, "ts": arrival.ts, "thread_ts": arrival.thread_ts} if form.ref else {}
        if form.about:  # the card comes beside the report that the form was opened from, not in its place
            about |= {"ts": None, "thread_ts": arrival.thread_ts or (None if arrival.direct or arrival.ephemeral else arrival.ts)}
        known = {name: value for name, value in about.items() if value}
        try:
            self._client.views_open(trigger_id=arrival.trigger_id, view=modal(form, known | ({"ephemeral": "1"} if arrival.ephemeral else {})))
        except SlackApiError as error:
            if error.response.get("error") not in {"expired_trigger_id", "exchanged_trigger_id", "trigger_expired", "trigger_exchanged"}:
                raise
            self._post(arrival, Refusal(reason="unavailable", say="form_too_late", language=form.language), audience)

    def _post_all(self, arrival: Arrival, replies: list[Reply], audience: Audience) -> None:
        for reply in replies:
            if isinstance(reply, AidsFound) and reply.announced_in:
                self._announce(reply, arrival, audience)
            else:
                self._post(arrival, reply, audience)

    def _announce(self, reply: AidsFound, arrival: Arrival, audience: Audience) -> None:
        """Post an aid in the channels named, within the company; what could not be is told to who asked."""
        view, posted = render(reply), []
        for channel in reply.announced_in:
            name = channel
            try:
                there = self._workspace.audience(channel)
                name = there.channel
                if there.external:
                    self._post(arrival, Refusal(reason="external_audience", say="announce_external", values={"channel": name}, language=reply.language), audience)
                    continue
                self._client.chat_postMessage(channel=channel, text=view.text[:3900], blocks=view.blocks, unfurl_links=False, unfurl_media=False)
                posted.append(f"<#{channel}>")
            except SlackApiError:
                log.info("an announcement could not be posted", exc_info=True)
                self._post(arrival, Refusal(reason="unavailable", say="announce_not_there", values={"channel": name}, language=reply.language), audience)
        if posted:
            text = phrase(reply.language, "announced_in", title=escape(reply.aids[0].title), channels=", ".join(posted))
            self._client.chat_postMessage(channel=arrival.channel, text=text, thread_ts=_thread_of(arrival, audience))

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
            self._ephemeral(arrival, render(refused))
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

    def _post(self, arrival: Arrival, reply: Reply, audience: Audience) -> str | None:
        """Post a reply where it belongs; its `ts` where all in the channel see it."""
        view = render(reply)
        if arrival.kind == "command" and arrival.response_url:
            public = reply.audience == "channel" and not audience.direct
            sent = {"text": view.text[:3900], "blocks": view.blocks, "response_type": "in_channel" if public else "ephemeral"}
            self._respond(arrival.response_url, sent)
        elif reply.audience == "ephemeral" and not audience.direct:
            self._ephemeral(arrival, view)
        else:
            posted = self._client.chat_postMessage(
                channel=arrival.channel,
                text=view.text[:3900],
                blocks=view.blocks,
                thread_ts=_thread_of(arrival, audience),
                metadata={"event_type": "caddie_reply", "event_payload": {"key": arrival.key}},
                unfurl_links=False,
                unfurl_media=False,
            )
            thread_ts = _thread_of(arrival, audience) or (None if audience.direct else str(posted["ts"]))
            if not (isinstance(reply, Document) and self._canvas(reply, arrival, audience, thread_ts)):
                self._attach(reply, arrival.channel, thread_ts)
            return str(posted["ts"])
        return None

    def _canvas(self, document: Document, arrival: Arrival, audience: Audience, thread_ts: str | None) -> bool:
        """The document as a canvas to work on, told in its thread; False where there can be none."""
        address = self._canvases.share(document, arrival.channel, arrival.user if audience.direct else None, self._clock().date())
        if address is None:
            return False
        text = phrase(document.language, "doc_canvas", title=escape(document.title), address=address)
        self._client.chat_postMessage(channel=arrival.channel, text=text, thread_ts=thread_ts, unfurl_media=False)
        return True

    def _attach(self, reply: Reply, channel: str, thread_ts: str | None) -> None:
        """The chart or the document of a reply as a file in its thread, where all who read it may see the reply too."""
        file = attachment(reply, self._charts)
        if file is None:
            return
        try:
            self._client.files_upload_v2(channel=channel, thread_ts=thread_ts, file=file.data, filename=file.name, title=file.title, alt_txt=file.alt)
        except (SlackApiError, SlackRequestError, OSError):  # the message is out: failing here would post it again
            log.warning("a file could not be shared in Slack; the message stands without it", exc_info=True)

    def _ephemeral(self, arrival: Arrival, view: View) -> None:
        if arrival.kind == "command" and arrival.response_url:
            self._respond(arrival.response_url, {"text": view.text[:3900], "blocks": view.blocks, "response_type": "ephemeral"})
            return
        self._client.chat_postEphemeral(
            channel=arrival.channel,
            user=arrival.user,
            text=view.text[:3900],
            blocks=view.blocks,
            thread_ts=arrival.thread_ts,
        )

    def _after_press(self, arrival: Arrival, replies: tuple[Reply, ...], audience: Audience) -> None:
        """The card becomes what came of it; refusals and fresh cards come beside it."""
        gone = arrival.ephemeral and not arrival.response_url
        for reply in replies:
            if isinstance(reply, LogForm):
                self._open(arrival, reply, audience)
            elif reply.kind in REPLACES.get(arrival.action, ()) and arrival.ts and not gone:
                self._replace(arrival, render(reply))
            else:
                self._post(arrival, reply, audience)

    def _replace(self, arrival: Arrival, view: View) -> None:
        if arrival.ephemeral and arrival.response_url:
            self._respond(arrival.response_url, {"text": view.text[:3900], "blocks": view.blocks, "replace_original": True})
            return
        self._client.chat_update(channel=arrival.channel, ts=arrival.ts, text=view.text[:3900], blocks=view.blocks)

    def _respond(self, url: str, body: dict[str, Any]) -> None:
        response = WebhookClient(url, retry_handlers=[]).send_dict(body)
        if response.status_code != 200:
            raise SlackApiError(f"response_url answered {response.status_code}", response)  # type: ignore[no-untyped-call]


def _thread_of(arrival: Arrival, audience: Audience) -> str | None:
    """The thread that an answer belongs to; a message that one person alone sees can begin none."""
    if audience.direct or arrival.ephemeral:
        return arrival.thread_ts
    return arrival.root or None
