"""The stand-in's HTTP side: Web API, response URLs, Socket Mode, and the page's own few calls."""

import asyncio
import itertools
import json
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response, StreamingResponse
from starlette.routing import Mount, Route, WebSocketRoute
from starlette.staticfiles import StaticFiles
from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.playground.delivery import Deliverer
from bot.playground.limits import SlackError
from bot.playground.workspace import BOT_USER, SlackWorkspace

STATIC = Path(__file__).parent / "static"
SOCKETS_MOST = 10
SLOW_SECONDS = 4.0


class PlaygroundServer:
    """Routes over one workspace. `token` and `app_token` are the only ones it takes."""

    def __init__(self, workspace: SlackWorkspace, deliverer: Deliverer, token: str, app_token: str, extra: list[Route] | None = None) -> None:
        self.workspace, self.deliverer = workspace, deliverer
        self._token, self._app_token = token, app_token
        self._sockets: list[WebSocket] = []
        self._waiting: dict[str, asyncio.Event] = {}
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
                Route("/play/messages", self.messages),
                Route("/play/say", self.say, methods=["POST"]),
                Route("/play/press", self.press, methods=["POST"]),
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
        await websocket.send_json({"type": "hello", "num_connections": len(self._sockets) + 1, "connection_info": {"app_id": "A0PLAY"}})
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
        """People and, for each, the channels they are in."""
        people = [{"id": m.id, "name": m.name, "email": m.email} for m in self.workspace.members.values() if not m.bot]
        channels = [{"id": c.id, "name": c.name, "kind": c.kind, "members": c.members} for c in self.workspace.channels.values() if c.kind != "im"]
        return JSONResponse({"bot": BOT_USER, "people": people, "channels": channels})

    async def messages(self, request: Request) -> Response:
        """What a person sees in a channel; `dm` is the conversation with Caddie."""
        user, channel = request.query_params.get("user", ""), self._channel(request.query_params.get("channel", ""), request.query_params.get("user", ""))
        names = {m.id: m.name for m in self.workspace.members.values()}
        shown = [
            {
                "ts": p.ts,
                "user": p.user,
                "name": names.get(p.user, p.user),
                "text": p.text,
                "blocks": p.blocks,
                "thread_ts": p.thread_ts,
                "ephemeral": p.only_for is not None,
                "edited": p.edited,
                "files": [{"id": f.id, "name": f.name, "title": f.title, "alt": f.alt} for f in map(self.workspace.files.__getitem__, p.files)],
            }
            for p in self.workspace.visible(user, channel)
        ]
        view = next(({"id": v.id, **v.view} for v in self.workspace.views.values() if v.user == user), None)
        return JSONResponse({"channel": channel, "messages": shown, "view": view})

    async def say(self, request: Request) -> Response:
        body = await request.json()
        channel = self._channel(body["channel"], body["user"])
        self._pool.submit(self.deliverer.say, body["user"], channel, body["text"], body.get("thread_ts"))
        return JSONResponse({"ok": True})

    async def press(self, request: Request) -> Response:
        body = await request.json()
        found = next((p for p in self.workspace.posted if p.ts == body["ts"]), None)
        if found is None:
            return JSONResponse({"ok": False, "error": "message_not_found"}, 404)
        self._pool.submit(self.deliverer.press, body["user"], found, body["action_id"], body["value"], selected=body.get("selected", False))
        return JSONResponse({"ok": True})

    async def submit(self, request: Request) -> Response:
        """A filled form; the errors to show in it, if any."""
        body = await request.json()
        return JSONResponse({"errors": await run_in_threadpool(self.deliverer.submit, body["user"], body["view"], body["values"])})

    async def close(self, request: Request) -> Response:
        body = await request.json()
        self.workspace.views.pop(body["view"], None)
        return JSONResponse({"ok": True})

    async def shortcut(self, request: Request) -> Response:
        """A shortcut, on the message `ts` where one is given."""
        body = await request.json()
        message = next((p for p in self.workspace.posted if p.ts == body.get("ts")), None)
        self._pool.submit(self.deliverer.shortcut, body["user"], body["callback_id"], message)
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
        seen = any(name in p.files and user in self.workspace.channels[p.channel].members for p in self.workspace.posted)
        found = self.workspace.files.get(name)
        if not seen or found is None:
            return Response("gone", 404)
        kind = "image/png" if found.name.endswith(".png") else "application/octet-stream"
        return Response(found.data, media_type=kind, headers={"Content-Disposition": f'inline; filename="{found.name}"'})

    def _channel(self, channel: str, user: str) -> str:
        return self.workspace.direct(user).id if channel == "dm" else channel


async def _breaking_off() -> AsyncIterator[bytes]:
    """The beginning of an answer; fewer bytes than announced break the connection."""
    yield b'{"ok":'


async def _arguments(request: Request) -> dict[str, Any]:
    if request.method == "GET":
        return dict(request.query_params)
    if "json" in request.headers.get("content-type", ""):
        found: dict[str, Any] = await request.json() if await request.body() else {}
        return found
    return {**dict(request.query_params), **dict(parse_qsl((await request.body()).decode(), keep_blank_values=True))}
