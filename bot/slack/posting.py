"""Posting replies where they belong: a thread, a direct message, for one reader alone, a form, a canvas, a file."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.webhook import WebhookClient

from bot.domain.audience import Audience
from bot.prompts import phrase
from bot.replies import AidsFound, Document, LogForm, Refusal, Reply
from bot.slack.attachments import attachment
from bot.slack.canvases import Canvases
from bot.slack.listeners import Arrival
from bot.slack.mrkdwn import escape
from bot.slack.views import View, render
from bot.slack.views.forms import modal
from bot.slack.workspace import Workspace

log = logging.getLogger(__name__)
REPLACES = {"confirm": {"receipt"}, "discard": {"discarded"}, "undo": {"receipt"}, "choose": {"draft", "question"}, "": {"draft"}}


class Poster:
    """Brings the replies to an arrival to Slack, each to those who may see it."""

    def __init__(self, client: WebClient, workspace: Workspace, canvases: Canvases, charts: Path, clock: Callable[[], datetime]) -> None:
        self._client, self._workspace, self._canvases, self._charts, self._clock = client, workspace, canvases, charts, clock

    def post_all(self, arrival: Arrival, replies: Sequence[Reply], audience: Audience) -> None:
        for reply in replies:
            if isinstance(reply, AidsFound) and reply.announced_in:
                self._announce(reply, arrival, audience)
            else:
                self.post(arrival, reply, audience)

    def post(self, arrival: Arrival, reply: Reply, audience: Audience) -> str | None:
        """Post a reply where it belongs; its `ts` where all in the channel see it."""
        view = render(reply)
        if arrival.kind == "command" and arrival.response_url:
            public = reply.audience == "channel" and not audience.direct
            sent = {"text": view.text[:3900], "blocks": view.blocks, "response_type": "in_channel" if public else "ephemeral"}
            self._respond(arrival.response_url, sent)
        elif reply.audience == "ephemeral" and not audience.direct:
            self.ephemeral(arrival, view)
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

    def _announce(self, reply: AidsFound, arrival: Arrival, audience: Audience) -> None:
        """Post an aid in the channels named, within the company; what could not be is told to who asked."""
        view, posted = render(reply), []
        for channel in reply.announced_in:
            name = channel
            try:
                there = self._workspace.audience(channel)
                name = there.channel
                if there.external:
                    self.post(arrival, Refusal(reason="external_audience", say="announce_external", values={"channel": name}, language=reply.language), audience)
                    continue
                self._client.chat_postMessage(channel=channel, text=view.text[:3900], blocks=view.blocks, unfurl_links=False, unfurl_media=False)
                posted.append(f"<#{channel}>")
            except SlackApiError:
                log.info("an announcement could not be posted", exc_info=True)
                self.post(arrival, Refusal(reason="unavailable", say="announce_not_there", values={"channel": name}, language=reply.language), audience)
        if posted:
            text = phrase(reply.language, "announced_in", title=escape(reply.aids[0].title), channels=", ".join(posted))
            try:
                self.ephemeral(arrival, View(text, []))
            except SlackApiError:  # the announcements are out: failing here would post them again
                log.info("who announced could not be told", exc_info=True)

    def ephemeral(self, arrival: Arrival, view: View) -> None:
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

    def after_press(self, arrival: Arrival, replies: tuple[Reply, ...], audience: Audience) -> None:
        """The card becomes what came of it; refusals and fresh cards come beside it."""
        gone = arrival.ephemeral and not arrival.response_url
        for reply in replies:
            if isinstance(reply, LogForm):
                self.open(arrival, reply, audience)
            elif reply.kind in REPLACES.get(arrival.action, ()) and arrival.ts and not gone:
                self._replace(arrival, render(reply))
            else:
                self.post(arrival, reply, audience)

    def open(self, arrival: Arrival, form: Reply, audience: Audience) -> None:
        """Open a form while the trigger lasts; a refusal is told instead."""
        if not isinstance(form, LogForm):
            self.post(arrival, form, audience)
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
            self.post(arrival, Refusal(reason="unavailable", say="form_too_late", language=form.language), audience)

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
