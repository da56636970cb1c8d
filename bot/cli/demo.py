"""The demonstration: the sample company set up and the three jobs played through the real path."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.rule import Rule

from bot.cli.terminal import place, show
from bot.contract.message import Action, Message, Press
from bot.contract.replies.aids import AidsFound
from bot.contract.replies.base import Reply
from bot.contract.replies.cards import DraftCard, Receipt
from bot.contract.replies.reports import PipelineReport
from bot.crm.csv.folder import import_folder
from bot.playground.sample import SampleCompany
from bot.wiring import DOCUMENTS, House
from ingest.indexing import ingest

REP, MANAGER, CHINESE_REP = "tamsin@quayline.example", "solomon@quayline.example", "zihan@quayline.example"
TEAM_CHANNEL = "#east-sales"
LOG_A_CALL = (
    "had a 30 min call with Dana at Globex yesterday about the inbound dock rollout, they want 250 seats, "
    "about $180k, closing end of Q3. "
    "move to negotiation. next step send proposal friday"
)
LOG_IN_CHINESE = "昨天和环球科技的王总开会,预算150万元,下周三发方案"


@dataclass(frozen=True, slots=True)
class Step:
    """Something said or pressed, and what must come of it."""

    job: str
    email: str
    said: str
    worked: Callable[[tuple[Reply, ...]], bool]
    channel: str = "dm"
    press: bool = False


def _is(kind: type[Reply], also: Callable[[Reply], bool] = lambda reply: True) -> Callable[[tuple[Reply, ...]], bool]:
    return lambda replies: len(replies) == 1 and isinstance(replies[0], kind) and also(replies[0])


STEPS = (
    Step(
        "Log a call by talking",
        REP,
        LOG_A_CALL,
        _is(DraftCard, lambda r: isinstance(r, DraftCard) and len(r.changes) == 3 and r.activity is not None),
    ),
    Step("Log a call by talking", REP, "confirm", _is(Receipt), press=True),
    Step("Log a call by talking", REP, "undo", _is(Receipt, lambda r: isinstance(r, Receipt) and r.undone), press=True),
    Step("Log a call by talking", CHINESE_REP, LOG_IN_CHINESE, _is(DraftCard)),
    Step("Find the right job aid", REP, "pain chain for a CFO in manufacturing", _is(AidsFound)),
    Step("Find the right job aid", REP, "reference story for Globex", _is(AidsFound)),
    Step(
        "See the pipeline",
        MANAGER,
        "pipeline summary for my team",
        _is(PipelineReport, lambda r: r.audience == "channel"),
        TEAM_CHANNEL,
    ),
)


def set_up(house: House, out: Console) -> None:
    """The sample company as of today and its job aids, in this data folder; repeatable."""
    folder = house.settings.caddie_data / "sample"
    SampleCompany(datetime.now(UTC).date()).write(folder)
    report = import_folder(house.engine, folder, house.process)
    out.print(
        f"Sample company: {report.taken['deals.csv']} deals, {report.taken['activities.csv']} activities, "
        f"{report.refused_count} rows refused."
    )
    library = house.library
    lock = house.settings.caddie_data / "ingest.lock"
    taken = ingest(
        [Path(DOCUMENTS / "aids")],
        library.catalogue,
        library.vectors,
        library.embedder,
        lock,
        lambda what, done, total: None,
    )
    out.print(f"Job aids: {taken.taken} taken, {taken.unchanged} unchanged, {len(taken.refused)} refused.")


def play(house: House, out: Console) -> bool:
    """Play the three jobs; True only if each step gave what it must."""
    all_worked, job = True, ""
    now = datetime.now(UTC)
    for step in STEPS:
        if step.job != job:
            job = step.job
            out.print(Rule(job))
        thread = f"demo-{now.timestamp():.0f}-{step.email}"
        audience = place(step.channel, house.caddie)
        out.print(
            f"[bold]{step.email.split('@')[0]}[/bold] ({step.channel}): {'presses ' if step.press else ''}{step.said}",
            highlight=False,
        )
        if step.press:
            answered = house.caddie.press(Press(Action(step.said), step.email, audience, thread, now))
        else:
            answered = house.caddie.reply(Message(step.said, step.email, audience, thread, now))
        show(answered.replies, out)
        worked = step.worked(answered.replies)
        all_worked &= worked
        out.print(
            f"{'worked' if worked else 'DID NOT WORK'} in {answered.ms} ms\n",
            style="green" if worked else "red",
            highlight=False,
        )
    return all_worked
