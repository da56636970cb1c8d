"""Running Caddie: in Slack by Socket Mode or HTTP, or in the playground."""

import logging
import signal
import threading

import uvicorn
from starlette.applications import Starlette

from bot.cli.playground import Playground
from bot.cli.slack_side import installations, slack_side
from bot.errors import NotConfigured
from bot.ops import telemetry
from bot.slack.app import SlackSide
from bot.slack.doors import health_routes, metrics_route, slack_routes
from bot.slack.sockets import Sockets
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


def watch(house: House, side: SlackSide) -> None:
    """Open the port for whatever watches the process, and send traces, where the settings ask for it."""
    settings = house.settings
    if settings.otel_exporter_otlp_endpoint:
        telemetry.trace_to(settings.otel_exporter_otlp_endpoint)
    if settings.health_port:
        app = Starlette(routes=[*health_routes(side), metrics_route(side)])
        server = uvicorn.Server(uvicorn.Config(app, host="0.0.0.0", port=settings.health_port, log_level="warning"))
        threading.Thread(target=server.run, name="health", daemon=True).start()
