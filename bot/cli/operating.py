"""What operators call: serving, checking, keeping and forgetting."""

import json
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal

import typer

from bot.cli.options import AsJson, Now, house
from bot.errors import WrongUsage

commands = typer.Typer()


@commands.command()
def report(
    what: Annotated[Literal["marketing"], typer.Argument(help="marketing: how the library is used and what it lacks")],
    days: Annotated[int | None, typer.Option(help="How many days back; 90 where not given")] = None,
    now: Now = None,
    json_: AsJson = False,
) -> None:
    """A report without a conversation around it."""
    from bot.domain.periods import Clock, Period
    from bot.handlers.guiding.marketing import usage
    from bot.views import as_json, render

    with house() as built:
        desk, moment = built.desk, now.astimezone() if now else datetime.now(UTC)
        clock = Clock(moment, desk.timezone or desk.organization.timezone, desk.fiscal)
        period = Period(clock.today - timedelta(days=days), clock.today) if days else None
        made = usage(desk, clock, period, moment, "en")
        typer.echo(json.dumps(as_json(made), ensure_ascii=False) if json_ else render(made).text)


@commands.command()
def key() -> None:
    """Make a key for CADDIE_KEY, which encrypts Slack's tokens at rest."""
    from cryptography.fernet import Fernet

    typer.echo(Fernet.generate_key().decode())


@commands.command()
def audit(
    since: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"], help="First day")] = None,
    until: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"], help="Last day")] = None,
) -> None:
    """Hand out the audit log as JSON Lines: who wrote what, with the values before and after."""
    with house() as built:
        for entry in built.desk.audit.entries(since.date() if since else None, until.date() if until else None):
            typer.echo(json.dumps(entry, ensure_ascii=False))


@commands.command()
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


@commands.command()
def worker() -> None:
    """Work off the inbox beside the web process; in Socket Mode hold the connection too."""
    from bot.cli.serving import work

    with house() as built:
        work(built)


@commands.command()
def release() -> None:
    """Bring the database's schema up to date, before a new version starts."""
    with house() as built:
        typer.echo(f"Schema up to date on {built.engine.dialect.name}.")


@commands.command()
def doctor() -> None:
    """What is configured, reachable and allowed; exit 1 if the bot could not work."""
    from bot.cli.doctor import examine

    with house() as built:
        checks = list(examine(built))
        for check in checks:
            typer.echo(f"{'ok  ' if check.good else 'FAIL' if check.vital else 'note'} {check.name}: {check.says}")
        if any(check.vital and not check.good for check in checks):
            raise typer.Exit(1)
