"""The command line: asking, confirming, importing, serving, measuring."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from bot.contract.phrases import sentence
from bot.errors import CaddieError, WrongUsage
from bot.ops import logs
from bot.settings import read_settings
from bot.wiring import House, build

app = typer.Typer(
    help="Caddie, a Slack assistant for B2B sales teams.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
)
crm = typer.Typer(help="The CRM behind Caddie: import, show.", no_args_is_help=True)
app.add_typer(crm, name="crm")

As = Annotated[str, typer.Option("--as", help="E-mail of the person who asks")]
In = Annotated[str, typer.Option("--in", help="Channel, or dm")]
Thread = Annotated[str | None, typer.Option(help="Key of the conversation; one a person and channel where not given")]
Now = Annotated[
    datetime | None,
    typer.Option(
        formats=["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"],
        help="Fixes the clock of this call (ISO 8601)",
    ),
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


def _out(answered: Any, as_json: bool, built: House) -> None:
    from bot.cli.terminal import answered_json, show

    if as_json:
        typer.echo(json.dumps(answered_json(answered, built.settings.charts), ensure_ascii=False))
        return
    from rich.console import Console

    show(answered.replies, Console())


@app.callback(invoke_without_command=True)
def main(context: typer.Context) -> None:
    """Without a command: start. Slack where its tokens are set, else the playground."""
    if context.invoked_subcommand is None:
        from bot.cli.serving import serve

        with house() as built:
            serve(built)


@app.command()
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


@app.command()
def confirm(
    draft: str, as_: As = "", in_: In = "dm", thread: Thread = None, now: Now = None, json_: AsJson = False
) -> None:
    """Press Log it on a card."""
    _press("confirm", draft, as_, in_, thread, now, json_)


@app.command()
def discard(
    draft: str, as_: As = "", in_: In = "dm", thread: Thread = None, now: Now = None, json_: AsJson = False
) -> None:
    """Press Discard on a card."""
    _press("discard", draft, as_, in_, thread, now, json_)


@app.command()
def undo(
    receipt: str, as_: As = "", in_: In = "dm", thread: Thread = None, now: Now = None, json_: AsJson = False
) -> None:
    """Press Undo on a receipt."""
    _press("undo", receipt, as_, in_, thread, now, json_)


@app.command()
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


@crm.command("import")
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


@crm.command()
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


@crm.command("show")
def show_(
    kind: Annotated[Literal["deal", "account", "person"], typer.Argument()], ref: str, json_: AsJson = False
) -> None:
    """Show a deal, an account or a person by id or name."""
    from bot.crm.mirror.showing import show_record

    with house() as built:
        record = show_record(kind, ref, built.desk.mirror)
        if json_:
            typer.echo(json.dumps(record, ensure_ascii=False))
        else:
            for name, value in record.items():
                typer.echo(f"{name}: {value if not isinstance(value, list) else '; '.join(map(str, value))}")


@app.command()
def sample(directory: Path, today: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"])] = None) -> None:
    """Write the sample company's CSV folder, dated relative to a day."""
    from bot.cli.sample import SampleCompany

    SampleCompany(today.date() if today else datetime.now(UTC).date()).write(directory)
    typer.echo(f"The sample company stands in {directory}.")


@app.command()
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


@app.command()
def report(
    what: Annotated[Literal["marketing"], typer.Argument(help="marketing: how the library is used and what it lacks")],
    days: Annotated[int | None, typer.Option(help="How many days back; 90 where not given")] = None,
    now: Now = None,
    json_: AsJson = False,
) -> None:
    """A report without a conversation around it."""
    from bot.cli.terminal import aware
    from bot.domain.periods import Clock, Period
    from bot.handlers.guiding.marketing import usage
    from bot.views import as_json, render

    with house() as built:
        desk, moment = built.desk, aware(now) if now else datetime.now(UTC)
        clock = Clock(moment, desk.timezone or desk.organization.timezone, desk.fiscal)
        period = Period(clock.today - timedelta(days=days), clock.today) if days else None
        made = usage(desk, clock, period, moment, "en")
        typer.echo(json.dumps(as_json(made), ensure_ascii=False) if json_ else render(made).text)


@app.command()
def key() -> None:
    """Make a key for CADDIE_KEY, which encrypts Slack's tokens at rest."""
    from cryptography.fernet import Fernet

    typer.echo(Fernet.generate_key().decode())


@app.command()
def audit(
    since: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day")] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day")] = None,
) -> None:
    """Hand out the audit log as JSON Lines: who wrote what, with the values before and after."""
    with house() as built:
        for entry in built.desk.audit.entries(since.date() if since else None, until.date() if until else None):
            typer.echo(json.dumps(entry, ensure_ascii=False))


@app.command()
def forget(
    email: Annotated[str, typer.Argument(help="E-mail of a person in the CRM")],
    slack_user: Annotated[str | None, typer.Option(help="Their Slack id (U…), where the CRM does not know it")] = None,
) -> None:
    """Delete what a person said to Caddie; what they wrote to the CRM stays, and that they did stays in the audit
    log.
    """
    from bot.storage import retention

    with house() as built:
        person = built.desk.organization.with_email(email)
        if person is None:
            raise WrongUsage(f"Nobody in the CRM has the e-mail {email}.")
        user = slack_user or person.slack_user_id
        for table, count in retention.forget(built.engine, person.id, person.email, user).items():
            typer.echo(f"{table}: {count}")
        if user is None:
            typer.echo(
                "Messages still kept for redelivery were not searched: give their Slack id with "
                "--slack-user. They go after 7 days by themselves."
            )


@app.command()
def worker() -> None:
    """Work off the inbox beside the web process; in Socket Mode hold the connection too."""
    from bot.cli.serving import work

    with house() as built:
        work(built)


@app.command()
def release() -> None:
    """Bring the database's schema up to date, before a new version starts."""
    with house() as built:
        typer.echo(f"Schema up to date on {built.engine.dialect.name}.")


@app.command()
def doctor() -> None:
    """What is configured, reachable and allowed; exit 1 if the bot could not work."""
    from bot.cli.doctor import examine

    with house() as built:
        checks = list(examine(built))
        for check in checks:
            typer.echo(f"{'ok  ' if check.good else 'FAIL' if check.vital else 'note'} {check.name}: {check.says}")
        if any(check.vital and not check.good for check in checks):
            raise typer.Exit(1)


@app.command()
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


if __name__ == "__main__":
    app()
