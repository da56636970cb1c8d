"""Talking to Caddie on the command line."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from bot.cli.options import As, AsJson, In, Now, Thread, fail, house
from bot.errors import WrongUsage
from bot.wiring import House

commands = typer.Typer()


def _out(answered: Any, as_json: bool, built: House) -> None:
    from bot.cli.terminal import answered_json, show

    if as_json:
        typer.echo(json.dumps(answered_json(answered, built.settings.charts), ensure_ascii=False))
        return
    from rich.console import Console

    show(answered.replies, Console())


@commands.command()
def ask(
    text: Annotated[str | None, typer.Argument(help="What to say")] = None,
    as_: As = "",
    in_: In = "dm",
    thread: Thread = None,
    now: Now = None,
    json_: AsJson = False,
    batch: Annotated[Path | None, typer.Option(help="A JSON Lines file of requests")] = None,
) -> None:
    """Say something to Caddie, or run a batch of requests in one process."""
    from bot.cli.terminal import Request, carry_out, run_batch

    with house() as built:
        if batch:
            try:
                lines = batch.read_text(encoding="utf-8").splitlines()
            except (OSError, UnicodeDecodeError) as error:
                raise WrongUsage(f"{batch} cannot be read: {error}") from error
            for answer in run_batch(iter(lines), built.caddie, datetime.now(UTC), built.settings.charts):
                typer.echo(json.dumps(answer, ensure_ascii=False))
            return
        if text is None or not as_:
            raise WrongUsage("Say what to ask and as whom: python -m bot ask TEXT --as EMAIL")
        request = Request.model_validate({"id": "1", "text": text, "as": as_, "in": in_, "thread": thread, "now": now})
        _out(carry_out(request, built.caddie, datetime.now(UTC)), json_, built)


def _press(
    action: Literal["confirm", "discard", "undo"],
    ref: str,
    as_: str,
    in_: str,
    thread: str | None,
    now: datetime | None,
    json_: bool,
) -> None:
    from bot.cli.terminal import Request, carry_out

    if not as_:
        raise fail(f"Say as whom: python -m bot {action} {ref} --as EMAIL", 2)
    with house() as built:
        request = Request.model_validate(
            {"id": "1", "press": action, "as": as_, "in": in_, "thread": thread, "now": now, "ref": ref}
        )
        _out(carry_out(request, built.caddie, datetime.now(UTC)), json_, built)


@commands.command()
def confirm(
    draft: str, as_: As = "", in_: In = "dm", thread: Thread = None, now: Now = None, json_: AsJson = False
) -> None:
    """Press Log it on a card."""
    _press("confirm", draft, as_, in_, thread, now, json_)


@commands.command()
def discard(
    draft: str, as_: As = "", in_: In = "dm", thread: Thread = None, now: Now = None, json_: AsJson = False
) -> None:
    """Press Discard on a card."""
    _press("discard", draft, as_, in_, thread, now, json_)


@commands.command()
def undo(
    receipt: str, as_: As = "", in_: In = "dm", thread: Thread = None, now: Now = None, json_: AsJson = False
) -> None:
    """Press Undo on a receipt."""
    _press("undo", receipt, as_, in_, thread, now, json_)


@commands.command()
def chat(as_: As = "", in_: In = "dm", now: Now = None) -> None:
    """Talk with Caddie in the terminal; confirm, discard and undo are typed as words."""
    from rich.console import Console

    from bot.cli.terminal import Request, carry_out, show

    with house() as built:
        if not as_:
            raise WrongUsage("Say as whom: python -m bot chat --as EMAIL")
        console, thread = Console(), f"chat-{datetime.now(UTC).timestamp():.0f}"
        while True:
            try:
                line = console.input("[bold]> [/bold]").strip()
            except (EOFError, KeyboardInterrupt):
                return
            if line in {"quit", "exit"}:
                return
            said = {"press": line} if line in {"confirm", "discard", "undo"} else {"text": line}
            request = Request.model_validate({"id": "1", "as": as_, "in": in_, "thread": thread, "now": now, **said})
            show(carry_out(request, built.caddie, datetime.now(UTC)).replies, console)
