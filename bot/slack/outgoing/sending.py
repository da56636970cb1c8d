"""Sending what the outbox holds, each message once, to those who may still see it."""

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError
from slack_sdk.webhook import WebhookClient

from bot.contract.phrases import phrase
from bot.contract.replies.coaching import Document
from bot.contract.replies.notices import Refusal
from bot.domain.audience import Audience, ChannelKind
from bot.ops import telemetry
from bot.slack.outgoing.canvases import Canvases
from bot.slack.outgoing.composing import Outgoing
from bot.slack.workspace import Workspace
from bot.storage.outbox import Kept, Outbox
from bot.views import render
from bot.views.blocks import with_plain_feedback
from bot.views.mrkdwn import escape

log = logging.getLogger(__name__)
EVENT_TYPE = "caddie_reply"
LOOK_BACK = timedelta(seconds=60)
CLOCKS_APART = 5.0
AUDIENCE_SECONDS = 2.0
REFUSED_FOR_GOOD = {
    "channel_not_found", "not_in_channel", "is_archived", "restricted_action", "user_not_in_channel",
    "message_not_found", "cant_update_message", "edit_window_closed",
    "invalid_arguments", "msg_too_long", "no_text", "thread_not_found", "cannot_reply_to_message",
    "messages_tab_disabled",
    "restricted_action_read_only_channel", "restricted_action_thread_only_channel",
    "restricted_action_non_threadable_channel",
}  # fmt: skip
BLOCKS_REFUSED = {"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"}
STOPPED = {"message_not_in_streaming_state", "stopped_by_user"}
NO_RIGHT = {
    "missing_scope",
    "channel_not_found",
    "not_in_channel",
    "no_permission",
    "method_not_supported_for_channel_type",
    "thread_not_found",
}


