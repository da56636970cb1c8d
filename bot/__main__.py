"""The command line: the groups of bot/cli under one name."""

import typer

from bot.bench import commands as bench
from bot.cli import crm, operating, talking, training, trying
from bot.cli.options import house

app = typer.Typer(
    help="Caddie, a Slack assistant for B2B sales teams.",
    no_args_is_help=False,
    add_completion=False,
    pretty_exceptions_enable=False,
)
for group in (talking.commands, operating.commands, trying.commands, training.commands, bench.commands):
    app.add_typer(group)
app.add_typer(crm.commands, name="crm")


@app.callback(invoke_without_command=True)
def main(context: typer.Context) -> None:
    """Without a command: start. Slack where its tokens are set, else the playground."""
    if context.invoked_subcommand is None:
        from bot.cli.serving import serve

        with house() as built:
            serve(built)


if __name__ == "__main__":
    app()
