"""Training the offline reader from the annotated messages."""

from pathlib import Path
from typing import Annotated

import typer

from bot.language.examples import FOLDER, every
from bot.language.trained import model as kept
from bot.settings import read_settings

commands = typer.Typer()


@commands.command()
def train(
    report: Annotated[bool, typer.Option(help="Print how well it does on the messages set aside.")] = False,
) -> None:
    """Make the reader's model from the annotated messages, the company's own in CADDIE_DATA/examples among them."""
    from bot.language.trained.fitting import fitted
    from bot.language.trained.report import judged

    own = read_settings().caddie_data / "examples"
    found = [*every(FOLDER), *(every(own) if own.is_dir() else ())]
    model = fitted([one for _, _, one in found if not one.set_aside])
    path: Path = read_settings().caddie_data / "reader.zip" if own.is_dir() else kept.MODEL
    model.save(path)
    typer.echo(f"{sum(not one.set_aside for _, _, one in found)} messages learned, model written to {path.name}")
    if report:
        for line in judged(model, [one for one in found if one[2].set_aside]):
            typer.echo(line)
