"""Running Caddie: in Slack by Socket Mode or HTTP, or in the playground."""

import logging
import secrets
import signal
import threading
from datetime import timedelta
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.errors import NotConfigured
from bot.ops import telemetry
from bot.playground.delivery import Deliverer
from bot.playground.server import PlaygroundServer
from bot.playground.workspace import SlackWorkspace
from bot.slack.app import SlackSide
from bot.slack.installations import Installations, ManyWorkspaces, OneWorkspace
from bot.slack.sockets import Sockets
from bot.storage.inbox import Inbox
from bot.storage.outbox import Outbox
from bot.storage.retention import erase, purge
from bot.wiring import House
from ingest.indexing import mend

log = logging.getLogger(__name__)
PLAYGROUND_PORT = 8765


def serve(house: House) -> None:
    """Serve until stopped: Slack where its tokens are set, else the playground."""
    mend_index(house)
    if not house.settings.slack_configured:
        playground = Playground(house, PLAYGROUND_PORT)
        print(f"Playground on http://127.0.0.1:{PLAYGROUND_PORT} (Ctrl+C ends it)", flush=True)
        playground.run()
        return
    settings = house.settings
    http = settings.port is not None and settings.slack_signing_secret is not None
    if not http and (settings.slack_app_token is None or settings.slack_bot_token is None):
        raise NotConfigured("Set SLACK_APP_TOKEN for Socket Mode, or PORT and SLACK_SIGNING_SECRET for HTTP.")
    secret = settings.slack_signing_secret.get_secret_value() if settings.slack_signing_secret else ""
    side = slack_side(house, installations(house), secret or "unused")
    watch(house, side)
    side.start()
    try:
        if http:
            app = Starlette(routes=slack_routes(side))
            uvicorn.run(app, host="0.0.0.0", port=settings.port or 3000, log_level="warning")
        else:
            assert settings.slack_app_token is not None
            hold(side.socket(settings.slack_app_token.get_secret_value()))
    finally:
        side.stop()


def hold(sockets: Sockets | None) -> None:
    """Keep the connections open until the process is asked to end."""
    asked = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: asked.set())
    if sockets:
        sockets.start()
    asked.wait()
    if sockets:
        sockets.stop()


def mend_index(house: House) -> None:
    """Bring the library's vector index in order beside the work, where it is not."""
    library = house.library

    def run() -> None:
        try:
            mend(library.catalogue, library.vectors, library.embedder, house.settings.caddie_data / "ingest.lock")
        except Exception:  # the words of the library answer without it
            log.exception("the vector index could not be mended")

    threading.Thread(target=run, name="mend", daemon=True).start()


def work(house: House) -> None:
    """Work off the inbox until stopped; where Socket Mode is set, take in too."""
    settings = house.settings
    side = slack_side(house, installations(house), "unused")
    watch(house, side)
    side.start()
    try:
        in_socket_mode = settings.slack_app_token is not None and settings.slack_signing_secret is None
        hold(
            side.socket(settings.slack_app_token.get_secret_value())
            if in_socket_mode and settings.slack_app_token
            else None
        )
    finally:
        side.stop()


