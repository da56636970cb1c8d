"""What is to be sent for the replies to an arrival: which message where, for whom; nothing is sent here."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict
from slack_sdk.errors import SlackApiError

from bot.contract.phrases import phrase
from bot.contract.replies.aids import AidsFound
from bot.contract.replies.base import Reply
from bot.contract.replies.coaching import Document
from bot.contract.replies.notices import Refusal
from bot.domain.audience import Audience
from bot.slack.intake.arrival import Arrival
from bot.slack.outgoing.attachments import Attachment, attachment
from bot.slack.workspace import Workspace
from bot.views import View, render
from bot.views.mrkdwn import escape

log = logging.getLogger(__name__)
REPLACES = {
    "confirm": {"receipt"},
    "discard": {"discarded"},
    "undo": {"receipt"},
    "choose": {"draft", "question"},
    "": {"draft"},
}
TEXT_MOST = 3900


class Outgoing(BaseModel):
    """One call to Slack.

    `seen_by` is who read the channel when the answer was made; whoever asked is `user`, who alone gets the answer
    where others read it since. `under` names the message of the same item in whose thread this belongs. `to` is the
    e-mail of who gets it in their direct conversation, where that is not known yet; `team` is the workspace it was made
    for.
    """

    model_config = ConfigDict(frozen=True)

    team: str = ""
    to: str = ""
    way: Literal["post", "ephemeral", "respond", "update", "finish", "file", "canvas"]
    channel: str = ""
    user: str = ""
    thread_ts: str | None = None
    under: int | None = None
    ts: str = ""
    url: str = ""
    public: bool = False
    text: str = ""
    blocks: list[dict[str, Any]] = []
    seen_by: Audience | None = None
    name: str = ""
    alt: str | None = None
    document: dict[str, Any] = {}
    language: str = "en"


Sending = tuple[Outgoing, bytes | None]


class Composer:
    """Turns replies into what is to be sent. Pictures are drawn here, so that sending again draws none."""

    def __init__(self, workspace: Workspace, charts: Path) -> None:
        self._workspace, self._charts = workspace, charts

    def replies(self, arrival: Arrival, replies: Sequence[Reply], audience: Audience) -> list[Sending]:
        made: list[Sending] = []
        for reply in replies:
            if isinstance(reply, AidsFound) and reply.announced_in:
                made += self._announced(reply, arrival, audience)
            else:
                made += self._reply(reply, arrival, audience, len(made))
        return made

    def after_press(self, arrival: Arrival, replies: Sequence[Reply], audience: Audience) -> list[Sending]:
        """The card becomes what came of it; refusals and fresh cards come beside it."""
        gone = arrival.ephemeral and not arrival.response_url
        made: list[Sending] = []
        for reply in replies:
            if reply.kind in REPLACES.get(arrival.action, ()) and arrival.ts and not gone:
                made.append((self._replacing(arrival, render(reply)), None))
            else:
                made += self._reply(reply, arrival, audience, len(made))
        return made

    def _reply(self, reply: Reply, arrival: Arrival, audience: Audience, place: int) -> list[Sending]:
        """A reply where it belongs, with its file or canvas where all in the place see it."""
        view = render(reply)
        told = {"text": view.text[:TEXT_MOST], "blocks": view.blocks, "user": arrival.user, "language": reply.language}
        if arrival.kind == "command" and arrival.response_url:
            public = reply.audience == "channel" and not audience.direct
            return [
                (
                    Outgoing(
                        way="respond",
                        url=arrival.response_url,
                        public=public,
                        channel=arrival.channel,
                        seen_by=audience if public else None,
                        **told,
                    ),
                    None,
                )
            ]
        if reply.audience == "ephemeral" and not audience.direct:
            return [(Outgoing(way="ephemeral", channel=arrival.channel, thread_ts=arrival.thread_ts, **told), None)]
        thread_ts = thread_of(arrival, audience)
        where = {
            "channel": arrival.channel,
            "user": arrival.user,
            "seen_by": None if audience.direct else audience,
            "language": reply.language,
        }
        made: list[Sending] = [(Outgoing(way="post", thread_ts=thread_ts, **where | told), None)]
        below = {"thread_ts": thread_ts, "under": None if thread_ts or audience.direct else place}
        file = self._file(reply)
        if isinstance(reply, Document):
            document = {
                "title": reply.title,
                "markdown": reply.markdown,
                "changed": list(reply.changed),
                "key": reply.key,
                "language": reply.language,
            }
            made.append(
                (
                    Outgoing(
                        way="canvas",
                        document=document,
                        name=file.name if file else "",
                        text=reply.title,
                        **where | below,
                    ),
                    file.data if file else None,
                )
            )
        elif file:
            made.append(
                (Outgoing(way="file", name=file.name, text=file.title, alt=file.alt, **where | below), file.data)
            )
        return made

    def _file(self, reply: Reply) -> Attachment | None:
        """The file of a reply; the answer stands without one that cannot be made."""
        try:
            return attachment(reply, self._charts)
        except Exception:  # whatever stands in the words, drawing them must not cost the answer
            log.exception("a file could not be made for a reply of kind %s", reply.kind)
            return None

    def _announced(self, reply: AidsFound, arrival: Arrival, audience: Audience) -> list[Sending]:
        """An aid in the channels named, within the company; what cannot be is told to who asked."""
        view, posted = render(reply), []
        made: list[Sending] = []
        for channel in reply.announced_in:
            name, say = channel, "announce_not_there"
            try:
                there = self._workspace.audience(channel)
                name, say = (
                    there.channel,
                    "announce_external" if there.external else "" if self._workspace.inside(channel) else say,
                )
            except SlackApiError:
                pass  # a channel that the bot cannot see is one where it cannot post
            if say:
                refused = Refusal(
                    reason="external_audience" if say == "announce_external" else "unavailable",
                    say=say,
                    values={"channel": name},
                    language=reply.language,
                )
                made += self._reply(refused.model_copy(update={"audience": "ephemeral"}), arrival, audience, len(made))
            else:
                made.append(
                    (
                        Outgoing(
                            way="post",
                            channel=channel,
                            text=view.text[:TEXT_MOST],
                            blocks=view.blocks,
                            seen_by=there,
                            user=arrival.user,
                            language=reply.language,
                        ),
                        None,
                    )
                )
                posted.append(f"<#{channel}>")
        if posted:
            text = phrase(reply.language, "announced_in", title=escape(reply.aids[0].title), channels=", ".join(posted))
            made.append((self.alone(arrival, View(text, []), reply.language), None))
        return made

    def alone(self, arrival: Arrival, view: View, language: str = "en") -> Outgoing:
        """Something for the person alone."""
        told = {
            "text": view.text[:TEXT_MOST],
            "blocks": view.blocks,
            "user": arrival.user,
            "channel": arrival.channel,
            "language": language,
        }
        if arrival.kind == "command" and arrival.response_url:
            return Outgoing(way="respond", url=arrival.response_url, **told)
        return Outgoing(way="ephemeral", thread_ts=arrival.thread_ts, **told)

    def _replacing(self, arrival: Arrival, view: View) -> Outgoing:
        told = {
            "text": view.text[:TEXT_MOST],
            "blocks": view.blocks,
            "user": arrival.user,
            "channel": arrival.channel,
            "ts": arrival.ts,
        }
        if arrival.ephemeral and arrival.response_url:
            return Outgoing(way="respond", url=arrival.response_url, **told)
        return Outgoing(way="update", **told)


def thread_of(arrival: Arrival, audience: Audience) -> str | None:
    """The thread that an answer belongs to; a message that one person alone sees can begin none."""
    if audience.direct or arrival.ephemeral:
        return arrival.thread_ts
    return arrival.root or None
