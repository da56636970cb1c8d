"""The CRM on the command line: import, sync, show."""

import json
from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

from bot.cli.options import AsJson, house

commands = typer.Typer(help="The CRM behind Caddie: import, sync, show.", no_args_is_help=True)


@commands.command("import")
def import_(
    directory: Annotated[Path, typer.Argument(help="Folder of CSV files")],
    maven: Annotated[bool, typer.Option("--maven", help="The folder holds the Maven teaching set")] = False,
    shift_to: Annotated[
        datetime | None, typer.Option(formats=["%Y-%m-%d"], help="With --maven: move the last close date to this day")
    ] = None,
    json_: AsJson = False,
) -> None:
    """Take a company's CSV files into the embedded CRM; repeatable."""
    with house() as built:
        if maven:
            from bot.crm.csv.maven import import_maven

            report = import_maven(built.engine, directory, built.process, shift_to.date() if shift_to else None)
        else:
            from bot.crm.csv.folder import import_folder

            report = import_folder(built.engine, directory, built.process)
        if json_:
            notes = [
                {"file": f, "what": w, "lines": n}
                for f, w, n in ((*key, lines) for key, lines in report.refused.items())
            ]
            mended = [
                {"file": f, "what": w, "lines": n}
                for f, w, n in ((*key, lines) for key, lines in report.repaired.items())
            ]
            typer.echo(json.dumps({"taken": report.taken, "repaired": mended, "refused": notes}, ensure_ascii=False))
            return
        for line in report.lines():
            typer.echo(line)


@commands.command()
def sync() -> None:
    """Pull from the CRM behind the mirror; the embedded CRM is the mirror."""
    from bot.crm.sync import sync as pull

    with house() as built:
        if built.desk.crm.capabilities.is_mirror:
            counted = sum(1 for _ in built.desk.crm.pull(None))
            typer.echo(f"The embedded CRM is the mirror itself: {counted} records, nothing to pull.")
            return
        for kind, count in pull(built.desk.crm, built.engine).items():
            typer.echo(f"{kind}: {count}")


@commands.command("show")
def show_(
    kind: Annotated[Literal["deal", "account", "person"], typer.Argument()], ref: str, json_: AsJson = False
) -> None:
    """Show a deal, an account or a person by id or name."""
    from bot.cli.records import show_record

    with house() as built:
        record = show_record(kind, ref, built.desk.mirror)
        if json_:
            typer.echo(json.dumps(record, ensure_ascii=False))
        else:
            for name, value in record.items():
                typer.echo(f"{name}: {value if not isinstance(value, list) else '; '.join(map(str, value))}")
