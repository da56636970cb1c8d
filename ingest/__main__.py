"""python -m ingest PATH…: indexing files and folders, with progress and a line a refused file."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from bot.errors import CaddieError, WrongUsage
from bot.settings import read_settings
from bot.wiring import build
from ingest.indexing import ingest


def progress(what: str, done: int, total: int) -> None:
    """One line that counts on standard error; only on a terminal, and at the end of each phase elsewhere."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r{what} {done} of {total}\x1b[K" + ("\n" if done == total else ""))
    elif done == total:
        sys.stderr.write(f"{what} {done} of {total}\n")


def main(
    paths: Annotated[list[Path], typer.Argument(help="Files and folders")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON document on standard output")] = False,
) -> None:
    """Index files and folders: unchanged ones are skipped, vanished ones removed."""
    try:
        house = build(read_settings())
        library = house.library
        lock = house.settings.caddie_data / "ingest.lock"
        report = ingest(paths, library.catalogue, library.vectors, library.embedder, lock, progress)
    except CaddieError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2 if isinstance(error, WrongUsage) else 1) from error
    counts = {
        "taken": report.taken,
        "unchanged": report.unchanged,
        "removed": report.removed,
        "passages": report.passages,
    }
    if as_json:
        refused = [{"file": name, "reason": reason} for name, reason in report.refused]
        typer.echo(json.dumps({**counts, "refused": refused}, ensure_ascii=False))
        return
    for name, reason in report.refused:
        typer.echo(f"refused: {name}: {reason}")
    typer.echo(", ".join(f"{count} {name}" for name, count in counts.items()) + f", {len(report.refused)} refused")


if __name__ == "__main__":
    typer.run(main)