def installations(house: House) -> Installations:
    """Where Caddie is installed: in the workspace of the token, or in all that installed it by OAuth. Raises
    NotConfigured.
    """
    settings = house.settings
    if settings.slack_bot_token is not None:
        return OneWorkspace(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    if (
        settings.slack_client_id is None
        or settings.slack_client_secret is None
        or settings.caddie_key is None
        or settings.slack_teams is None
    ):
        raise NotConfigured(
            "Set SLACK_BOT_TOKEN for one workspace, or SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, SLACK_TEAMS "
            "and CADDIE_KEY for several."
        )
    return ManyWorkspaces(
        house.engine,
        client_id=settings.slack_client_id,
        client_secret=settings.slack_client_secret.get_secret_value(),
        key=settings.caddie_key.get_secret_value(),
        teams=frozenset(team.strip() for team in settings.slack_teams.split(",")),
        api_url=settings.slack_api_url,
        redirect_uri=settings.slack_redirect_uri,
    )


def slack_side(house: House, where: Installations, secret: str) -> SlackSide:
    settings = house.settings
    hour = settings.morning_hour if settings.morning_messages else None
    keep = timedelta(days=settings.keep_days)
    return SlackSide(
        house.caddie,
        Inbox(house.engine),
        Outbox(house.engine),
        where,
        secret=secret,
        charts=settings.charts,
        morning_hour=hour,
        tidy=lambda now: purge(house.engine, now, keep),
        erase=lambda team: erase(house.engine, team),
    )


def slack_routes(side: SlackSide) -> list[Route]:
    """The door for Slack, and what load balancers ask."""
    doors = [Route("/slack/events", side.http, methods=["POST"])]
    if isinstance(side.installations, ManyWorkspaces):
        doors += [Route("/slack/install", side.oauth), Route("/slack/oauth_redirect", side.oauth)]
    return [*doors, *health_routes(side)]


def health_routes(side: SlackSide) -> list[Route]:
    """/health: the process answers. /ready: its database does too, so that it may be given work."""

    async def health(request: Request) -> Response:
        return PlainTextResponse("ok")

    async def ready(request: Request) -> Response:
        try:
            waiting = await run_in_threadpool(side.inbox.counts)
        except Exception:
            log.exception("the database does not answer")
            return PlainTextResponse("the database does not answer", 503)
        return PlainTextResponse(f"ready, {waiting.get('waiting', 0)} waiting")

    return [Route("/health", health), Route("/ready", ready)]


def metrics_route(side: SlackSide) -> Route:
    """Prometheus' /metrics."""
    queues = telemetry.Queues(
        side.inbox.counts,
        side.inbox.oldest_waiting,
        side.outbox.counts,
        lambda: side.sockets.connected() if side.sockets else 0,
    )

    async def metrics(request: Request) -> Response:
        return Response(await run_in_threadpool(telemetry.exposition, queues), media_type="text/plain; version=0.0.4")

    return Route("/metrics", metrics)


def watch(house: House, side: SlackSide) -> None:
    """Open the port for whatever watches the process, and send traces, where the settings ask for it."""
    settings = house.settings
    if settings.otel_exporter_otlp_endpoint:
        telemetry.trace_to(settings.otel_exporter_otlp_endpoint)
    if settings.health_port:
        app = Starlette(routes=[*health_routes(side), metrics_route(side)])
        server = uvicorn.Server(uvicorn.Config(app, host="0.0.0.0", port=settings.health_port, log_level="warning"))
        threading.Thread(target=server.run, name="health", daemon=True).start()


class Playground:
    """The real Bolt app against the stand-in, in one server on this machine."""

    def __init__(self, house: House, port: int) -> None:
        token, app_token, secret = "xoxb-playground", "xapp-playground", secrets.token_hex(16)
        base = f"http://127.0.0.1:{port}"
        self.workspace = workspace_of(house)
        self.workspace.upload_base = base
        self.deliverer = Deliverer(self.workspace, secret, f"{base}/slack/events", base_url=base)
        self.side = slack_side(house, OneWorkspace(token, f"{base}/api/"), secret)
        self.secret, self.app_token, self.base = secret, app_token, base
        server = PlaygroundServer(
            self.workspace, self.deliverer, token, app_token, [*slack_routes(self.side), metrics_route(self.side)]
        )
        self._uvicorn = uvicorn.Server(
            uvicorn.Config(server.asgi, host="127.0.0.1", port=port, log_level="warning", ws="websockets-sansio")
        )

    def run(self) -> None:
        """Serve in this thread until stopped."""
        self.side.start()
        try:
            self._uvicorn.run()
        finally:
            self.side.stop()

    def __enter__(self) -> "Playground":
        """Serve in a thread of its own, for tests and benchmarks."""
        self._thread = threading.Thread(target=self._uvicorn.run, daemon=True)
        self._thread.start()
        self.side.start()
        while not self._uvicorn.started:
            if not self._thread.is_alive():
                raise NotConfigured("The playground could not start: is its port taken?")
            threading.Event().wait(0.02)
        return self

    def __exit__(self, *_: Any) -> None:
        self.side.stop()
        self._uvicorn.should_exit = True
        self._thread.join(10)


def workspace_of(house: House) -> SlackWorkspace:
    """A workspace with the CRM's people and the imported channels; outside addresses become guests."""
    workspace = SlackWorkspace()
    mirror = house.desk.mirror
    users: dict[str, str] = {}
    for person in mirror.snapshot.organization.people.values():
        users[person.email.casefold()] = workspace.add_member(person.name, person.email, person.slack_user_id).id
    for channel in mirror.channels():
        members = list(users.values()) if channel.members is None else []
        for email in channel.members or ():
            if email.casefold() not in users:
                users[email.casefold()] = workspace.add_member(email.split("@")[0], email, guest=True).id
            members.append(users[email.casefold()])
        workspace.add_channel(channel.channel, channel.kind.value, members)
    return workspace
