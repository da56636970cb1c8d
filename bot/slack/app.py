"""The Bolt app and its two doors, Socket Mode and HTTP, over one core."""

import json
import logging
import re
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from slack_bolt import App
from slack_bolt.authorization import AuthorizeResult
from slack_bolt.request import BoltRequest
from slack_bolt.response import BoltResponse
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.caddie import Caddie
from bot.handlers.digests import due
from bot.handlers.digests.digests import nudges_due
from bot.handlers.guiding.marketing import aids_ending
from bot.ops import telemetry
from bot.slack.answerer import Answerer, away
from bot.slack.dispatch import Dispatch
from bot.slack.installations import Installations, ManyWorkspaces
from bot.slack.intake.arrival import Arrival
from bot.slack.intake.arrivals import LOG_MESSAGE_SHORTCUT, LOG_SHORTCUT, arrival_of
from bot.slack.intake.reconciling import LONGEST, OVERLAP, reconcile
from bot.slack.intake.workers import Workers
from bot.slack.sockets import Sockets
from bot.storage.inbox import Inbox, Item
from bot.storage.outbox import Outbox
from bot.views.forms import CALLBACK

log = logging.getLogger(__name__)
LARGEST_BODY = 1_000_000
RESUME_SECONDS = 10.0
SEARCHES_MOST, SEARCH_AGAIN_SECONDS = 10, 60.0
LATEST = timedelta(hours=6)
MISSHAPEN = (ValueError, RecursionError, AttributeError, TypeError, LookupError)
"""What Bolt and we raise on payloads of a shape that Slack does not send."""
NO_TOKEN = "xoxb-none"
"""Bolt wants one; its listeners only acknowledge, and what talks to Slack has clients of its own."""


