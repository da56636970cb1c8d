"""Finding what was said to Caddie while it was away: direct messages and mentions that no event told of."""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.slack.intake.arrivals import arrival_of
from bot.storage.inbox import Inbox

log = logging.getLogger(__name__)
OVERLAP, LONGEST = timedelta(minutes=2), timedelta(hours=6)
"""An answer after more than six hours would surprise."""
NO_RIGHT = {
    "missing_scope",
    "channel_not_found",
    "not_in_channel",
    "no_permission",
    "method_not_supported_for_channel_type",
    "is_archived",
}
TYPES = ("im", "public_channel,private_channel")


def reconcile(client: WebClient, inbox: Inbox, since: datetime) -> int:
    """Store what was said since a moment and is not known; how many that were.

    Conversations that the bot may not read are left out. A reply in a thread without a mention is not found, for
    threads would have to be read one by one.
    """
    me = client.auth_test()
    found = 0
    for types in TYPES:
        try:
            for channel in _pages(client.users_conversations, "channels", types=types, exclude_archived=True):
                found += sum(
                    _taken(message, str(channel["id"]), types == "im", me, inbox)
                    for message in _said(client, str(channel["id"]), since)
                )
        except SlackApiError as error:
            if error.response.get("error") not in NO_RIGHT:
                raise
            log.warning("what was missed cannot be looked for everywhere (%s)", error.response.get("error"))
    if found:
        log.warning("%d messages had been missed and are answered now", found)
    return found


def _said(client: WebClient, channel: str, since: datetime) -> Iterator[dict[str, Any]]:
    """What was said in a conversation, the oldest first."""
    try:
        yield from reversed(
            list(_pages(client.conversations_history, "messages", channel=channel, oldest=f"{since.timestamp():.6f}"))
        )
    except SlackApiError as error:
        if error.response.get("error") not in NO_RIGHT:
            raise
        log.info("a conversation cannot be read (%s)", error.response.get("error"))


def _taken(message: dict[str, Any], channel: str, direct: bool, me: Any, inbox: Inbox) -> bool:
    event = {**message, "type": "message", "channel": channel, "channel_type": "im" if direct else "channel"}
    known = [{"user_id": me["user_id"], "is_bot": True}]
    arrival = arrival_of({"type": "event_callback", "team_id": me["team_id"], "authorizations": known, "event": event})
    if arrival is None or not (arrival.direct or arrival.mentioned):
        return False
    return inbox.store(arrival.key, arrival.lane, arrival.model_dump(mode="json", exclude_defaults=True))


def _pages(read: Any, name: str, **asked: Any) -> Iterator[dict[str, Any]]:
    cursor = ""
    while True:
        page = read(limit=200, cursor=cursor, **asked)
        yield from page.get(name) or ()
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return
