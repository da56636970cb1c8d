"""Socket Mode over several connections, each watched, so that a dead or silent one is replaced within seconds."""

import logging
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from slack_bolt import App
from slack_bolt.adapter.socket_mode.internals import run_bolt_app, send_response
from slack_sdk import WebClient
from slack_sdk.socket_mode import SocketModeClient
from slack_sdk.socket_mode.client import BaseSocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

log = logging.getLogger(__name__)
CONNECTIONS = 2
PING_SECONDS = 2
SILENT_SECONDS = 5 * PING_SECONDS
"""Without a pong for so long a connection is replaced; the SDK itself never gives up one that has not answered yet."""
LONGEST_PAUSE, GAP_SECONDS = 30.0, 10.0


class PatientClient(SocketModeClient):
    """The SDK's client, which would otherwise connect again at once and for ever when it is sent away."""

    _failed, _not_before = 0, 0.0

    def connect_to_new_endpoint(self, force: bool = False) -> None:
        """Connect anew, or leave it to the watch where that is too soon: the SDK's threads, which read, must never wait
        here.
        """
        now = time.monotonic()
        if self.closed or now < self._not_before:
            return
        session = self.current_session
        worked = session is not None and session.last_ping_pong_time is not None
        self._failed = 0 if worked else self._failed + 1
        self._not_before = now + (min(2.0 ** (self._failed - 2), LONGEST_PAUSE) if self._failed > 1 else 0.0)
        super().connect_to_new_endpoint(force)


class Sockets:
    """The connections of one app. What arrives goes through Bolt; it is acknowledged only once it was stored."""

    def __init__(
        self,
        app: App,
        app_token: str,
        client: WebClient,
        after_a_gap: Callable[[timedelta], None],
        connections: int = CONNECTIONS,
    ) -> None:
        """`after_a_gap` is told how long there was no connection, once there is one again."""
        self._app, self._after_a_gap = app, after_a_gap
        self._none_since: float | None = None
        self._stopping = threading.Event()
        self.clients = [
            PatientClient(app_token, web_client=client, ping_interval=PING_SECONDS) for _ in range(connections)
        ]
        for made in self.clients:
            made.socket_mode_request_listeners.append(self._take)

    def start(self) -> None:
        """Connect; where Slack cannot be reached the watch goes on trying."""
        for n, client in enumerate(self.clients):
            threading.Thread(target=self._watch, args=(client,), name=f"socket-watch-{n}", daemon=True).start()

    def stop(self) -> None:
        """Take nothing more. What was not acknowledged Slack delivers again, to whoever is connected then."""
        self._stopping.set()
        for client in self.clients:
            client.close()

    def connected(self) -> int:
        """How many connections stand."""
        return sum(client.is_connected() for client in self.clients)

    def _take(self, client: BaseSocketModeClient, request: SocketModeRequest) -> None:
        started = time.time()
        send_response(client, request, run_bolt_app(self._app, request), started)

    def _watch(self, client: PatientClient) -> None:
        seen: tuple[str | None, float] = (None, 0.0)
        while not self._stopping.is_set():
            session: Any = client.current_session
            if session is not None and session.session_id != seen[0]:
                seen = (session.session_id, time.time())
            try:
                if session is None or (
                    client.is_connected() and time.time() - (session.last_ping_pong_time or seen[1]) > SILENT_SECONDS
                ):
                    if session is not None:
                        log.warning("a Socket Mode connection has fallen silent; replacing it")
                    client.connect_to_new_endpoint(force=True)
            except Exception as error:  # Slack may be away for a while; the watch must outlive it
                log.warning("Socket Mode cannot connect (%s)", type(error).__name__)
            self._note_gap()
            self._stopping.wait(PING_SECONDS)

    def _note_gap(self) -> None:
        now = time.monotonic()
        if not self.connected():
            self._none_since = self._none_since or now
        elif self._none_since is not None:
            gap, self._none_since = now - self._none_since, None
            if gap > GAP_SECONDS:
                threading.Thread(
                    target=self._after_a_gap, args=(timedelta(seconds=gap),), name="after-a-gap", daemon=True
                ).start()