class SlackSide:
    """Everything between Slack and Caddie: the Bolt app that takes in, the workers that answer."""

    def __init__(
        self,
        caddie: Caddie,
        inbox: Inbox,
        outbox: Outbox,
        installations: Installations,
        *,
        secret: str,
        charts: Path,
        morning_hour: int | None = None,
        tidy: Callable[[datetime], object] = lambda now: None,
        erase: Callable[[str], object] = lambda team: None,
    ) -> None:
        self.inbox, self.outbox, self.installations = inbox, outbox, installations
        self.dispatch = Dispatch(
            lambda client: Answerer(caddie, client, outbox, lambda: datetime.now(UTC), charts),
            installations,
            inbox,
            outbox,
        )
        self.workers = Workers(inbox, self._work, self.dispatch.give_up, away=away)
        self._stopping = threading.Event()
        self.app = build_app(inbox, secret, self.dispatch.check)
        self._caddie, self._morning_hour = caddie, morning_hour
        self._looked_on: date | None = None
        self._tidy, self._erase = tidy, erase
        self._tidied_on: date | None = None
        self.sockets: Sockets | None = None

    def start(self) -> None:
        """Work, and every few seconds finish what had to wait for the CRM and take in what came due."""
        self.workers.start()
        newest, now = self.inbox.newest(), datetime.now(UTC)  # before anything new can come
        since = max(newest - OVERLAP, now - LONGEST) if newest else None
        threading.Thread(target=self.find_what_was_missed, args=(since,), name="reconcile", daemon=True).start()
        threading.Thread(target=self._resume, name="resume", daemon=True).start()

    def _work(self, item: Item) -> None:
        arrival = Arrival.model_validate(item.payload)
        if arrival.kind == "removed":
            if self.installations.remove(arrival.team, datetime.fromtimestamp(int(arrival.value or 0), UTC)):
                self._erase(arrival.team)
            return
        self.dispatch.work(item, arrival)

    def find_what_was_missed(self, since: datetime | None) -> None:
        """Look for what was said since a moment and never arrived; again and again where Slack cannot be reached."""
        for _ in range(SEARCHES_MOST if since else 0):
            try:
                for team in self.installations.teams():
                    reconcile(self.installations.client(team), self.inbox, since or datetime.now(UTC))
                return
            except Exception:  # whatever is away now may be back in a while
                log.exception("what was missed could not be looked for")
                if self._stopping.wait(SEARCH_AGAIN_SECONDS):
                    return

    def stop(self) -> None:
        self._stopping.set()
        self.workers.stop()

    def _resume(self) -> None:
        steps = (self._finish, self.take_due, self._tidy_up)
        while not self._stopping.is_set():
            for step in steps:
                try:
                    step(datetime.now(UTC))
                except Exception:  # the database may be away for a while; this must outlive it, and the other steps too
                    log.exception("a regular step failed: %s", step.__name__)
            self._stopping.wait(RESUME_SECONDS)

    def _finish(self, now: datetime) -> None:
        for finished in due.resume(self._caddie.desk, now):
            self.dispatch.tell(finished)

    def _tidy_up(self, now: datetime) -> None:
        if self._tidied_on != now.date():
            self._tidy(now)
            self.installations.tidy(now)
            self._tidied_on = now.date()

    def take_due(self, now: datetime) -> None:
        """Put digests, morning messages and aids that run out into the inbox, each once whichever process sees it
        first.
        """
        schedules = self._caddie.desk.schedules
        for digest in schedules.due(now):
            if now - digest.next_at < LATEST:
                self._store("digest", f"{digest.id}:{digest.next_at.isoformat()}", digest.place, digest.id)
            schedules.advance(digest, now)
        for person_id, day in (
            nudges_due(self._caddie.desk, now, self._morning_hour) if self._morning_hour is not None else ()
        ):
            self._store("nudge", f"{person_id}:{day.isoformat()}", "", person_id)
            schedules.nudged(person_id, day)

        if self._morning_hour is not None and now.hour >= self._morning_hour and self._looked_on != now.date():
            for aid, owner in aids_ending(self._caddie.desk, now):
                self._store("ending", f"{aid.id}:{aid.valid_until}", "", f"{owner.email} {aid.id}")
            self._looked_on = now.date()

    def _store(self, kind: Literal["digest", "nudge", "ending"], key: str, channel: str, value: str) -> None:
        arrival = Arrival(
            kind=kind,
            key=f"{kind}:{key}",
            team="",
            user="",
            channel=channel,
            direct=channel.startswith("D"),
            value=value,
        )
        self.inbox.store(
            arrival.key, arrival.lane, arrival.model_dump(mode="json", exclude_defaults=True), urgent=arrival.urgent
        )

    def socket(self, app_token: str) -> Sockets:
        """The door of Socket Mode."""
        self.sockets = Sockets(
            self.app,
            app_token,
            self.installations.client(""),
            lambda gap: self.find_what_was_missed(datetime.now(UTC) - gap - OVERLAP),
        )
        return self.sockets

    async def oauth(self, request: Request) -> Response:
        """Installing by OAuth: the page with the button, and where Slack comes back to."""
        assert isinstance(self.installations, ManyWorkspaces)
        flow = self.installations.flow
        query: dict[str, str | Sequence[str]] = dict(request.query_params)
        bolt = BoltRequest(body="", query=query, headers={name: [value] for name, value in request.headers.items()})
        handle = flow.handle_callback if request.url.path.endswith("oauth_redirect") else flow.handle_installation
        answer = await run_in_threadpool(handle, bolt)
        response = Response(answer.body, answer.status, answer.first_headers_without_set_cookie())
        for cookie in answer.headers.get("set-cookie", ()):
            response.headers.append("set-cookie", cookie)
        return response

    async def http(self, request: Request) -> Response:
        """The door at /slack/events: garbled requests are turned away here, before Bolt."""
        began = time.perf_counter()
        answer = await self._answer(request)
        telemetry.door.labels(str(answer.status_code)).observe(time.perf_counter() - began)
        return answer

    async def _answer(self, request: Request) -> Response:
        refused = _garbled(request)
        if refused:
            return refused
        raw = b""
        async for chunk in request.stream():
            raw += chunk
            if len(raw) > LARGEST_BODY:
                return JSONResponse({"error": "the body is too large"}, 413)
        try:
            body = raw.decode("utf-8")
        except UnicodeDecodeError:
            return JSONResponse({"error": "the body is not UTF-8"}, 400)
        headers: dict[str, str | Sequence[str]] = {name: [value] for name, value in request.headers.items()}
        try:
            if "json" in request.headers.get("content-type", "") and not isinstance(json.loads(body), dict):
                return JSONResponse({"error": "the body is no JSON object"}, 400)
            answer = await run_in_threadpool(self.app.dispatch, BoltRequest(body=body, headers=headers))
        except MISSHAPEN:
            return JSONResponse({"error": "the body is not what Slack sends"}, 400)
        except Exception:  # nothing was stored, so Slack must hear that and deliver again
            log.exception("an event could not be stored")
            return JSONResponse({"error": "try again"}, 503)
        return Response(answer.body, answer.status, answer.first_headers_without_set_cookie())


