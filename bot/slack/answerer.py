"""Working off arrivals: asking Caddie once, keeping the answers, and having them sent."""

import json
import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from http.client import HTTPException
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from pydantic import ValidationError
from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.caddie import Caddie
from bot.contract.drafts import Conversation
from bot.contract.message import Action, Finished, Message, Press
from bot.contract.replies.base import Reply
from bot.contract.replies.cards import LogForm
from bot.contract.replies.notices import Refusal
from bot.domain.audience import DIRECT, Audience
from bot.domain.text import chinese
from bot.handlers.digests import due
from bot.ops import telemetry
from bot.slack.intake.arrival import Arrival
from bot.slack.intake.hearing import Hearing
from bot.slack.outgoing.canvases import Canvases
from bot.slack.outgoing.composing import TEXT_MOST, Composer, Outgoing, Sending
from bot.slack.outgoing.sending import AUDIENCE_SECONDS, Sender, widened
from bot.slack.outgoing.surfaces import Growing, Place, Surfaces
from bot.slack.workspace import Workspace
from bot.storage.inbox import Item
from bot.storage.outbox import GROWING, Outbox
from bot.views import render
from bot.views.forms import modal, values_of

log = logging.getLogger(__name__)
TOO_LATE = {"expired_trigger_id", "exchanged_trigger_id", "invalid_trigger_id", "trigger_expired", "trigger_exchanged"}
TOKEN_TROUBLE = ("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired")
"""Somebody has to set another token; what waits goes out then."""


def away(error: Exception) -> bool:
    """Whether an error says that Slack cannot be reached or will not listen now, which passes; other errors come
    again.
    """
    if isinstance(error, SlackApiError):
        status = getattr(error.response, "status_code", 200)
        return (
            status == 429
            or status >= 500
            or error.response.get("error")
            in {
                "ratelimited",
                "internal_error",
                "fatal_error",
                "service_unavailable",
                "request_timeout",
                *TOKEN_TROUBLE,
            }
        )
    return isinstance(error, OSError | HTTPException | httpx.TransportError)


def told(finished: Finished) -> list[Sending]:
    """Replies for somebody's direct conversation, wherever that is."""
    made = [render(reply) for reply in finished.replies]
    return [
        (Outgoing(way="post", to=finished.email, text=view.text[:TEXT_MOST], blocks=view.blocks), None) for view in made
    ]


def kept_form(sendings: Sequence[Sending], team: str) -> list[tuple[dict[str, Any], str, bytes | None]]:
    """What is to be sent as the outbox keeps it."""
    return [
        (
            out.model_copy(update={"team": team if out.channel else ""}).model_dump(mode="json", exclude_defaults=True),
            out.channel,
            data,
        )
        for out, data in sendings
    ]


def _in_place(made: list[Sending], ts: str) -> list[Sending]:
    """The first message of an answer that has begun to grow takes the place of what grew."""
    first = next((n for n, (out, _) in enumerate(made) if out.way == "post"), None)
    return [
        (out.model_copy(update={"way": "finish", "ts": ts}), data) if n == first else (out, data)
        for n, (out, data) in enumerate(made)
    ]


