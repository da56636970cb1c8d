"""The Web API beyond messages, in the stand-in: Home, agent status and prompts, streams, unfurls, reactions."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

from bot.playground.limits import SlackError, check_home, check_message, parsed
from bot.playground.records import Channel, Member, Posted

PROMPTS_MOST, LOADING_MOST, STREAM_TEXT_MOST = 4, 10, 12_000


@dataclass
class Surfaces:
    """What a workspace has besides messages; `agent` is off where it lacks the agent features."""

    agent: bool = True
    homes: dict[str, dict[str, Any]] = field(default_factory=dict)
    statuses: dict[tuple[str, str], str] = field(default_factory=dict)
    prompts: dict[str, dict[str, Any]] = field(default_factory=dict)
    unfurled: dict[tuple[str, str], dict[str, Any]] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    posted: list[Posted] = field(default_factory=list)

    def _channel(self, args: dict[str, Any]) -> Channel:
        raise NotImplementedError

    def _post(self, args: dict[str, Any], channel: Channel, only_for: str | None) -> Posted:
        raise NotImplementedError

    def _own(self, args: dict[str, Any]) -> Posted:
        raise NotImplementedError

    def api_views_publish(self, args: dict[str, Any]) -> dict[str, Any]:
        """The Home of one person; `hash` guards against overwriting a newer one."""
        user, view = str(args.get("user_id")), parsed(args.get("view"))
        if user not in self.members:
            raise SlackError("user_not_found")
        check_home(view)
        before = self.homes.get(user)
        if args.get("hash") and before and before["hash"] != args["hash"]:
            raise SlackError("hash_conflict")
        told = hashlib.sha256(f"{before and before['hash']}{json.dumps(view)}".encode()).hexdigest()[:12]
        self.homes[user] = {"id": f"VH{user}", "hash": told, **view}
        return {"view": self.homes[user]}

    def api_assistant_threads_setStatus(self, args: dict[str, Any]) -> dict[str, Any]:
        channel = self._channel({"channel": args.get("channel_id")})
        self._needs_agent("unknown_method")
        loading = parsed(args.get("loading_messages")) or []
        if not args.get("thread_ts"):
            raise SlackError("invalid_thread_ts")
        if len(loading) > LOADING_MOST:
            raise SlackError("invalid_arguments")
        self.statuses[channel.id, str(args["thread_ts"])] = str(args.get("status") or "")
        return {}

    def api_assistant_threads_setSuggestedPrompts(self, args: dict[str, Any]) -> dict[str, Any]:
        channel = self._channel({"channel": args.get("channel_id")})
        self._needs_agent("not_agent_app")
        prompts = parsed(args.get("prompts")) or []
        if not 0 < len(prompts) <= PROMPTS_MOST or any(not p.get("title") or not p.get("message") for p in prompts):
            raise SlackError("invalid_arguments")
        self.prompts[channel.id] = {"title": str(args.get("title") or ""), "prompts": prompts}
        return {}

    def api_chat_startStream(self, args: dict[str, Any]) -> dict[str, Any]:
        """A message that grows; in channels the reader must be named."""
        self._needs_agent("unknown_method")
        channel = self._channel(args)
        if not args.get("thread_ts"):
            raise SlackError("invalid_thread_ts")
        for name in ("recipient_user_id", "recipient_team_id"):
            if channel.kind != "im" and not args.get(name):
                raise SlackError(f"missing_{name}")
        posted = self._post(
            {"channel": channel.id, "text": _streamed(args) or " ", "thread_ts": args["thread_ts"]}, channel, None
        )
        posted.streaming = True
        return {"channel": channel.id, "ts": posted.ts}

    def api_chat_appendStream(self, args: dict[str, Any]) -> dict[str, Any]:
        posted = self._streaming(args)
        posted.text = (posted.text + _streamed(args)).lstrip()
        return {"channel": posted.channel, "ts": posted.ts}

    def api_chat_stopStream(self, args: dict[str, Any]) -> dict[str, Any]:
        """Ends the growing; what comes with it stands below what was streamed."""
        posted = self._streaming(args)
        blocks = parsed(args.get("blocks"))
        if blocks:
            check_message(posted.text, blocks)
            posted.blocks = [{"type": "markdown", "text": posted.text}, *blocks]
        posted.text, posted.metadata = (posted.text + _streamed(args)).lstrip(), parsed(args.get("metadata"))
        posted.streaming = False
        return {"channel": posted.channel, "ts": posted.ts}

    def _streaming(self, args: dict[str, Any]) -> Posted:
        posted = self._own(args)
        if not posted.streaming:
            raise SlackError("message_not_in_streaming_state")
        return posted

    def api_chat_unfurl(self, args: dict[str, Any]) -> dict[str, Any]:
        """Previews for links of a message; a link that was not in it is refused."""
        unfurls = parsed(args.get("unfurls"))
        channel, ts = str(args.get("channel") or ""), str(args.get("ts") or "")
        if not isinstance(unfurls, dict) or not unfurls:
            raise SlackError("missing_unfurls")
        if not (channel and ts) and not (args.get("unfurl_id") and args.get("source")):
            raise SlackError("missing_channel")
        found = next((p for p in self.posted if p.channel == channel and p.ts == ts), None)
        if found is None:
            raise SlackError("cannot_find_message")
        for url, shown in unfurls.items():
            if url not in found.text:
                raise SlackError("cannot_unfurl_url")
            check_message("unfurl", shown.get("blocks"))
        self.unfurled[channel, ts] = {**self.unfurled.get((channel, ts), {}), **unfurls}
        return {}

    def api_reactions_add(self, args: dict[str, Any]) -> dict[str, Any]:
        channel = self._channel(args)
        found = next((p for p in self.posted if p.channel == channel.id and p.ts == str(args.get("timestamp"))), None)
        if found is None:
            raise SlackError("message_not_found")
        users = found.reactions.setdefault(str(args.get("name")), [])
        if "bot" in users:
            raise SlackError("already_reacted")
        users.append("bot")
        return {}

    def _needs_agent(self, code: str) -> None:
        if not self.agent:
            raise SlackError(code)


def _streamed(args: dict[str, Any]) -> str:
    """The text in a streaming call: as markdown_text or in chunks, not both."""
    chunks = parsed(args.get("chunks"))
    if chunks and args.get("markdown_text"):
        raise SlackError("cannot_provide_both_markdown_text_and_chunks")
    text = (
        "".join(chunk.get("text", "") for chunk in chunks if chunk.get("type") == "markdown_text")
        if chunks
        else str(args.get("markdown_text") or "")
    )
    if len(text) > STREAM_TEXT_MOST:
        raise SlackError("msg_too_long")
    return text