def build_app(inbox: Inbox, secret: str, check: Callable[[Arrival], dict[str, str]]) -> App:
    """A Bolt app that stores every arrival before Bolt acknowledges it, and does nothing else on its threads.

    A filled form is the exception: `check` says what is wrong with it, which Slack shows in the open form.
    """

    def authorize(enterprise_id: str | None, team_id: str | None) -> AuthorizeResult:
        """No call to Slack here: where one failed, Bolt would acknowledge an event that was never stored."""
        return AuthorizeResult(enterprise_id=enterprise_id, team_id=team_id, bot_token=NO_TOKEN)

    logging.getLogger("slack_bolt.App").setLevel(logging.ERROR)  # it warns of the ignored token on every start
    app = App(signing_secret=secret, authorize=authorize, raise_error_for_unhandled_request=False)

    @app.error
    def turned_away(error: Exception) -> BoltResponse:
        """What was not stored is not acknowledged: Slack delivers again what we could not keep, and not what no one can
        read.
        """
        if isinstance(error, MISSHAPEN):
            return BoltResponse(status=400, body="the body is not what Slack sends")
        log.error("an event could not be stored (%s)", type(error).__name__)
        return BoltResponse(status=503, body="try again")

    def store(arrival: Arrival) -> None:
        if inbox.store(
            arrival.key, arrival.lane, arrival.model_dump(mode="json", exclude_defaults=True), urgent=arrival.urgent
        ):
            telemetry.accepted.labels(arrival.kind).inc()

    @app.middleware
    def store_first(body: dict[str, Any], next: Callable[[], None]) -> None:
        arrival = arrival_of(body)
        if arrival is not None and arrival.kind != "submission" and arrival.concerns_us:
            store(arrival)
        next()

    def take_form(ack: Callable[..., None], body: dict[str, Any]) -> None:
        arrival = arrival_of(body)
        wrong = check(arrival) if arrival else {}
        if wrong:
            ack(response_action="errors", errors=wrong)
            return
        if arrival:
            store(arrival)
        ack()

    def acknowledge(ack: Callable[[], None]) -> None:
        ack()

    anything = re.compile(".*")
    app.event("message")(acknowledge)
    app.event("app_mention")(acknowledge)
    app.event(anything)(acknowledge)
    app.action(anything)(acknowledge)
    app.command("/caddie")(acknowledge)
    app.shortcut(LOG_SHORTCUT)(acknowledge)
    app.shortcut(LOG_MESSAGE_SHORTCUT)(acknowledge)
    app.view(CALLBACK)(take_form)
    return app


def _garbled(request: Request) -> Response | None:
    stamp = request.headers.get("x-slack-request-timestamp", "")
    if not stamp.isdigit():
        return JSONResponse({"error": "the timestamp is missing or no number"}, 401)
    length = request.headers.get("content-length", "0")
    if not length.isdigit() or int(length) > LARGEST_BODY:
        return JSONResponse({"error": "the body is too large"}, 413)
    return None
