"""A Slack workspace in memory: people, channels and messages, with the rules of the Web API."""

import itertools
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.playground.limits import SlackError, check_message, check_view, parsed
from bot.playground.records import Channel, Member, Opened, Posted, Uploaded
from bot.playground.surfaces import Surfaces

TRIGGER_SECONDS = 3.0
TEAM, BOT_USER, BOT_ID = "T0PLAY", "U0CADDIE", "B0CADDIE"


@dataclass
class SlackWorkspace(Surfaces):
    """State and rules; every method of the API raises SlackError with Slack's own code."""

    channels: dict[str, Channel] = field(default_factory=dict)
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    failures: dict[str, list[str]] = field(default_factory=dict)
    views: dict[str, Opened] = field(default_factory=dict)
    files: dict[str, Uploaded] = field(default_factory=dict)
    canvases: dict[str, set[str]] = field(default_factory=dict)
    upload_base: str = ""
    trouble: str = ""

    def __post_init__(self) -> None:
        self._lock = threading.RLock()
        self._counter = itertools.count(1)
        self._expected: dict[str, int] = {}
        self._triggers: dict[str, tuple[str, float]] = {}
        self._urls: dict[str, tuple[str, str, str | None, float, int]] = {}
        self.members[BOT_USER] = Member(BOT_USER, "Caddie", None, bot=True)

    def stamp(self) -> str:
        """A message's ts, unique and rising."""
        return f"{int(time.time())}.{next(self._counter):06d}"

    def add_member(
        self, name: str, email: str | None, user: str | None = None, *, guest: bool = False, locale: str = "en-US"
    ) -> Member:
        member = Member(user or f"U0{len(self.members):05d}", name, email, guest, locale=locale)
        self.members[member.id] = member
        return member

    def add_channel(self, name: str, kind: str, members: list[str]) -> Channel:
        prefix = "D" if kind == "im" else "C"
        channel = Channel(f"{prefix}0{len(self.channels):05d}", name, kind, [*members, BOT_USER])
        self.channels[channel.id] = channel
        return channel

    def direct(self, user: str) -> Channel:
        """The direct conversation of a user with the bot."""
        with self._lock:
            found = next((c for c in self.channels.values() if c.kind == "im" and user in c.members), None)
            return found or self.add_channel(user, "im", [user])

    def fail_next(self, method: str, *codes: str) -> None:
        """Let the next calls of a method fail with these error codes, `ratelimited` among them; `lost_answer` does the
        work and breaks off.
        """
        self.failures.setdefault(method, []).extend(codes)

    def call(self, method: str, args: dict[str, Any]) -> dict[str, Any]:
        """One Web API call by the bot."""
        with self._lock:
            self.calls.append((method, args))
            if self.trouble == "429":
                raise SlackError("ratelimited")
            failure = self.failures[method].pop(0) if self.failures.get(method) else ""
            if failure and failure != "lost_answer":
                raise SlackError(failure)
            handler = getattr(self, "api_" + method.replace(".", "_"), None)
            if handler is None:
                raise SlackError("unknown_method")
            answer: dict[str, Any] = handler(args)
            if failure:
                raise SlackError(failure)
            return answer

    def api_auth_test(self, args: dict[str, Any]) -> dict[str, Any]:
        return {
            "url": "https://playground.slack.example/",
            "team": "Playground",
            "user": "caddie",
            "team_id": TEAM,
            "user_id": BOT_USER,
            "bot_id": BOT_ID,
        }

    def api_users_info(self, args: dict[str, Any]) -> dict[str, Any]:
        member = self.members.get(str(args.get("user")))
        if member is None:
            raise SlackError("user_not_found")
        profile = {"email": member.email} if member.email else {}
        user = {
            "id": member.id,
            "team_id": TEAM,
            "name": member.name,
            "real_name": member.name,
            "is_bot": member.bot,
            "is_restricted": member.guest,
            "profile": profile,
        }
        if args.get("include_locale") in {"1", "true", True}:
            user["locale"] = member.locale
        return {"user": user}

    def api_users_lookupByEmail(self, args: dict[str, Any]) -> dict[str, Any]:
        wanted = str(args.get("email") or "").casefold()
        found = next((m for m in self.members.values() if (m.email or "").casefold() == wanted), None)
        if found is None:
            raise SlackError("users_not_found")
        return self.api_users_info({"user": found.id})

    def trigger(self, user: str) -> str:
        """A ticket to open one view within three seconds."""
        with self._lock:
            ticket = f"{next(self._counter)}.{TEAM}"
            self._triggers[ticket] = (user, time.time() + TRIGGER_SECONDS)
            return ticket

    def api_views_open(self, args: dict[str, Any]) -> dict[str, Any]:
        user, until = self._triggers.pop(str(args.get("trigger_id")), ("", 0.0))
        if not user:
            raise SlackError("invalid_trigger_id")
        if time.time() > until:
            raise SlackError("expired_trigger_id")
        view = parsed(args.get("view"))
        check_view(view)
        opened = Opened(f"V{next(self._counter):08d}", user, view)
        self.views[opened.id] = opened
        return {"view": {"id": opened.id, **view}}

    def upload(self, name: str, data: bytes) -> Uploaded:
        """A file that a person drops somewhere."""
        with self._lock:
            uploaded = Uploaded(f"F{next(self._counter):08d}", name, data)
            self.files[uploaded.id] = uploaded
            return uploaded

    def api_files_getUploadURLExternal(self, args: dict[str, Any]) -> dict[str, Any]:
        """A ticket to send exactly `length` bytes to."""
        name, length = str(args.get("filename") or ""), str(args.get("length") or "")
        if not name or not length.isdigit() or int(length) < 1:
            raise SlackError("invalid_arguments")
        uploaded = self.upload(name, b"")
        uploaded.alt = str(args.get("alt_txt") or "")
        self._expected[uploaded.id] = int(length)
        return {"upload_url": f"{self.upload_base}/upload/{uploaded.id}", "file_id": uploaded.id}

    def take_bytes(self, file_id: str, data: bytes) -> None:
        """The bytes for an upload ticket; another number of bytes than announced is refused."""
        with self._lock:
            if file_id not in self._expected or len(data) != self._expected[file_id]:
                raise SlackError("bad_upload")
            self.files[file_id].data = data

    def api_files_completeUploadExternal(self, args: dict[str, Any]) -> dict[str, Any]:
        """Share files whose bytes have come, as a message in a channel where the bot is."""
        wanted = parsed(args.get("files")) or []
        channel = self._channel({"channel": args.get("channel_id")})
        if BOT_USER not in channel.members:
            raise SlackError("not_in_channel")
        for entry in wanted:
            if entry.get("id") not in self._expected or not self.files[entry["id"]].data:
                raise SlackError("file_not_found")
        for entry in wanted:
            self.files[entry["id"]].title = str(entry.get("title") or self.files[entry["id"]].name)
            del self._expected[entry["id"]]
        shared = Posted(
            self.stamp(),
            channel.id,
            BOT_USER,
            str(args.get("initial_comment") or ""),
            None,
            args.get("thread_ts"),
            None,
        )
        shared.files = [str(entry["id"]) for entry in wanted]
        self.posted.append(shared)
        return {"files": [{"id": entry["id"], "title": self.files[entry["id"]].title} for entry in wanted]}

    def api_canvases_create(self, args: dict[str, Any]) -> dict[str, Any]:
        """A canvas of its own, seen by nobody but the bot until access is given."""
        title = str(args.get("title") or "Untitled")
        made = self.upload(f"{title}.md", _canvas_text(args.get("document_content")).encode())
        made.title = title
        self.canvases[made.id] = set()
        return {"canvas_id": made.id}

    def api_canvases_edit(self, args: dict[str, Any]) -> dict[str, Any]:
        """One change a call, at the start, at the end, or of the whole."""
        canvas, changes = self._canvas(args), parsed(args.get("changes"))
        if not isinstance(changes, list) or len(changes) != 1:
            raise SlackError("invalid_arguments")
        text = _canvas_text(changes[0].get("document_content")).encode()
        match changes[0].get("operation"):
            case "insert_at_start":
                canvas.data = text + b"\n" + canvas.data
            case "insert_at_end":
                canvas.data = canvas.data + b"\n" + text
            case "replace":
                canvas.data = text
            case _:
                raise SlackError("invalid_arguments")
        return {}

    def api_canvases_access_set(self, args: dict[str, Any]) -> dict[str, Any]:
        """Access for channels or for users, not both in one call."""
        canvas, channels, users = self._canvas(args), _listed(args.get("channel_ids")), _listed(args.get("user_ids"))
        if bool(channels) == bool(users) or args.get("access_level") not in {"read", "write"}:
            raise SlackError("invalid_parameters")
        for channel in channels:
            self._channel({"channel": channel})
        if any(user not in self.members for user in users):
            raise SlackError("user_not_found")
        self.canvases[canvas.id] |= {*channels, *users}
        return {}

    def api_files_info(self, args: dict[str, Any]) -> dict[str, Any]:
        found = self.files.get(str(args.get("file")))
        if found is None:
            raise SlackError("file_not_found")
        return {
            "file": {"id": found.id, "name": found.name, "title": found.title, "permalink": self._permalink(found.id)}
        }

    def _permalink(self, file_id: str) -> str:
        return f"https://playground.slack.example/docs/{TEAM}/{file_id}"

    def _canvas(self, args: dict[str, Any]) -> Uploaded:
        canvas_id = str(args.get("canvas_id"))
        if canvas_id not in self.canvases or canvas_id not in self.files:
            raise SlackError("canvas_not_found")
        return self.files[canvas_id]

    def api_conversations_info(self, args: dict[str, Any]) -> dict[str, Any]:
        channel = self._channel(args)
        return {
            "channel": {
                "id": channel.id,
                "name": channel.name.lstrip("#"),
                "is_im": channel.kind == "im",
                "is_private": channel.kind in {"private", "im"},
                "is_ext_shared": channel.kind == "external",
                "is_member": BOT_USER in channel.members,
            }
        }

    def api_conversations_members(self, args: dict[str, Any]) -> dict[str, Any]:
        """Pages as Slack does, at most `limit` a page."""
        members = self._channel(args).members
        start, limit = int(args.get("cursor") or 0), min(int(args.get("limit") or 100), 1000)
        end = start + limit
        return {
            "members": members[start:end],
            "response_metadata": {"next_cursor": str(end) if end < len(members) else ""},
        }

    def api_conversations_open(self, args: dict[str, Any]) -> dict[str, Any]:
        return {"channel": {"id": self.direct(str(args.get("users"))).id}}

    def api_conversations_replies(self, args: dict[str, Any]) -> dict[str, Any]:
        channel, root = self._channel(args), str(args.get("ts"))
        found = [
            p for p in self.posted if p.channel == channel.id and root in {p.ts, p.thread_ts} and p.only_for is None
        ]
        return self._page(found, args)

    def api_conversations_history(self, args: dict[str, Any]) -> dict[str, Any]:
        """What stands in a channel itself, the newest first."""
        channel = self._channel(args)
        return self._page(
            [
                p
                for p in reversed(self.posted)
                if p.channel == channel.id and p.thread_ts in {None, p.ts} and p.only_for is None
            ],
            args,
        )

    def _page(self, found: list[Posted], args: dict[str, Any]) -> dict[str, Any]:
        """A page of messages between `oldest` and `latest`; metadata comes whole only where it is asked for."""
        start, limit = int(args.get("cursor") or 0), min(int(args.get("limit") or 100), 999)
        oldest, latest, inclusive = (
            float(args.get("oldest") or 0),
            float(args.get("latest") or "inf"),
            str(args.get("inclusive")).lower() in {"true", "1"},
        )
        within = [p for p in found if oldest < float(p.ts) < latest or (inclusive and float(p.ts) in {oldest, latest})]
        shown = [
            _as_message(p, self._listed_files(p), whole=str(args.get("include_all_metadata")).lower() in {"true", "1"})
            for p in within[start : start + limit]
        ]
        more = start + limit < len(within)
        return {
            "messages": shown,
            "has_more": more,
            "response_metadata": {"next_cursor": str(start + limit) if more else ""},
        }

    def _listed_files(self, posted: Posted) -> list[dict[str, str]]:
        return [{"id": f.id, "name": f.name, "title": f.title} for f in map(self.files.__getitem__, posted.files)]

    def api_users_conversations(self, args: dict[str, Any]) -> dict[str, Any]:
        """The conversations that the bot is in, of the types asked for."""
        types = set(str(args.get("types") or "public_channel").split(","))
        kinds = {"im": "im", "private": "private_channel", "public": "public_channel", "external": "public_channel"}
        found = [c for c in self.channels.values() if BOT_USER in c.members and kinds[c.kind] in types]
        start, limit = int(args.get("cursor") or 0), min(int(args.get("limit") or 100), 999)
        listed = [
            {"id": c.id, "name": c.name.lstrip("#"), "is_im": c.kind == "im"} for c in found[start : start + limit]
        ]
        return {
            "channels": listed,
            "response_metadata": {"next_cursor": str(start + limit) if start + limit < len(found) else ""},
        }

    def api_chat_postMessage(self, args: dict[str, Any]) -> dict[str, Any]:
        channel = self._channel(args)
        if BOT_USER not in channel.members:
            raise SlackError("not_in_channel")
        posted = self._post(args, channel, None)
        return {"channel": channel.id, "ts": posted.ts, "message": _as_message(posted)}

    def api_chat_postEphemeral(self, args: dict[str, Any]) -> dict[str, Any]:
        channel, user = self._channel(args), str(args.get("user"))
        if user not in channel.members:
            raise SlackError("user_not_in_channel")
        return {"message_ts": self._post(args, channel, user).ts}

    def api_chat_update(self, args: dict[str, Any]) -> dict[str, Any]:
        found = self._own(args)
        if found.streaming:
            raise SlackError("streaming_state_conflict")
        self._rewrite(found, args)
        return {"channel": found.channel, "ts": found.ts, "text": found.text}

    def _own(self, args: dict[str, Any]) -> Posted:
        """The message of the bot that a call is about."""
        channel, ts = self._channel(args), str(args.get("ts"))
        found = next((p for p in self.posted if p.channel == channel.id and p.ts == ts and p.only_for is None), None)
        if found is None:
            raise SlackError("message_not_found")
        if found.user != BOT_USER:
            raise SlackError("cant_update_message")
        return found

    def _channel(self, args: dict[str, Any]) -> Channel:
        channel = self.channels.get(str(args.get("channel")))
        if channel is None:
            raise SlackError("channel_not_found")
        return channel

    def _post(self, args: dict[str, Any], channel: Channel, only_for: str | None) -> Posted:
        text, blocks = str(args.get("text") or ""), parsed(args.get("blocks"))
        check_message(text, blocks)
        if not self.agent and any(block["type"] == "context_actions" for block in blocks or ()):
            raise SlackError("invalid_blocks", ("unsupported type: context_actions",))
        self.statuses.pop((channel.id, str(args.get("thread_ts") or "")), None)
        posted = Posted(
            self.stamp(),
            channel.id,
            BOT_USER,
            text,
            blocks,
            args.get("thread_ts"),
            only_for,
            parsed(args.get("metadata")),
        )
        posted.files = [canvas for canvas in self.canvases if self._permalink(canvas) in text]
        self.posted.append(posted)
        return posted

    def _rewrite(self, posted: Posted, args: dict[str, Any]) -> None:
        text, blocks = str(args.get("text") or ""), parsed(args.get("blocks"))
        check_message(text, blocks)
        posted.text, posted.blocks, posted.edited = text, blocks, posted.edited + 1

    def response_url(self, channel: str, user: str, ts: str | None) -> str:
        """A ticket for five answers within half an hour."""
        ticket = f"{len(self._urls):06d}"
        self._urls[ticket] = (channel, user, ts, time.time() + 1800, 0)
        return ticket

    def respond(self, ticket: str, body: dict[str, Any]) -> None:
        """An answer to a response_url."""
        with self._lock:
            if ticket not in self._urls:
                raise SlackError("no_such_url")
            channel, user, ts, until, used = self._urls[ticket]
            if time.time() > until or used >= 5:
                raise SlackError("expired_url")
            self._urls[ticket] = (channel, user, ts, until, used + 1)
            target = next((p for p in self.posted if p.ts == ts), None)
            if body.get("replace_original") and target:
                self._rewrite(target, body)
                return
            only = None if body.get("response_type") == "in_channel" else user
            self._post({**body, "channel": channel}, self.channels[channel], only)

    def visible(self, user: str, channel: str) -> list[Posted]:
        """What a user sees in a channel."""
        with self._lock:
            return [p for p in self.posted if p.channel == channel and p.only_for in {None, user}]

    def say(self, user: str, channel: str, text: str, thread_ts: str | None = None) -> Posted:
        """A person posts; the event for it is the deliverer's work."""
        with self._lock:
            posted = Posted(self.stamp(), channel, user, text, None, thread_ts)
            self.posted.append(posted)
            return posted


def _listed(value: Any) -> list[str]:
    """Ids as a list or with commas between."""
    return [str(v) for v in value] if isinstance(value, list) else [v for v in str(value or "").split(",") if v]


def _canvas_text(content: Any) -> str:
    content = parsed(content) or {}
    if (
        content.get("type") != "markdown"
        or not isinstance(content.get("markdown"), str)
        or len(content["markdown"]) > 100_000
    ):
        raise SlackError("canvas_creation_failed")
    return str(content["markdown"])


def _as_message(posted: Posted, files: Sequence[dict[str, str]] = (), *, whole: bool = True) -> dict[str, Any]:
    made: dict[str, Any] = {
        "type": "message",
        "ts": posted.ts,
        "user": posted.user,
        "text": posted.text,
        "blocks": posted.blocks or [],
    }
    if posted.thread_ts:
        made["thread_ts"] = posted.thread_ts
    if posted.metadata:
        made["metadata"] = posted.metadata if whole else {"event_type": posted.metadata["event_type"]}
    if posted.user == BOT_USER:
        made["bot_id"] = BOT_ID
    if files:
        made["files"] = list(files)
    return made
