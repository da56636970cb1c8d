"""Slack payload → arrival; nothing else."""

import json
import re
from typing import Any

from bot.contract.message import Action
from bot.language.lexicon import words
from bot.slack.intake.arrival import Arrival, SharedFile

LOG_SHORTCUT, LOG_MESSAGE_SHORTCUT = "log", "log_message"


_SPOKEN_SUBTYPES = {None, "file_share", "thread_broadcast"}


def arrival_of(body: dict[str, Any]) -> Arrival | None:
    """The arrival in a payload that Bolt has verified and parsed; None for what is not for Caddie.

    Raises ValueError where the payload is not of the shape that Slack sends.
    """
    try:
        return _arrival_of(body)
    except (AttributeError, TypeError, KeyError, IndexError) as error:
        raise ValueError("the payload is not of the shape that Slack sends") from error


def _arrival_of(body: dict[str, Any]) -> Arrival | None:
    if body.get("type") == "event_callback":
        read = {
            "app_home_opened": _opened,
            "reaction_added": _reaction,
            "link_shared": _links,
            "app_uninstalled": _removed,
            "tokens_revoked": _removed,
        }.get(str((body.get("event") or {}).get("type")), _message)
        return read(body)
    if body.get("type") == "block_actions":
        return _press(body)
    if body.get("type") == "shortcut" and body.get("callback_id") == LOG_SHORTCUT:
        return _form(body)
    if body.get("type") == "message_action" and body.get("callback_id") == LOG_MESSAGE_SHORTCUT:
        return _shared(body)
    if body.get("type") == "view_submission":
        return _submission(body)
    if body.get("command"):
        return _command(body)
    return None


def _team(body: dict[str, Any]) -> str:
    """The workspace that Caddie is installed in: in a shared channel the event's own may be another company's."""
    installed = [a["team_id"] for a in body.get("authorizations") or () if a.get("team_id")]
    return str(installed[0] if installed else body.get("team_id", ""))


def _message(body: dict[str, Any]) -> Arrival | None:
    bots = [a["user_id"] for a in body.get("authorizations") or () if a.get("is_bot")]
    bot_user_id = bots[0] if bots else None
    event = body.get("event") or {}
    if event.get("type") not in {"message", "app_mention"} or event.get("subtype") not in _SPOKEN_SUBTYPES:
        return None
    if event.get("bot_id") or not event.get("user") or event["user"] == bot_user_id:
        return None
    team, channel, ts = _team(body), str(event.get("channel", "")), str(event.get("ts", ""))
    text = str(event.get("text") or "")
    mention = re.compile(rf"<@{re.escape(bot_user_id)}(?:\|[^>]*)?>") if bot_user_id else re.compile(r"(?!)")
    return Arrival(
        kind="message",
        key=f"msg:{team}:{channel}:{ts}",
        team=team,
        user=str(event["user"]),
        channel=channel,
        ts=ts,
        thread_ts=event.get("thread_ts"),
        text=mention.sub("", text).strip(),
        mentioned=event["type"] == "app_mention" or bool(mention.search(text)),
        direct=event.get("channel_type") == "im" or channel.startswith("D"),
        files=tuple(_file(found) for found in event.get("files") or ()),
    )


def _opened(body: dict[str, Any]) -> Arrival:
    """A tab of the app was opened: Home, or the conversation."""
    event, team = body["event"], _team(body)
    user, tab = str(event.get("user", "")), "home" if event.get("tab") == "home" else "prompts"
    key = f"{tab}:{team}:{user}:{event.get('event_ts', '')}"
    return Arrival(
        kind=tab,
        key=key,
        team=team,
        user=user,
        channel="" if tab == "home" else str(event.get("channel", "")),
        direct=True,
    )


def _removed(body: dict[str, Any]) -> Arrival | None:
    """The workspace took Caddie out, or its bot's token away; tokens of people are not used."""
    event, team = body["event"], _team(body)
    if event.get("type") == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
        return None
    return Arrival(
        kind="removed",
        key=f"removed:{team}:{body.get('event_id', '')}",
        team=team,
        user="",
        channel="",
        value=str(int(body.get("event_time") or 0)),
    )


REACTIONS = {"white_check_mark": Action.CONFIRM, "heavy_check_mark": Action.CONFIRM, "x": Action.DISCARD}


def _reaction(body: dict[str, Any]) -> Arrival | None:
    """A mark on a message that stands for a press on its card."""
    event, team = body["event"], _team(body)
    item, action = event.get("item") or {}, REACTIONS.get(str(event.get("reaction", "")).partition("::")[0])
    if action is None or item.get("type") != "message":
        return None
    user, channel, ts = str(event.get("user", "")), str(item.get("channel", "")), str(item.get("ts", ""))
    return Arrival(
        kind="reaction",
        key=f"react:{team}:{channel}:{ts}:{user}:{action}",
        team=team,
        user=user,
        channel=channel,
        ts=ts,
        direct=channel.startswith("D"),
        action=action,
    )


