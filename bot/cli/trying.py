"""Trying Caddie out: the sample company and the demo."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import fail, house

commands = typer.Typer()


@commands.command()
def sample(directory: Path, today: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None) -> None:
    """Write the sample company's CSV folder, dated relative to a day."""
    from bot.playground.sample import SampleCompany

    SampleCompany(today.date() if today else datetime.now(UTC).date()).write(directory)
    typer.echo(f"The sample company stands in {directory}.")


@commands.command()
def demo(no_serve: Annotated[bool, typer.Option("--no-serve", help="End after the three jobs")] = False) -> None:
    """Set up the sample company, play the three jobs, then serve the playground."""
    from rich.console import Console

    from bot.cli.demo import play, set_up
    from bot.cli.serving import serve

    with house() as built:
        out = Console()
        set_up(built, out)
        if not play(built, out):
            raise fail("Not all three jobs worked.", 1)
        if not no_serve:
            serve(built)
