"""What Slack shows beside messages: that Caddie is at work, what one may ask, Home and link previews.

All of it is decoration: where a workspace lacks it, or Slack fails, the answers come all the same.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError, SlackRequestError

from bot.contract.phrases import phrase
from bot.views.home import view
from bot.views.mrkdwn import harmless

log = logging.getLogger(__name__)
PATIENCE_SECONDS = 0.8
"""Most answers come sooner; a status that only flickers helps nobody."""
ASIDE_SECONDS = 600.0
LACKING = {
    "missing_scope", "not_allowed_token_type", "unknown_method", "not_agent_app", "feature_disabled", "not_enabled",
    "no_permission", "access_denied", "method_deprecated",
    "deprecated_endpoint", "enterprise_is_restricted",
}  # fmt: skip
"""What says that a workspace has no such feature, rather than that this one call went wrong."""


class Surfaces:
    """The agent surface and Home of one workspace. A feature that Slack refuses is left alone for ten minutes."""

    def __init__(self, client: WebClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client, self._clock = client, clock
        self._aside: dict[str, float] = {}

    @contextmanager
    def at_work(self, channel: str, thread_ts: str | None, language: str) -> Iterator[None]:
        """While this is open for longer than a moment, the thread says that Caddie is at work; an answer ends that by
        itself.
        """
        told = threading.Event()

        def tell() -> None:
            loading = [phrase(language, "status_reading"), phrase(language, "status_looking")]
            told.set()
            self._try(
                "status",
                lambda: self._client.assistant_threads_setStatus(
                    channel_id=channel, thread_ts=thread_ts or "", status=loading[0], loading_messages=loading
                ),
            )

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
                self._try(
                    "status",
                    lambda: self._client.assistant_threads_setStatus(
                        channel_id=channel, thread_ts=thread_ts or "", status=""
                    ),
                )

    def start_stream(self, place: "Place", sentence: str) -> str | None:
        """The ts of a message that grows from now on; None where there is none."""
        stream: list[str] = []

        def start() -> None:
            answer = self._client.chat_startStream(
                channel=place.channel,
                thread_ts=place.thread_ts,
                recipient_user_id=place.user,
                recipient_team_id=place.team,
                markdown_text=harmless(sentence),
            )
            stream.append(str(answer["ts"]))

        self._try("stream", start)
        return stream[0] if stream else None

    def continue_stream(self, place: "Place", ts: str, sentence: str) -> None:
        self._try(
            "stream",
            lambda: self._client.chat_appendStream(channel=place.channel, ts=ts, markdown_text=harmless(sentence)),
        )

    def suggest(self, channel: str, title: str, prompts: Sequence[tuple[str, str]]) -> None:
        """Offer what may be asked, on opening the conversation."""
        offered = [{"title": name, "message": message} for name, message in prompts[:4]]
        if offered:
            self._try(
                "prompts",
                lambda: self._client.assistant_threads_setSuggestedPrompts(
                    channel_id=channel, title=title, prompts=offered
                ),
            )

    def publish(self, user: str, blocks: list[dict[str, Any]]) -> None:
        """Show a person's Home."""
        self._try("home", lambda: self._client.views_publish(user_id=user, view=view(blocks)))

    def unfurl(self, channel: str, ts: str, shown: dict[str, list[dict[str, Any]]]) -> None:
        """Previews below a message, by link."""
        self._try(
            "unfurl",
            lambda: self._client.chat_unfurl(
                channel=channel, ts=ts, unfurls={url: {"blocks": blocks} for url, blocks in shown.items()}
            ),
        )

    def _usable(self, feature: str) -> bool:
        return self._aside.get(feature, 0.0) <= self._clock()

    def _try(self, feature: str, call: Callable[[], object]) -> None:
        if not self._usable(feature):
            return
        try:
            call()
        except SlackApiError as error:
            code = str(error.response.get("error"))
            if code in LACKING:
                self._aside[feature] = self._clock() + ASIDE_SECONDS
            log.info("Slack has no %s here (%s)", feature, code)
        except (SlackRequestError, OSError) as error:
            log.info("Slack could not be told of %s (%s)", feature, type(error).__name__)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message grows, and who reads it as it does."""

    channel: str
    thread_ts: str
    user: str
    team: str


class Growing:
    """An answer that grows in Slack by the sentences it hears, until it is closed; then nothing reaches Slack any
    more.
    """

    def __init__(
        self, surfaces: Surfaces, place: Place, same_readers: Callable[[], bool], begun: Callable[[str], None]
    ) -> None:
        self._surfaces, self._place, self._same_readers, self._begun = surfaces, place, same_readers, begun
        self._lock = threading.Lock()
        self._ts: str | None = None
        self._closed = False

    def hear(self, sentence: str) -> None:
        with self._lock:
            if self._closed:
                return
            if self._ts is not None:
                self._surfaces.continue_stream(self._place, self._ts, sentence)
            elif self._same_readers() and (ts := self._surfaces.start_stream(self._place, sentence)):
                self._ts = ts
                self._begun(ts)

    def close(self) -> str | None:
        """Wait for a call that is under way, and let no other follow; the ts of what has grown, if anything has."""
        with self._lock:
            self._closed = True
            return self._ts
