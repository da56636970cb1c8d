"""Working off arrivals: asking Caddie and bringing the replies to Slack."""

import logging
from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import uuid4

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from bot.caddie import Caddie, Finished
from bot.domain.audience import Audience
from bot.drafts import Conversation
from bot.handlers.turn import Message, Press
from bot.inbox import Item
from bot.replies import Refusal, Reply
from bot.slack.listeners import Arrival
from bot.slack.views import View, render
from bot.slack.workspace import Workspace

log = logging.getLogger(__name__)
REPLACES = {"confirm": {"receipt"}, "discard": {"discarded"}, "undo": {"receipt"}, "choose": {"draft", "question"}}


class Courier:
    """Takes stored arrivals to Caddie and posts what comes back, to the channel or to the asker alone."""

    def __init__(self, caddie: Caddie, client: WebClient, clock: Callable[[], datetime]) -> None:
        self._caddie, self._client, self._clock = caddie, client, clock
        self._workspace = Workspace(client)

    def work(self, item: Item) -> None:
        """One arrival, from who said it to the posted replies."""
        arrival = Arrival.model_validate(item.payload)
        if arrival.kind == "message" and not self._for_caddie(arrival):
            return
        email = self._workspace.email(arrival.user)
        audience = self._workspace.audience(arrival.channel)
        if email is None:
            refused = Refusal(reason="not_allowed", say="unknown_person", values={"email": f"user {arrival.user}"})
            self._post(arrival, refused, audience)
            return
        thread = self._thread(arrival)
        if arrival.kind == "press":
            press = Press(arrival.action, email, audience, thread, self._clock(), arrival.value or None, arrival.value or None)  # type: ignore[arg-type]
            answered = self._caddie.press(press)
            self._after_press(arrival, answered.replies, audience)
            return
        answered = self._caddie.reply(Message(arrival.text, email, audience, thread, self._clock()))
        for reply in answered.replies:
            self._post(arrival, reply, audience)

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

    def _post(self, arrival: Arrival, reply: Reply, audience: Audience) -> None:
        view = render(reply)
        if arrival.kind == "command" and arrival.response_url:
            public = reply.audience == "channel" and not audience.direct
            sent = {"text": view.text[:3900], "blocks": view.blocks, "response_type": "in_channel" if public else "ephemeral"}
            self._respond(arrival.response_url, sent)
        elif reply.audience == "ephemeral" and not audience.direct:
            self._ephemeral(arrival, view)
        else:
            self._client.chat_postMessage(
                channel=arrival.channel,
                text=view.text[:3900],
                blocks=view.blocks,
                thread_ts=arrival.thread_ts if audience.direct else arrival.root,
                metadata={"event_type": "caddie_reply", "event_payload": {"key": arrival.key}},
                unfurl_links=False,
                unfurl_media=False,
            )

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
        for reply in replies:
            if reply.kind in REPLACES.get(arrival.action, ()) and arrival.ts:
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

