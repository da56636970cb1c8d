"""Training the offline reader from the annotated messages."""

import json
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from bot.cli.options import AsJson, Now, house
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


@commands.command()
def unread(
    days: Annotated[int, typer.Option(min=1, help="How many days back")] = 90,
    now: Now = None,
    json_: AsJson = False,
) -> None:
    """What was not understood, the commonest first, each with the readings that were offered."""
    moment = now.astimezone() if now else datetime.now(UTC)
    with house() as built:
        uses = built.desk.library_use.between(moment - timedelta(days=days), moment + timedelta(seconds=1))
    counted = Counter((use.question, use.sources) for use in uses if use.kind == "unread")
    for (words, acts), times in counted.most_common():
        if json_:
            typer.echo(json.dumps({"words": words, "acts": acts, "times": times}, ensure_ascii=False))
        else:
            typer.echo(f"{times} × {words}" + (f"  ({', '.join(acts)}?)" if acts else ""))
    if not counted and not json_:
        typer.echo(f"Everything was understood in the last {days} days.")
