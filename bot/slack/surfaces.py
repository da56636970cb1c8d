"""What Slack shows beside messages: that Caddie is at work, what one may ask, Home and link previews.

All of it is decoration: where a workspace lacks it, or Slack fails, the answers come all the same.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError

from bot.prompts import phrase
from bot.slack.views.home import view

log = logging.getLogger(__name__)
PATIENCE_SECONDS = 0.8
"""Most answers come sooner; a status that only flickers helps nobody."""
ASIDE_SECONDS = 600.0
PASSING = {"ratelimited", "internal_error", "fatal_error", "service_unavailable", "request_timeout", "invalid_auth", "token_expired", "token_revoked", "account_inactive"}


class Surfaces:
    """The agent surface and Home of one workspace. A feature that Slack refuses is left alone for ten minutes."""

    def __init__(self, client: WebClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client, self._clock = client, clock
        self._aside: dict[str, float] = {}

    @contextmanager
    def at_work(self, channel: str, thread_ts: str | None, language: str) -> Iterator[None]:
        """While this is open for longer than a moment, the thread says that Caddie is at work; an answer ends that by itself."""
        told = threading.Event()

        def tell() -> None:
            loading = [phrase(language, "status_reading"), phrase(language, "status_looking")]
            told.set()
            self._try("status", lambda: self._client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread_ts or "", status=loading[0], loading_messages=loading))

        timer = threading.Timer(PATIENCE_SECONDS, tell)
        timer.daemon = True
        if thread_ts and self._usable("status"):
            timer.start()
        try:
            yield
        finally:
            timer.cancel()
            if told.is_set():
                timer.join()
                self._try("status", lambda: self._client.assistant_threads_setStatus(channel_id=channel, thread_ts=thread_ts or "", status=""))

    def growing(self, channel: str, thread_ts: str, user: str, team: str, begun: Callable[[str], None]) -> Callable[[str], None]:
        """Something that is told an answer's sentences and lets a message grow by them; `begun` gets the message's ts."""
        stream: list[str] = []

        def hear(sentence: str) -> None:
            if stream:
                self._try("stream", lambda: self._client.chat_appendStream(channel=channel, ts=stream[0], markdown_text=sentence))
                return

            def start() -> None:
                answer = self._client.chat_startStream(channel=channel, thread_ts=thread_ts, recipient_user_id=user, recipient_team_id=team, markdown_text=sentence)
                stream.append(str(answer["ts"]))
                begun(stream[0])

            self._try("stream", start)

        return hear

    def suggest(self, channel: str, title: str, prompts: Sequence[tuple[str, str]]) -> None:
        """Offer what may be asked, on opening the conversation."""
        offered = [{"title": name, "message": message} for name, message in prompts[:4]]
        if offered:
            self._try("prompts", lambda: self._client.assistant_threads_setSuggestedPrompts(channel_id=channel, title=title, prompts=offered))

    def publish(self, user: str, blocks: list[dict[str, Any]]) -> None:
        """Show a person's Home."""
        self._try("home", lambda: self._client.views_publish(user_id=user, view=view(blocks)))

    def unfurl(self, channel: str, ts: str, shown: dict[str, list[dict[str, Any]]]) -> None:
        """Previews below a message, by link."""
        self._try("unfurl", lambda: self._client.chat_unfurl(channel=channel, ts=ts, unfurls={url: {"blocks": blocks} for url, blocks in shown.items()}))

    def _usable(self, feature: str) -> bool:
        return self._aside.get(feature, 0.0) <= self._clock()

    def _try(self, feature: str, call: Callable[[], object]) -> None:
        if not self._usable(feature):
            return
        try:
            call()
        except SlackApiError as error:
            code = str(error.response.get("error"))
            if code not in PASSING:
                self._aside[feature] = self._clock() + ASIDE_SECONDS
            log.info("Slack has no %s here (%s)", feature, code)
        except (SlackRequestError, OSError) as error:
            log.info("Slack could not be told of %s (%s)", feature, type(error).__name__)