def _links(body: dict[str, Any]) -> Arrival | None:
    """Links into the CRM in a posted message; while it is being written nobody knows who will read it."""
    event, team = body["event"], _team(body)
    channel, ts, user = str(event.get("channel", "")), str(event.get("message_ts", "")), str(event.get("user", ""))
    urls = [str(link.get("url", "")) for link in event.get("links") or () if isinstance(link, dict)]
    if event.get("source") == "composer" or channel == "COMPOSER" or not urls:
        return None
    return Arrival(
        kind="links",
        key=f"links:{team}:{channel}:{ts}",
        team=team,
        user=user,
        channel=channel,
        ts=ts,
        direct=channel.startswith("D"),
        value=json.dumps(urls),
    )


def _file(found: dict[str, Any]) -> SharedFile:
    url = str(found.get("url_private_download") or found.get("url_private") or "")
    return SharedFile(
        id=str(found.get("id", "")),
        name=str(found.get("name") or found.get("title") or "file"),
        size=int(found.get("size") or 0),
        url=url,
    )


def _form(body: dict[str, Any]) -> Arrival:
    """The global shortcut: an empty form."""
    team, user = str((body.get("team") or {}).get("id", "")), str((body.get("user") or {}).get("id", ""))
    trigger = str(body.get("trigger_id", ""))
    return Arrival(
        kind="form",
        key=f"form:{team}:{user}:{trigger}",
        team=team,
        user=user,
        channel="",
        direct=True,
        trigger_id=trigger,
    )


def _shared(body: dict[str, Any]) -> Arrival:
    """The shortcut on a message: what it says is handed over to be logged."""
    message, channel = body.get("message") or {}, str((body.get("channel") or {}).get("id", ""))
    team, user = str((body.get("team") or {}).get("id", "")), str((body.get("user") or {}).get("id", ""))
    ts = str(message.get("ts", ""))
    return Arrival(
        kind="shared",
        key=f"shared:{team}:{channel}:{ts}:{user}:{body.get('action_ts') or body.get('trigger_id', '')}",
        team=team,
        user=user,
        channel=channel,
        ts=ts,
        thread_ts=message.get("thread_ts"),
        text=str(message.get("text") or ""),
        said_by=str(message.get("user") or ""),
        replies=int(message.get("reply_count") or 0),
        trigger_id=str(body.get("trigger_id", "")),
        response_url=body.get("response_url"),
    )


def _submission(body: dict[str, Any]) -> Arrival:
    """A filled form; what it is about is looked up again, and its owner checked."""
    view = body.get("view") or {}
    team, user = str((body.get("team") or {}).get("id", "")), str((body.get("user") or {}).get("id", ""))
    try:
        about = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        about = {}
    about = about if isinstance(about, dict) else {}
    channel = str(about.get("channel") or "")
    return Arrival(
        kind="submission",
        key=f"view:{team}:{view.get('id', '')}:{view.get('hash', '')}",
        team=team,
        user=user,
        channel=channel,
        ts=str(about.get("ts") or ""),
        thread_ts=about.get("thread_ts"),
        direct=channel.startswith("D") or not channel,
        value=str(about.get("ref") or ""),
        ephemeral=bool(about.get("ephemeral")),
        form=(view.get("state") or {}).get("values") or {},
    )


def _press(body: dict[str, Any]) -> Arrival | None:
    action = (body.get("actions") or [{}])[0]
    name = str(action.get("action_id", "")).partition(":")[0]  # behind the colon: which of several, as ids must differ
    value = str(action.get("value") or (action.get("selected_option") or {}).get("value") or "")
    if name == "rate":
        name, _, value = value.partition(":")
    if name not in set(Action):
        return None
    container, message = body.get("container") or {}, body.get("message") or {}
    channel = str((body.get("channel") or {}).get("id") or container.get("channel_id") or "")
    team, user = str((body.get("team") or {}).get("id", "")), str((body.get("user") or {}).get("id", ""))
    ts = str(container.get("message_ts") or message.get("ts") or "")
    return Arrival(
        kind="press",
        key=f"act:{team}:{channel}:{ts}:{user}:{name}:{action.get('action_ts', '')}",
        team=team,
        user=user,
        channel=channel,
        ts=ts,
        thread_ts=message.get("thread_ts") or container.get("thread_ts"),
        direct=channel.startswith("D"),
        action=name,
        value=value,
        ephemeral=bool(container.get("is_ephemeral")),
        response_url=body.get("response_url"),
        trigger_id=str(body.get("trigger_id", "")),
    )


def _command(body: dict[str, Any]) -> Arrival:
    team, channel = str(body.get("team_id", "")), str(body.get("channel_id", ""))
    return Arrival(
        kind="form" if str(body.get("text") or "").strip().casefold() in words("opens_form") else "command",
        key=f"cmd:{team}:{body.get('trigger_id', '')}",
        team=team,
        user=str(body.get("user_id", "")),
        channel=channel,
        thread_ts=f"command-{body.get('user_id', '')}",
        text=str(body.get("text") or "").strip() or "help",
        mentioned=True,
        direct=channel.startswith("D"),
        response_url=body.get("response_url"),
        trigger_id=str(body.get("trigger_id", "")),
    )