class Sender:
    """Sends for one workspace.

    What a crash or a broken connection left open is looked for in Slack by the key in its metadata before it is sent
    again. What only one person sees cannot be looked for: it is sent again with a word that it may come twice.
    """

    def __init__(
        self, client: WebClient, workspace: Workspace, canvases: Canvases, outbox: Outbox, clock: Callable[[], datetime]
    ) -> None:
        self._client, self._workspace, self._canvases, self._outbox, self._clock = (
            client,
            workspace,
            canvases,
            outbox,
            clock,
        )

    def send(self, item: str, *, first_time: bool) -> None:
        """Send all that is open of an item, in order. Raises what Slack raises; what was sent by then is kept as
        sent.
        """
        for kept in self._outbox.open(item):
            message = self._addressed(Outgoing.model_validate(kept.body))
            there = None if first_time else self._standing(kept, message)
            if there:
                self._outbox.sent(kept, there)
                continue
            try:
                with telemetry.span("send", way=message.way):
                    self._send(kept, self._for_those_who_may(message), again=not first_time)
            except SlackApiError as error:
                code = str(error.response.get("error"))
                if code in BLOCKS_REFUSED and message.blocks:
                    self._send_simpler(kept, message, code, again=not first_time)
                    continue
                if code not in REFUSED_FOR_GOOD:
                    raise
                telemetry.sent.labels(message.way, "refused").inc()
                log.error("Slack refuses a message for good (%s): item %s, message %d", code, kept.item, kept.n)
                self._outbox.sent(kept, None, state="refused")

    def _addressed(self, message: Outgoing) -> Outgoing:
        """With the direct conversation of whom it is for. Raises SlackApiError where nobody here has the e-mail."""
        if not message.to:
            return message
        user = self._workspace.user(message.to)
        return message.model_copy(update={"user": user, "channel": self._workspace.home(user)})

    def _send_simpler(self, kept: Kept, message: Outgoing, code: str, *, again: bool) -> None:
        """A message whose blocks were refused: with ordinary buttons, and where that was not it, as text alone."""
        simpler = with_plain_feedback(message.blocks)
        if simpler != message.blocks:
            try:
                self._send(kept, self._for_those_who_may(message.model_copy(update={"blocks": simpler})), again=again)
                return
            except SlackApiError as error:
                if error.response.get("error") not in BLOCKS_REFUSED:
                    raise
        log.error(
            "Slack refuses the blocks of a message (%s); its text goes out alone: item %s, message %d",
            code,
            kept.item,
            kept.n,
        )
        self._send(kept, self._for_those_who_may(message.model_copy(update={"blocks": []})), again=again)

    def _send(self, kept: Kept, message: Outgoing, *, again: bool) -> None:
        thread_ts = message.thread_ts or (
            self._outbox.ts(kept.item, message.under) if message.under is not None else None
        )
        shown: dict[str, Any] = {"text": message.text, "blocks": message.blocks}
        ts: str | None = None
        doubted = again and message.way in {"ephemeral", "respond"} and not message.ts
        if doubted:
            shown["blocks"] = [
                *message.blocks,
                {"type": "context", "elements": [{"type": "mrkdwn", "text": phrase(message.language, "sent_again")}]},
            ][-50:]
        match message.way:
            case "post":
                ts = self._post(kept, message.channel, thread_ts, **shown)
            case "ephemeral":
                self._client.chat_postEphemeral(
                    channel=message.channel, user=message.user, thread_ts=thread_ts, **shown
                )
            case "respond":
                self._respond(message, shown)
            case "update":
                ts = str(self._client.chat_update(channel=message.channel, ts=message.ts, **shown)["ts"])
            case "finish":
                ts = self._finish(message, shown)
            case "file":
                self._share(message, thread_ts, kept.data)
            case "canvas":
                ts = self._canvas(kept, message, thread_ts)
        telemetry.sent.labels(message.way, "doubted" if doubted else "sent").inc()
        self._outbox.sent(kept, ts, doubted=doubted)

    def _finish(self, message: Outgoing, shown: dict[str, Any]) -> str:
        """The message that grew becomes the whole answer; it may have stopped growing by itself."""
        try:
            self._client.chat_stopStream(channel=message.channel, ts=message.ts)
        except SlackApiError as error:
            if error.response.get("error") not in STOPPED:
                raise
        return str(self._client.chat_update(channel=message.channel, ts=message.ts, **shown)["ts"])

    def at_once(self, message: Outgoing) -> None:
        """Send something that is lost where it cannot be sent now."""
        if message.way == "respond":
            self._respond(message, {"text": message.text, "blocks": message.blocks})
        else:
            self._client.chat_postEphemeral(
                channel=message.channel,
                user=message.user,
                thread_ts=message.thread_ts,
                text=message.text,
                blocks=message.blocks,
            )

    def _post(self, kept: Kept, channel: str, thread_ts: str | None, **shown: Any) -> str:
        marked = {"event_type": EVENT_TYPE, "event_payload": {"key": kept.key}}
        answer = self._client.chat_postMessage(
            channel=channel, thread_ts=thread_ts, metadata=marked, unfurl_links=False, unfurl_media=False, **shown
        )
        return str(answer["ts"])

    def _respond(self, message: Outgoing, shown: dict[str, Any]) -> None:
        """Answer to a response_url; where that has run out, the person is told in the place itself."""
        at, own = urlsplit(message.url), urlsplit(self._client.base_url)
        if not (at.scheme == "https" and (at.hostname or "").endswith(".slack.com")) and at.netloc != own.netloc:
            raise SlackApiError("the response_url is not Slack's", {"ok": False, "error": "invalid_arguments"})  # type: ignore[no-untyped-call]
        how = (
            {"replace_original": True}
            if message.ts
            else {"response_type": "in_channel" if message.public else "ephemeral"}
        )
        response = WebhookClient(message.url, retry_handlers=[]).send_dict({**shown, **how})
        if response.status_code == 429 or response.status_code >= 500:
            raise SlackApiError(
                f"response_url answered {response.status_code}", {"ok": False, "error": "service_unavailable"}
            )  # type: ignore[no-untyped-call]
        if response.status_code != 200:
            self._client.chat_postEphemeral(channel=message.channel, user=message.user, **shown)

    def _share(self, message: Outgoing, thread_ts: str | None, data: bytes | None) -> None:
        """A file in the thread; the message stands without it where it cannot be shared."""
        try:
            self._client.files_upload_v2(
                channel=message.channel,
                thread_ts=thread_ts,
                file=data or b"",
                filename=message.name,
                title=message.text,
                alt_txt=message.alt,
            )
        except (SlackApiError, SlackRequestError) as error:
            if isinstance(error, SlackApiError) and error.response.get("error") == "ratelimited":
                raise
            log.warning("a file could not be shared in Slack; the message stands without it", exc_info=True)

    def _canvas(self, kept: Kept, message: Outgoing, thread_ts: str | None) -> str | None:
        """The document as a canvas to work on, told in its thread; as a file where there can be none."""
        document = Document.model_validate(message.document)
        reader = message.user if message.seen_by is None else None
        address = self._canvases.share(document, message.channel, reader, self._clock().date())
        if address is None:
            self._share(message, thread_ts, kept.data)
            return None
        text = phrase(document.language, "doc_canvas", title=escape(document.title), address=address)
        return self._post(kept, message.channel, thread_ts, text=text)

    def _for_those_who_may(self, message: Outgoing) -> Outgoing:
        """The message as it is, or for the asker alone where others read the channel since the answer was made."""
        then = message.seen_by
        if then is None or then.external:
            return message
        now = self._workspace.audience(message.channel, AUDIENCE_SECONDS)
        if not widened(then, now):
            return message
        log.warning("a channel has other readers than when the question was asked; the answer goes to the asker alone")
        alone: dict[str, Any] = {
            "way": message.way if message.way in {"respond", "finish"} else "ephemeral",
            "public": False,
            "seen_by": None,
        }
        if now.external or message.way in {"file", "canvas", "finish"}:
            view = render(
                Refusal(
                    reason="external_audience",
                    say="external" if now.external else "readers_changed",
                    language=message.language,
                )
            )
            alone |= {"text": view.text, "blocks": view.blocks}
        return message.model_copy(update=alone)

    def _standing(self, kept: Kept, message: Outgoing) -> str | None:
        """The ts of a message that an earlier try may have brought to Slack; None where it is not there.

        Raises what Slack raises: without looking, nothing is sent again.
        """
        if message.way not in {"post", "file", "canvas"}:
            return None
        thread_ts = message.thread_ts or (
            self._outbox.ts(kept.item, message.under) if message.under is not None else None
        )
        try:
            for found in self._since(message.channel, thread_ts, kept.made_at - LOOK_BACK):
                if ((found.get("metadata") or {}).get("event_payload") or {}).get("key") == kept.key:
                    return str(found["ts"])
                shared = (
                    found.get("files")
                    if found.get("bot_id")
                    and message.way != "post"
                    and float(found["ts"]) > kept.made_at.timestamp() - CLOCKS_APART
                    else None
                )
                if any(file.get("title") == message.text for file in shared or ()):
                    return str(found["ts"])
        except SlackApiError as error:
            if error.response.get("error") not in NO_RIGHT:
                raise
            log.warning("whether a message stands in Slack already cannot be seen (%s)", error.response.get("error"))
        return None

    def _since(self, channel: str, thread_ts: str | None, moment: datetime) -> Iterable[dict[str, Any]]:
        asked: dict[str, Any] = {
            "channel": channel,
            "oldest": f"{moment.timestamp():.6f}",
            "inclusive": True,
            "include_all_metadata": True,
            "limit": 200,
        }
        cursor = ""
        while True:
            page = (
                self._client.conversations_replies(ts=thread_ts, cursor=cursor, **asked)
                if thread_ts
                else self._client.conversations_history(cursor=cursor, **asked)
            )
            yield from page.get("messages") or ()
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return


def widened(then: Audience, now: Audience) -> bool:
    """Whether somebody reads a channel now who did not when the answer was made."""
    order = [ChannelKind.DIRECT, ChannelKind.PRIVATE, ChannelKind.PUBLIC, ChannelKind.EXTERNAL]
    if order.index(now.kind) != order.index(then.kind):
        return order.index(now.kind) > order.index(then.kind)
    if then.members is None or now.members is None:
        return then.members is not None
    return not now.members <= then.members
