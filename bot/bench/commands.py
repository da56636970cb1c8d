"""The benchmarks on the command line."""

import json
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import fail
from bot.contract.phrases import sentence
from bot.errors import CaddieError, WrongUsage

commands = typer.Typer()


@commands.command()
def bench(
    name: Annotated[str | None, typer.Argument(help="One benchmark by name; all where not given")] = None,
    directories: Annotated[list[Path] | None, typer.Argument(help="With `retrieval`: folders in BEIR form")] = None,
) -> None:
    """The project's own benchmarks, one JSON line each."""
    from bot.bench.run import run

    try:
        for line in run(name, directories or []):
            typer.echo(json.dumps(line, ensure_ascii=False))
    except CaddieError as error:
        raise fail(sentence("en", error), 2 if isinstance(error, WrongUsage) else 1) from error
