"""What must be looked up in Slack: a user's e-mail and who sees a channel; kept for minutes only."""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from slack_sdk import WebClient

from bot.domain.audience import Audience, ChannelKind

KEPT_SECONDS, KEPT_MOST = 120.0, 10_000
T = TypeVar("T")


class Workspace:
    """Reads of one workspace. A user without e-mail, a stranger or a guest counts as somebody from outside."""

    def __init__(self, client: WebClient, clock: Callable[[], float] = time.monotonic) -> None:
        self._client, self._clock = client, clock
        self._kept: dict[str, tuple[float, Any]] = {}

    @property
    def team(self) -> str:
        """The workspace's own id."""
        found: str = self._once("team", lambda: str(self._client.auth_test()["team_id"]))
        return found

    def email(self, user: str) -> str | None:
        """The e-mail of a full member of the workspace; None for bots, guests and strangers."""
        return self._once(f"user:{user}", lambda: self._member(user))[0]

    def locale(self, user: str) -> str | None:
        """The locale that a user has set in Slack."""
        return self._once(f"user:{user}", lambda: self._member(user))[1]

    def audience(self, channel: str, within: float = KEPT_SECONDS) -> Audience:
        """Who can read a channel, looked up at most `within` seconds ago; external whenever anybody from outside
        may.
        """
        return self._once(f"channel:{channel}", lambda: self._audience(channel), within)

    def inside(self, channel: str) -> bool:
        """Whether the bot may post in a channel."""
        return bool(self._client.conversations_info(channel=channel)["channel"].get("is_member"))

    def home(self, user: str) -> str:
        """The direct conversation with a user."""
        return self._once(f"home:{user}", lambda: str(self._client.conversations_open(users=user)["channel"]["id"]))

    def user(self, email: str) -> str:
        """The user with an e-mail. Raises SlackApiError where there is none."""
        return self._once(
            f"email:{email.casefold()}", lambda: str(self._client.users_lookupByEmail(email=email)["user"]["id"])
        )

    def _once(self, key: str, read: Callable[[], T], within: float = KEPT_SECONDS) -> T:
        kept = self._kept.get(key)
        if kept is None or self._clock() - kept[0] > within:
            kept = self._kept[key] = (self._clock(), read())
            if len(self._kept) > KEPT_MOST:
                self._kept = {
                    known: found
                    for known, found in self._kept.copy().items()
                    if self._clock() - found[0] <= KEPT_SECONDS
                }
        found: T = kept[1]
        return found

    def _member(self, user: str) -> tuple[str | None, str | None]:
        found: dict[str, Any] = self._client.users_info(user=user, include_locale=True)["user"]
        outside = ("is_bot", "is_stranger", "is_restricted", "is_ultra_restricted", "deleted")
        if any(found.get(flag) for flag in outside) or (found.get("team_id") or self.team) != self.team:
            return None, None
        email = (found.get("profile") or {}).get("email")
        return str(email) if email else None, found.get("locale")

    def _audience(self, channel: str) -> Audience:
        info: dict[str, Any] = self._client.conversations_info(channel=channel)["channel"]
        if info.get("is_im"):
            return Audience(channel, ChannelKind.DIRECT)
        name = f"#{info.get('name', channel)}"
        if info.get("is_ext_shared") or info.get("is_pending_ext_shared") or info.get("is_org_shared"):
            return Audience(name, ChannelKind.EXTERNAL, id=channel)
        if not info.get("is_private") and not info.get("is_mpim"):
            guests = any(self.email(user) is None and not self._is_bot(user) for user in self._members(channel))
            return Audience(name, ChannelKind.EXTERNAL if guests else ChannelKind.PUBLIC, None, id=channel)
        people = [user for user in self._members(channel) if not self._is_bot(user)]
        emails = [self.email(user) for user in people]
        if any(email is None for email in emails):
            return Audience(name, ChannelKind.EXTERNAL, id=channel)
        return Audience(name, ChannelKind.PRIVATE, frozenset(email for email in emails if email), id=channel)

    def _members(self, channel: str) -> list[str]:
        members: list[str] = []
        cursor = ""
        while True:
            page = self._client.conversations_members(channel=channel, limit=200, cursor=cursor)
            members += page["members"]
            cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                return members

    def _is_bot(self, user: str) -> bool:
        return bool(self._once(f"bot:{user}", lambda: self._client.users_info(user=user)["user"].get("is_bot")))
