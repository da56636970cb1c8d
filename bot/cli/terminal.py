"""Replies in the terminal and as JSON; requests of a batch file."""

import json
import logging
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from rich.console import Console
from rich.panel import Panel
from rich.text import Text

from bot.caddie import Caddie
from bot.contract.message import Action, Answered, Message, Press
from bot.contract.phrases import sentence
from bot.contract.replies.base import Reply
from bot.contract.replies.reports import PipelineReport
from bot.domain.audience import Audience
from bot.drawing.charts import draw
from bot.errors import CaddieError, WrongUsage
from bot.views import as_json, render

log = logging.getLogger(__name__)


def answered_json(answered: Answered, charts: Path) -> dict[str, Any]:
    """An answer as the contract's JSON document; the charts of its reports are drawn into a folder."""
    return {
        "thread": answered.thread,
        "model": answered.model,
        "ms": answered.ms,
        "replies": [as_json(_drawn(reply, charts)) for reply in answered.replies],
    }


def _drawn(reply: Reply, charts: Path) -> Reply:
    if not isinstance(reply, PipelineReport) or reply.picture is None:
        return reply
    file = draw(reply.picture, charts)
    return reply.model_copy(update={"chart": str(file) if file else None})


def show(replies: tuple[Reply, ...], console: Console) -> None:
    """Replies as panels; who else sees them stands in the corner."""
    for reply in replies:
        note = "only you" if reply.audience == "ephemeral" else None
        console.print(
            Panel(
                Text(render(reply).text),
                title=reply.kind,
                title_align="left",
                subtitle=note,
                subtitle_align="right",
                highlight=False,
            )
        )


class Request(BaseModel):
    """One line of a batch: something said, or a press."""

    model_config = ConfigDict(extra="forbid")

    id: str
    text: str | None = None
    press: Literal[Action.CONFIRM, Action.DISCARD, Action.UNDO] | None = None
    person: str = Field(alias="as")
    place: str = Field("dm", alias="in")
    thread: str | None = None
    now: datetime | None = None
    ref: str | None = None

    @model_validator(mode="after")
    def _one_of(self) -> "Request":
        if (self.text is None) == (self.press is None):
            raise ValueError("give either text or press")
        return self


def run_batch(lines: Iterator[str], caddie: Caddie, now: datetime, charts: Path) -> Iterator[dict[str, Any]]:
    """One answer a line, in order; a bad line gets its id and the error."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        ident: object = None
        try:
            given = json.loads(line)
            ident = given.get("id") if isinstance(given, dict) else None
            request = Request.model_validate(given)
            yield {"id": request.id, **answered_json(carry_out(request, caddie, now), charts)}
        except ValidationError as error:
            first = error.errors()[0]
            where = ".".join(str(part) for part in first["loc"])
            why = str(first["msg"]).removeprefix("Value error, ")
            yield {"id": ident, "error": f"line {number}: {where + ': ' if where else ''}{why}"}
        except ValueError as error:
            yield {"id": ident, "error": f"line {number}: no readable JSON ({error})"}
        except CaddieError as error:
            yield {"id": ident, "error": f"line {number}: {sentence('en', error)}"}
        except Exception:  # one line must not cost the answers to all others
            log.exception("line %d of the batch failed", number)
            yield {
                "id": ident,
                "error": f"line {number}: this could not be answered; the log on standard error says why",
            }


def carry_out(request: Request, caddie: Caddie, now: datetime) -> Answered:
    """The request through the same Caddie.reply and Caddie.press as Slack. Raises WrongUsage for an unknown channel."""
    audience = place(request.place, caddie)
    thread = request.thread or f"{request.place}:{request.person}"
    moment = aware(request.now or now, request.person, caddie)
    if request.press:
        return caddie.press(Press(request.press, request.person, audience, thread, moment, request.ref))
    return caddie.reply(Message(request.text or "", request.person, audience, thread, moment))


def place(channel: str, caddie: Caddie) -> Audience:
    audience = caddie.desk.mirror.audience(channel)
    if audience is None:
        known = ", ".join(["dm", *(c.channel for c in caddie.desk.mirror.channels())])
        raise WrongUsage(
            f"The channel {channel} is not known. Known are {known}; channels.json of an import adds more."
        )
    return audience


def aware(moment: datetime, email: str, caddie: Caddie) -> datetime:
    """A moment without a zone is the time where the person is."""
    if moment.tzinfo:
        return moment
    person = caddie.desk.organization.with_email(email)
    return moment.replace(tzinfo=ZoneInfo(person.timezone)) if person else moment.astimezone()
