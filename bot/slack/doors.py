"""The doors of the HTTP server: Slack's, and those for whatever watches the process."""

import logging

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from bot.ops import telemetry
from bot.slack.app import SlackSide
from bot.slack.installations import ManyWorkspaces

log = logging.getLogger(__name__)


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
