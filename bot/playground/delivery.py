"""Delivering events and interactions as Slack does: signed over HTTP or as envelopes over a socket, again where
unanswered.
"""

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import httpx

from bot.playground.records import Posted
from bot.playground.workspace import BOT_ID, BOT_USER, TEAM, SlackWorkspace

PATIENCE_SECONDS = 3.0


def signature(secret: str, stamp: str, body: bytes) -> str:
    """Slack's v0 signature: HMAC-SHA256 over version, timestamp and raw body."""
    return "v0=" + hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()


@dataclass
class Deliverer:
    """Sends to the app's request URL, or through `socket` where a client is connected."""

    workspace: SlackWorkspace
    secret: str
    request_url: str
    retry_after: Sequence[float] = (0.0, 60.0, 300.0)
    socket: Callable[[dict[str, Any]], bool] | None = None
    base_url: str = ""
    answers: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._ids = itertools.count(1)
        self._http = httpx.Client(timeout=PATIENCE_SECONDS)

    def say(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Posted:
        """A person says something; a mention makes two events, as in Slack."""
        posted = self.workspace.say(user, channel, text, thread_ts)
        kinds = ["app_mention", "message"] if f"<@{BOT_USER}>" in text else ["message"]
        for kind in kinds:
            self.deliver(self.event(posted, kind))
        return posted

    def event(self, posted: Posted, kind: str = "message") -> dict[str, Any]:
        """The event_callback for a message."""
        channel = self.workspace.channels[posted.channel]
        event = {
            "type": kind,
            "user": posted.user,
            "text": posted.text,
            "ts": posted.ts,
            "channel": posted.channel,
            "event_ts": posted.ts,
        }
        if kind == "message":
            event["channel_type"] = {"im": "im", "private": "group"}.get(channel.kind, "channel")
        if posted.thread_ts:
            event["thread_ts"] = posted.thread_ts
        return self.callback(event)

    def callback(self, event: dict[str, Any]) -> dict[str, Any]:
        """The event_callback around an event."""
        return {
            "type": "event_callback",
            "token": "unused",
            "team_id": TEAM,
            "api_app_id": "A0PLAY",
            "event_id": f"Ev{next(self._ids):08d}",
            "event_time": int(time.time()),
            "authorizations": [{"team_id": TEAM, "user_id": BOT_USER, "is_bot": True}],
            "event": event,
        }

    def deliver(self, body: dict[str, Any]) -> bool:
        """Deliver an event until it is answered with 200 within three seconds, or give up after the last retry."""
        if self.socket and self.socket({"type": "events_api", "payload": body, "accepts_response_payload": False}):
            return True
        for attempt, wait in enumerate((None, *self.retry_after)):
            if wait:
                time.sleep(wait)
            extra = {"X-Slack-Retry-Num": str(attempt), "X-Slack-Retry-Reason": "http_error"} if attempt else {}
            if self._post(json.dumps(body).encode(), "application/json", extra) == 200:
                return True
        return False

    def press(self, user: str, message: Posted, action_id: str, value: str, *, selected: bool = False) -> int:
        """A person presses a button or chooses in a menu."""
        action: dict[str, Any] = {
            "action_id": action_id,
            "block_id": "b",
            "type": "button",
            "value": value,
            "action_ts": self.workspace.stamp(),
        }
        if selected:
            chosen = {"text": {"type": "plain_text", "text": value}, "value": value}
            action = {**action, "type": "static_select", "selected_option": chosen}
            del action["value"]
        shown = {"ts": message.ts, "text": message.text, "bot_id": BOT_ID, "user": BOT_USER}
        if message.thread_ts:
            shown["thread_ts"] = message.thread_ts
        container = {
            "type": "message",
            "message_ts": message.ts,
            "channel_id": message.channel,
            "is_ephemeral": message.only_for is not None,
        }
        body = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "api_app_id": "A0PLAY",
            "container": container,
            "channel": {"id": message.channel},
            "message": shown,
            "trigger_id": self.workspace.trigger(user),
            "response_url": f"{self.base_url}/respond/{self.workspace.response_url(message.channel, user, message.ts)}",
            "actions": [action],
        }
        return self._interactive(body)

    def home_opened(self, user: str, tab: str = "home") -> None:
        """A person opens a tab of the app."""
        event: dict[str, Any] = {
            "type": "app_home_opened",
            "user": user,
            "channel": self.workspace.direct(user).id,
            "tab": tab,
            "event_ts": self.workspace.stamp(),
        }
        if tab == "home" and user in self.workspace.homes:
            event["view"] = self.workspace.homes[user]
        self.deliver(self.callback(event))

    def press_home(self, user: str, action_id: str, value: str) -> int:
        """A person presses a button of their Home: no channel and no message come with it."""
        view = self.workspace.homes[user]
        action = {
            "action_id": action_id,
            "block_id": "b",
            "type": "button",
            "value": value,
            "action_ts": self.workspace.stamp(),
        }
        body = {
            "type": "block_actions",
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "api_app_id": "A0PLAY",
            "container": {"type": "view", "view_id": view["id"]},
            "view": view,
            "trigger_id": self.workspace.trigger(user),
            "actions": [action],
        }
        return self._interactive(body)

    def react(self, user: str, message: Posted, name: str) -> None:
        """A person adds a reaction to a message."""
        message.reactions.setdefault(name, []).append(user)
        item = {"type": "message", "channel": message.channel, "ts": message.ts}
        self.deliver(
            self.callback(
                {
                    "type": "reaction_added",
                    "user": user,
                    "reaction": name,
                    "item_user": message.user,
                    "item": item,
                    "event_ts": self.workspace.stamp(),
                }
            )
        )

    def share_links(self, posted: Posted, urls: Sequence[str]) -> None:
        """Links of the app's domains stand in a message."""
        links = [{"domain": urlsplit(url).netloc, "url": url} for url in urls]
        event = {
            "type": "link_shared",
            "user": posted.user,
            "channel": posted.channel,
            "message_ts": posted.ts,
            "links": links,
            "event_ts": self.workspace.stamp(),
        }
        event |= {"source": "conversations_history", "unfurl_id": f"{posted.channel}.{posted.ts}"}
        self.deliver(self.callback(event))

    def shortcut(self, user: str, callback_id: str, message: Posted | None = None) -> int:
        """A person uses a shortcut, global or on a message."""
        body: dict[str, Any] = {
            "type": "message_action" if message else "shortcut",
            "callback_id": callback_id,
            "team": {"id": TEAM},
            "user": {"id": user, "team_id": TEAM},
            "trigger_id": self.workspace.trigger(user),
            "action_ts": self.workspace.stamp(),
        }
        if message:
            replies = sum(p.thread_ts == message.ts for p in self.workspace.posted)
            shown = {
                "type": "message",
                "user": message.user,
                "ts": message.ts,
                "text": message.text,
                "reply_count": replies,
            }
            address = self.workspace.response_url(message.channel, user, message.ts)
            body |= {
                "channel": {"id": message.channel},
                "message": shown | ({"thread_ts": message.thread_ts} if message.thread_ts else {}),
                "message_ts": message.ts,
                "response_url": f"{self.base_url}/respond/{address}",
            }
        return self._interactive(body)

    def submit(self, user: str, view_id: str, values: dict[str, str]) -> dict[str, str]:
        """A person submits an open view; the errors shown in it, by block, or nothing and the view closes."""
        opened = self.workspace.views.get(view_id)
        if opened is None or opened.user != user:
            return {"view": "not_found"}
        state: dict[str, Any] = {}
        for block in opened.view["blocks"]:
            element = block.get("element") or {}
            value = values.get(block["block_id"]) or None
            if value is None and not block.get("optional"):
                return {block["block_id"]: "Please complete this required field."}
            match element.get("type"):
                case "static_select":
                    chosen: dict[str, Any] = {"selected_option": {"value": value} if value else None}
                case "datepicker":
                    chosen = {"selected_date": value}
                case _:
                    chosen = {"value": value}
            state[block["block_id"]] = {element.get("action_id"): {"type": element.get("type"), **chosen}}
        view = {**opened.view, "id": view_id, "hash": self.workspace.stamp(), "state": {"values": state}}
        body = {"type": "view_submission", "team": {"id": TEAM}, "user": {"id": user, "team_id": TEAM}, "view": view}
        answer = self._answer(
            urlencode({"payload": json.dumps(body)}).encode(), "application/x-www-form-urlencoded", {}
        )
        if answer is None or answer.status_code != 200:
            return {"view": "We had some trouble connecting. Try again?"}
        told = answer.json() if answer.content else {}
        if told.get("response_action") == "errors":
            errors: dict[str, str] = told["errors"]
            return errors
        del self.workspace.views[view_id]
        return {}

    def drop(self, user: str, channel: str, name: str, data: bytes, text: str = "") -> Posted:
        """A person drops a file into a conversation."""
        uploaded = self.workspace.upload(name, data)
        posted = self.workspace.say(user, channel, text or f"📎 {name}")
        body = self.event(posted)
        url = f"{self.base_url}/files/{uploaded.id}"
        body["event"] |= {
            "subtype": "file_share",
            "text": text,
            "files": [{"id": uploaded.id, "name": name, "size": len(data), "url_private_download": url}],
        }
        self.deliver(body)
        return posted

    def _interactive(self, body: dict[str, Any]) -> int:
        if self.socket and self.socket({"type": "interactive", "payload": body, "accepts_response_payload": True}):
            return 200
        return self._post(urlencode({"payload": json.dumps(body)}).encode(), "application/x-www-form-urlencoded", {})

    def command(self, user: str, channel: str, text: str) -> int:
        """A person types /caddie TEXT."""
        body = {
            "command": "/caddie",
            "text": text,
            "team_id": TEAM,
            "user_id": user,
            "channel_id": channel,
            "api_app_id": "A0PLAY",
            "trigger_id": self.workspace.trigger(user),
            "response_url": f"{self.base_url}/respond/{self.workspace.response_url(channel, user, None)}",
        }
        if self.socket and self.socket({"type": "slash_commands", "payload": body, "accepts_response_payload": True}):
            return 200
        return self._post(urlencode(body).encode(), "application/x-www-form-urlencoded", {})

    def _post(self, body: bytes, content_type: str, extra: dict[str, str]) -> int:
        answer = self._answer(body, content_type, extra)
        return answer.status_code if answer is not None else 0

    def _answer(self, body: bytes, content_type: str, extra: dict[str, str]) -> httpx.Response | None:
        stamp = str(int(time.time()))
        headers = {
            "Content-Type": content_type,
            "X-Slack-Request-Timestamp": stamp,
            "X-Slack-Signature": signature(self.secret, stamp, body),
            **extra,
        }
        try:
            answer = self._http.post(self.request_url, content=body, headers=headers)
        except httpx.HTTPError:
            self.answers.append(0)
            return None
        self.answers.append(answer.status_code)
        return answer
