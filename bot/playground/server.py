"""The stand-in's HTTP side: Web API, response URLs, Socket Mode, and the page's own few calls."""

import asyncio
import itertools
import json
import re
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.playground.delivery import Deliverer
from bot.playground.limits import SlackError
from bot.playground.records import Posted
from bot.playground.workspace import BOT_USER, SlackWorkspace

STATIC = Path(__file__).parent / "static"
SOCKETS_MOST = 10
SLOW_SECONDS = 4.0
TROUBLES = ("", "slow", "429", "down")
LINK = re.compile(r"https?://[^\s<>|]+")
# what the page shows in place; all else, a web page above all, is only ever saved
PICTURES = {"png": "image/png", "jpg": "image/jpeg", "jpeg": "image/jpeg", "gif": "image/gif", "webp": "image/webp"}


class PlaygroundServer:
    """Routes over one workspace. `token` and `app_token` are the only ones it takes."""

    def __init__(
        self,
        workspace: SlackWorkspace,
        deliverer: Deliverer,
        token: str,
        app_token: str,
        extra: list[Route] | None = None,
    ) -> None:
        self.workspace, self.deliverer = workspace, deliverer
        self._token, self._app_token = token, app_token
        self._sockets: list[WebSocket] = []
        self._waiting: dict[str, asyncio.Event] = {}
        self._read: dict[tuple[str, str], str] = {}
        self._tickets, self._envelopes = itertools.count(1), itertools.count(1)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._pool = ThreadPoolExecutor(8, thread_name_prefix="deliver")
        deliverer.socket = self._send_envelope
        self.asgi = Starlette(
            routes=[
                Route("/", self.page),
                Route("/api/{method}", self.api, methods=["POST", "GET"]),
                Route("/respond/{ticket}", self.respond, methods=["POST"]),
                WebSocketRoute("/socket/{ticket}", self.socket),
                Route("/play/state", self.state),
                Route("/play/now", self.now),
                Route("/play/messages", self.messages),
                Route("/play/say", self.say, methods=["POST"]),
                Route("/play/command", self.command, methods=["POST"]),
                Route("/play/press", self.press, methods=["POST"]),
                Route("/play/react", self.react, methods=["POST"]),
                Route("/play/open", self.open, methods=["POST"]),
                Route("/play/trouble", self.trouble, methods=["POST"]),
                Route("/play/submit", self.submit, methods=["POST"]),
                Route("/play/close", self.close, methods=["POST"]),
                Route("/play/shortcut", self.shortcut, methods=["POST"]),
                Route("/play/drop", self.drop, methods=["POST"]),
                Route("/play/file/{file}", self.shared_file),
                Route("/files/{file}", self.file),
                Route("/upload/{file}", self.take_bytes, methods=["POST"]),
                Mount("/static", StaticFiles(directory=STATIC, check_dir=False)),
                *(extra or []),
            ]
        )

    async def api(self, request: Request) -> Response:
        """One Web API call; errors come as Slack sends them, 200 with ok false, 429 with Retry-After."""
        method = request.path_params["method"]
        if self.workspace.trouble == "slow":
            await asyncio.sleep(SLOW_SECONDS)
        if self.workspace.trouble == "down":
            return Response("upstream is down", 503)
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        wanted = self._app_token if method == "apps.connections.open" else self._token
        if given != wanted:
            return JSONResponse({"ok": False, "error": "invalid_auth" if given else "not_authed"})
        if method == "apps.connections.open":
            self._loop = asyncio.get_running_loop()
            host = request.headers.get("host", "127.0.0.1")
            return JSONResponse({"ok": True, "url": f"ws://{host}/socket/{next(self._tickets)}"})
        try:
            args = await _arguments(request)
            return JSONResponse({"ok": True, **self.workspace.call(method, args)})
        except SlackError as error:
            if error.code == "lost_answer":
                return StreamingResponse(_breaking_off(), headers={"Content-Length": "1000"})
            if error.code == "ratelimited":
                return JSONResponse({"ok": False, "error": "ratelimited"}, 429, {"Retry-After": "1"})
            extra = {"response_metadata": {"messages": list(error.messages)}} if error.messages else {}
            return JSONResponse({"ok": False, "error": error.code, **extra})

    async def respond(self, request: Request) -> Response:
        try:
            self.workspace.respond(request.path_params["ticket"], await request.json())
        except SlackError as error:
            return JSONResponse({"ok": False, "error": error.code}, 404)
        return Response("ok")

    async def socket(self, websocket: WebSocket) -> None:
        """A Socket Mode connection: hello, then envelopes, each to be acknowledged."""
        await websocket.accept()
        if len(self._sockets) >= SOCKETS_MOST:
            await websocket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await websocket.close()
            return
        self._loop = asyncio.get_running_loop()
        await websocket.send_json(
            {"type": "hello", "num_connections": len(self._sockets) + 1, "connection_info": {"app_id": "A0PLAY"}}
        )
        self._sockets.append(websocket)
        try:
            while True:
                text = await websocket.receive_text()
                envelope = json.loads(text).get("envelope_id") if text.startswith("{") else None
                if envelope in self._waiting:
                    self._waiting[envelope].set()
        except WebSocketDisconnect:
            pass
        finally:
            self._sockets.remove(websocket)

    def _send_envelope(self, envelope: dict[str, Any]) -> bool:
        """Send to one socket and wait for its acknowledgement; False where none is connected or none answers."""
        if not self._sockets or self._loop is None:
            return False
        return asyncio.run_coroutine_threadsafe(self._send(envelope), self._loop).result(10)

    async def _send(self, envelope: dict[str, Any]) -> bool:
        ident = f"env-{next(self._envelopes)}"
        self._waiting[ident] = asyncio.Event()
        try:
            await self._sockets[0].send_json({**envelope, "envelope_id": ident})
            await asyncio.wait_for(self._waiting[ident].wait(), 3)
            return True
        except (TimeoutError, RuntimeError):
            return False
        finally:
            del self._waiting[ident]

    async def page(self, request: Request) -> Response:
        return FileResponse(STATIC / "index.html")

    async def state(self, request: Request) -> Response:
        """People and channels, which stay as they are."""
        people = [
            {"id": m.id, "name": m.name, "email": m.email, "guest": m.guest}
            for m in self.workspace.members.values()
            if not m.bot
        ]
        channels = [
            {"id": c.id, "name": c.name, "kind": c.kind, "members": c.members}
            for c in self.workspace.channels.values()
            if c.kind != "im"
        ]
        return JSONResponse({"bot": BOT_USER, "people": people, "channels": channels})

    async def now(self, request: Request) -> Response:
        """What a person has before them wherever they are: an open form, their Home, what is unread, how Slack is."""
        user, workspace = request.query_params.get("user", ""), self.workspace
        view = next(({"id": v.id, **v.view} for v in tuple(workspace.views.values()) if v.user == user), None)
        shown = {"view": view, "home": workspace.homes.get(user), "unread": self._unread(user)}
        return JSONResponse({**shown, "trouble": workspace.trouble, "agent": workspace.agent})

    def _unread(self, user: str) -> list[str]:
        """Where others have said something that no page of this person has shown yet."""
        newest = {p.channel: p.ts for p in self.workspace.posted if p.only_for in {None, user} and p.user != user}
        mine = [c for c in tuple(self.workspace.channels.values()) if user in c.members]
        return [
            "dm" if c.kind == "im" else c.id for c in mine if newest.get(c.id, "") > self._read.get((user, c.id), "")
        ]

    async def messages(self, request: Request) -> Response:
        """What a person sees in a channel, which is then read; `dm` is the conversation with Caddie."""
        user = request.query_params.get("user", "")
        channel = self._channel(request.query_params.get("channel", ""), user)
        posted = self.workspace.visible(user, channel)
        if posted:
            self._read[user, channel] = posted[-1].ts
        statuses = {
            ts: status for (place, ts), status in tuple(self.workspace.statuses.items()) if place == channel and status
        }
        return JSONResponse(
            {
                "messages": [self._shown(p) for p in posted],
                "statuses": statuses,
                "prompts": self.workspace.prompts.get(channel),
            }
        )

    def _shown(self, posted: Posted) -> dict[str, Any]:
        author = self.workspace.members.get(posted.user)
        return {
            "ts": posted.ts,
            "user": posted.user,
            "name": author.name if author else posted.user,
            "text": posted.text,
            "blocks": posted.blocks,
            "thread_ts": posted.thread_ts,
            "ephemeral": posted.only_for is not None,
            "edited": posted.edited,
            "streaming": posted.streaming,
            "reactions": posted.reactions,
            "unfurls": self.workspace.unfurled.get((posted.channel, posted.ts), {}),
            "files": [
                {"id": f.id, "name": f.name, "title": f.title, "alt": f.alt, "picture": _suffix(f.name) in PICTURES}
                for f in map(self.workspace.files.__getitem__, posted.files)
            ],
        }

    async def say(self, request: Request) -> Response:
        body = await request.json()
        channel = self._channel(body["channel"], body["user"])
        self._pool.submit(self._say, body["user"], channel, body["text"], body.get("thread_ts"))
        return JSONResponse({"ok": True})

    def _say(self, user: str, channel: str, text: str, thread_ts: str | None) -> None:
        """Links are told of as well: which domains are the app's own, this workspace does not know."""
        posted = self.deliverer.say(user, channel, text, thread_ts)
        if links := LINK.findall(text):
            self.deliverer.share_links(posted, links)

    async def command(self, request: Request) -> Response:
        """/caddie with a text."""
        body = await request.json()
        self._pool.submit(
            self.deliverer.command, body["user"], self._channel(body["channel"], body["user"]), body["text"]
        )
        return JSONResponse({"ok": True})

    async def press(self, request: Request) -> Response:
        """A button or a menu, of the message `ts` or else of the person's Home."""
        body = await request.json()
        user, action, value = body["user"], body["action_id"], body["value"]
        if "ts" not in body:
            self._pool.submit(self.deliverer.press_home, user, action, value)
            return JSONResponse({"ok": True})
        found = self._posted(body["ts"])
        if found is None:
            return JSONResponse({"ok": False, "error": "message_not_found"}, 404)
        self._pool.submit(self.deliverer.press, user, found, action, value, selected=body.get("selected", False))
        return JSONResponse({"ok": True})

    async def react(self, request: Request) -> Response:
        """A reaction, once a person and name."""
        body = await request.json()
        found = self._posted(body["ts"])
        if found is None:
            return JSONResponse({"ok": False, "error": "message_not_found"}, 404)
        if body["user"] not in found.reactions.get(body["name"], ()):
            self._pool.submit(self.deliverer.react, body["user"], found, body["name"])
        return JSONResponse({"ok": True})

    async def open(self, request: Request) -> Response:
        """A person opens a tab of the app."""
        body = await request.json()
        self._pool.submit(self.deliverer.home_opened, body["user"], body["tab"])
        return JSONResponse({"ok": True})

    async def trouble(self, request: Request) -> Response:
        """How Slack behaves towards the app from now on."""
        body = await request.json()
        if body["trouble"] not in TROUBLES:
            return JSONResponse({"ok": False, "error": "invalid_arguments"}, 400)
        self.workspace.trouble, self.workspace.agent = body["trouble"], bool(body["agent"])
        return JSONResponse({"ok": True})

    async def submit(self, request: Request) -> Response:
        """A filled form; the errors to show in it, if any."""
        body = await request.json()
        return JSONResponse(
            {"errors": await run_in_threadpool(self.deliverer.submit, body["user"], body["view"], body["values"])}
        )

    async def close(self, request: Request) -> Response:
        body = await request.json()
        self.workspace.views.pop(body["view"], None)
        return JSONResponse({"ok": True})

    async def shortcut(self, request: Request) -> Response:
        """A shortcut, on the message `ts` where one is given."""
        body = await request.json()
        self._pool.submit(self.deliverer.shortcut, body["user"], body["callback_id"], self._posted(body.get("ts")))
        return JSONResponse({"ok": True})

    async def drop(self, request: Request) -> Response:
        """A file, its bytes as the body."""
        query = request.query_params
        data = await request.body()
        channel = self._channel(query["channel"], query["user"])
        self._pool.submit(self.deliverer.drop, query["user"], channel, query["name"], data)
        return JSONResponse({"ok": True})

    async def file(self, request: Request) -> Response:
        """A file's bytes, for the app's token alone."""
        found = self.workspace.files.get(request.path_params["file"])
        if request.headers.get("authorization") != f"Bearer {self._token}":
            return Response("sign in", 403)
        return Response(found.data, media_type="application/octet-stream") if found else Response("gone", 404)

    async def take_bytes(self, request: Request) -> Response:
        """The bytes of an upload, raw or as the one file of a form, as Slack takes them."""
        form = "multipart" in request.headers.get("content-type", "")
        data = await (await request.form())["filename"].read() if form else await request.body()  # type: ignore[union-attr]
        try:
            self.workspace.take_bytes(request.path_params["file"], data)
        except SlackError:
            return Response("bad upload", 400)
        return Response("OK")

    async def shared_file(self, request: Request) -> Response:
        """A file for the page, to those who see a message that shares it."""
        name, user = request.path_params["file"], request.query_params.get("user", "")
        seen = any(
            name in p.files and user in self.workspace.channels[p.channel].members for p in self.workspace.posted
        )
        found = self.workspace.files.get(name)
        if not seen or found is None:
            return Response("gone", 404)
        picture = PICTURES.get(_suffix(found.name))
        told = f"{'inline' if picture else 'attachment'}; filename*=UTF-8''{quote(found.name, safe='')}"
        return Response(
            found.data, media_type=picture or "application/octet-stream", headers={"Content-Disposition": told}
        )

    def _posted(self, ts: str | None) -> Posted | None:
        return next((p for p in self.workspace.posted if p.ts == ts), None)

    def _channel(self, channel: str, user: str) -> str:
        return self.workspace.direct(user).id if channel == "dm" else channel


async def _breaking_off() -> AsyncIterator[bytes]:
    """The beginning of an answer; fewer bytes than announced break the connection."""
    yield b'{"ok":'


def _suffix(name: str) -> str:
    return name.rpartition(".")[2].lower()


async def _arguments(request: Request) -> dict[str, Any]:
    if request.method == "GET":
        return dict(request.query_params)
    if "json" in request.headers.get("content-type", ""):
        found: dict[str, Any] = await request.json() if await request.body() else {}
        return found
    return {**dict(request.query_params), **dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))}
