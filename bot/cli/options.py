"""What the commands of the command line share: options, the house, the way errors end."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

import typer

from bot.contract.phrases import sentence
from bot.errors import CaddieError, WrongUsage
from bot.ops import logs
from bot.settings import read_settings
from bot.wiring import House, build

As = Annotated[str, typer.Option("--as", help="E-mail of the person who asks")]


In = Annotated[str, typer.Option("--in", help="Channel, or dm")]


Thread = Annotated[str | None, typer.Option(help="Key of the conversation; one a person and channel where not given")]


def _moment(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text} is no ISO 8601 moment such as 2026-03-11T09:30+01:00") from None


Now = Annotated[
    datetime | None,
    typer.Option(parser=_moment, help="Fixes the clock of this call (ISO 8601); without a zone, that of the person"),
]


AsJson = Annotated[bool, typer.Option("--json", help="One JSON document on standard output and nothing else")]


def fail(sentence: str, code: int) -> typer.Exit:
    typer.echo(sentence, err=True)
    return typer.Exit(code)


@contextmanager
def house() -> Iterator[House]:
    """The house; an error of ours ends the command with its sentence and the right code."""
    try:
        settings = read_settings()
        logs.set_up(settings.log_level, settings.log_format)
        yield build(settings)
    except WrongUsage as error:
        raise fail(str(error), 2) from error
    except CaddieError as error:
        raise fail(sentence("en", error), 1) from error