class Answerer:
    """Takes stored arrivals to Caddie, once each, and has what comes back sent to the channel or to the asker alone."""

    def __init__(
        self, caddie: Caddie, client: WebClient, outbox: Outbox, clock: Callable[[], datetime], charts: Path
    ) -> None:
        self._caddie, self._client, self._outbox, self._clock = caddie, client, outbox, clock
        self._workspace = Workspace(client)
        self._composer = Composer(self._workspace, charts)
        self._hearing = Hearing(caddie, client)
        self._surfaces = Surfaces(client)
        self._homes: set[str] = set()
        self._sender = Sender(client, self._workspace, Canvases(client, caddie.desk.documents), outbox, clock)

    def work(self, item: Item, arrival: Arrival) -> None:
        """One arrival, from who said it to the sent replies; a second try sends what is left and asks nothing again."""
        began, outcome = time.perf_counter(), "failed"
        try:
            with telemetry.span("work", kind=arrival.kind, attempt=item.attempt):
                self._work(item, arrival)
            outcome = "done"
        finally:
            telemetry.worked.labels(arrival.kind, outcome).observe(time.perf_counter() - began)

    def _work(self, item: Item, arrival: Arrival) -> None:
        if arrival.kind in {"home", "prompts", "links"}:
            try:
                self._beside(arrival)
            except SlackApiError as error:
                if away(error):
                    raise
                log.info("nothing is shown beside the conversation (%s)", error.response.get("error"))
            return
        first_time = not self._outbox.holds(item.key)
        if first_time:
            if arrival.kind == "message" and not self._for_caddie(arrival):
                return
            if arrival.kind in {"message", "command"}:
                with self._surfaces.at_work(
                    arrival.channel, arrival.root or None, "zh" if chinese(arrival.text) else "en"
                ):
                    self._keep(item.key, self._asked(arrival, item.key))
            else:
                self._keep(
                    item.key,
                    self._due(arrival)
                    if arrival.kind in {"digest", "nudge", "ending"}
                    else self._asked(arrival, item.key),
                )
        self._sender.send(item.key, first_time=first_time)
        if arrival.user in self._homes and arrival.kind in {"press", "submission", "reaction"}:
            self._refresh_home(arrival)
        if arrival.kind == "digest" and (ts := self._outbox.ts(item.key, 0)):
            due.follow(
                self._caddie.desk,
                f"{self._workspace.team}:{arrival.channel}" + ("" if arrival.direct else f":{ts}"),
                arrival.value,
                self._clock(),
            )

    def _refresh_home(self, arrival: Arrival) -> None:
        """Show what has just changed; failing here would make a message that was answered fail."""
        try:
            self._beside(arrival.model_copy(update={"kind": "home"}))
        except Exception:
            log.exception("a Home could not be refreshed")

    def _beside(self, arrival: Arrival) -> None:
        """What Slack shows beside the conversation; done again it does no harm."""
        email = self._workspace.email(arrival.user)
        thread, locale = f"{arrival.team}:{arrival.user}:home", self._workspace.locale(arrival.user)
        match arrival.kind:
            case "home":
                self._homes.add(arrival.user)
                self._surfaces.publish(
                    arrival.user, render(self._caddie.home(email or "", thread, self._clock(), locale)).blocks
                )
            case "prompts":
                title, offered = self._caddie.prompts(email or "", thread, self._clock(), locale)
                self._surfaces.suggest(arrival.channel, title, offered)
            case "links":
                audience = self._workspace.audience(arrival.channel, AUDIENCE_SECONDS)
                found = self._caddie.previews(
                    json.loads(arrival.value), Press(Action.EDIT, email or "", audience, thread, self._clock())
                )
                if found:
                    self._surfaces.unfurl(
                        arrival.channel, arrival.ts, {url: render(reply).blocks for url, reply in found.items()}
                    )

    def _reacted(self, arrival: Arrival) -> list[Sending]:
        """A mark on one's own card is a press; on anything else it is only a mark, of which nothing is said."""
        body = self._outbox.at(arrival.channel, arrival.ts) or {}
        ref = next(
            (
                e["value"]
                for b in body.get("blocks") or ()
                if b["type"] == "actions"
                for e in b["elements"]
                if e["action_id"] == arrival.action
            ),
            None,
        )
        email = self._workspace.email(arrival.user) if ref else None
        if email is None:
            return []
        audience = self._workspace.audience(arrival.channel)
        press = Press(
            Action(arrival.action),
            email,
            audience,
            self._thread(arrival),
            self._clock(),
            ref,
            locale=self._workspace.locale(arrival.user),
        )
        done = [reply for reply in self._caddie.press(press).replies if not isinstance(reply, Refusal)]
        return self._composer.after_press(arrival, done, audience)

    def _keep(self, item: str, sendings: Sequence[Sending]) -> None:
        self._outbox.put(item, kept_form(sendings, self._workspace.team))

    def _asked(self, arrival: Arrival, key: str) -> list[Sending]:
        """What is to be sent for what somebody said, pressed or filled in."""
        if arrival.kind == "reaction":
            return self._reacted(arrival)
        arrival, audience = self._at_home(arrival)
        email = self._workspace.email(arrival.user)
        if email is None:
            refused = Refusal(
                reason="not_allowed",
                say="unknown_person",
                values={"email": f"user {arrival.user}"},
                audience="ephemeral",
            )
            return self._composer.replies(arrival, [refused], audience)
        asked = Press(
            Action.EDIT,
            email,
            audience,
            self._thread(arrival),
            self._clock(),
            arrival.value or None,
            locale=self._workspace.locale(arrival.user),
        )
        match arrival.kind:
            case "press":
                press = replace(asked, action=Action(arrival.action), value=arrival.value or None)
                return self._composer.after_press(
                    arrival, self._opened(arrival, self._caddie.press(press).replies), audience
                )
            case "form":
                return self._composer.replies(arrival, self._opened(arrival, [self._caddie.form(asked)]), audience)
            case "submission":
                return self._composer.after_press(
                    arrival, self._caddie.submit(asked, values_of(arrival.form)).replies, audience
                )
            case "shared":
                return self._composer.replies(
                    arrival, self._hearing.shared(self._message(arrival, email, audience), arrival), audience
                )
            case "message" | "command":
                grown = self._outbox.ts(key, GROWING)
                growing = None if grown else self._growing(arrival, audience, key)
                try:
                    replies = self._hearing.said(
                        self._message(arrival, email, audience, growing.hear if growing else None), arrival
                    )
                finally:
                    grown = growing.close() if growing else grown
                made = self._composer.replies(arrival, replies, audience)
                return _in_place(made, grown) if grown else made
            case "digest" | "nudge" | "ending" | "home" | "prompts" | "links" | "reaction" | "removed" | "told":
                raise AssertionError("these are worked on elsewhere")

    def _opened(self, arrival: Arrival, replies: Sequence[Reply]) -> list[Reply]:
        """The replies that are to be sent, once the form among them was opened; a refusal where its trigger ran out."""
        left: list[Reply] = []
        for form in replies:
            if not isinstance(form, LogForm):
                left.append(form)
                continue
            about: dict[str, str | None] = (
                {"ref": form.ref, "channel": arrival.channel, "ts": arrival.ts, "thread_ts": arrival.thread_ts}
                if form.ref
                else {}
            )
            if form.about:  # the card comes beside the report that the form was opened from, not in its place
                about |= {
                    "ts": None,
                    "thread_ts": arrival.thread_ts or (None if arrival.direct or arrival.ephemeral else arrival.ts),
                }
            known = {name: value for name, value in about.items() if value}
            try:
                self._client.views_open(
                    trigger_id=arrival.trigger_id,
                    view=modal(form, known | ({"ephemeral": "1"} if arrival.ephemeral else {})),
                )
            except SlackApiError as error:
                if error.response.get("error") not in TOO_LATE:
                    raise
                left.append(
                    Refusal(reason="unavailable", say="form_too_late", language=form.language, audience="ephemeral")
                )
        return left

    def _due(self, arrival: Arrival) -> list[Sending]:
        """What came due by the clock: a digest for its channel, a morning message, or a word to the digest's maker."""
        if arrival.kind != "digest":
            owner, _, aid = arrival.value.partition(" ")
            finished = (
                due.ending(self._caddie.desk, aid, owner, self._clock())
                if arrival.kind == "ending"
                else due.nudge(self._caddie.desk, arrival.value, self._clock())
            )
            return told(finished) if finished else []
        audience = self._workspace.audience(arrival.channel)
        finished = due.digest(self._caddie.desk, arrival.value, audience, self._clock())
        if finished is None:
            return []
        if any(isinstance(reply, Refusal) for reply in finished.replies):
            return told(finished)
        return self._composer.replies(arrival, finished.replies, audience)

    def check(self, arrival: Arrival) -> dict[str, str]:
        """What is wrong with a filled form, by field."""
        email = self._workspace.email(arrival.user)
        try:
            values = values_of(arrival.form)
        except ValidationError as error:
            return {str(error.errors()[0]["loc"][0]): str(error.errors()[0]["msg"])}
        asked = Press(Action.EDIT, email or "", DIRECT, "check", self._clock(), arrival.value or None)
        return self._caddie.check(asked, values)

    def _at_home(self, arrival: Arrival) -> tuple[Arrival, Audience]:
        """Where an answer goes: what came without a channel, or about somebody's message, is answered in a direct
        message.
        """
        if arrival.kind == "shared" or not arrival.channel:
            home = self._workspace.home(arrival.user)
            where = arrival.model_copy(
                update={"said_in": arrival.channel, "channel": home, "direct": True, "thread_ts": None}
            )
            return where, self._workspace.audience(home)
        return arrival, self._workspace.audience(arrival.channel)

    def _message(
        self, arrival: Arrival, email: str, audience: Audience, heard: Callable[[str], None] | None = None
    ) -> Message:
        return Message(
            arrival.text,
            email,
            audience,
            self._thread(arrival),
            self._clock(),
            heard,
            self._workspace.locale(arrival.user),
        )

    def _growing(self, arrival: Arrival, audience: Audience, key: str) -> Growing | None:
        """Where an answer may grow while a model writes it: below a message, once, before the same readers."""
        if arrival.kind != "message" or not arrival.root:
            return None

        def same_readers() -> bool:
            return audience.direct or not widened(audience, self._workspace.audience(arrival.channel, AUDIENCE_SECONDS))

        place = Place(arrival.channel, arrival.root, arrival.user, arrival.team)
        return Growing(self._surfaces, place, same_readers, lambda ts: self._outbox.growing(key, arrival.channel, ts))

    def give_up(self, key: str, arrival: Arrival) -> None:
        """Tell the person that their message could not be done, with a code that stands in the log too."""
        code = uuid4().hex[:8]
        log.error("given up %s (code %s)", key, code)
        refused = Refusal(reason="unavailable", say="failed", values={"code": code})
        try:
            self._sender.at_once(self._composer.alone(arrival, render(refused)))
        except SlackApiError:
            log.exception("the person could not be told (code %s)", code)

    def _for_caddie(self, arrival: Arrival) -> bool:
        """Direct messages, mentions, and what follows in a thread where Caddie talks already."""
        if arrival.direct or arrival.mentioned:
            return True
        return (
            arrival.thread_ts is not None
            and self._caddie.desk.conversations.of(self._thread(arrival)) != Conversation()
        )

    def _thread(self, arrival: Arrival) -> str:
        if arrival.direct:
            return f"{arrival.team}:{arrival.channel}"
        return f"{arrival.team}:{arrival.channel}:{arrival.root}"
