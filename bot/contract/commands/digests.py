"""What comes by the clock."""

from datetime import date
from typing import Literal

from pydantic import Field

from bot.contract.commands.asking import SummarizePipeline
from bot.contract.commands.base import Command

Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


class ScheduleDigest(Command):
    """Post the last summary of this thread, or the pipeline summary, regularly in this place."""

    days: tuple[Weekday, ...] = Field(description="Days of the week, three letters each")
    hour: int = Field(9, ge=0, le=23)
    minute: int = Field(0, ge=0, le=59)
    monthly: bool = Field(False, description="True for the first of these days in each month only")
    query: SummarizePipeline | None = Field(None, description="What to post, where the message says it")


class ListSchedules(Command):
    """Show what is scheduled here."""


class CancelSchedule(Command):
    """Stop a scheduled digest of this place."""

    words: str = ""


class SnoozeNudges(Command):
    """Pause, stop or resume the person's own morning messages."""

    until: date | None = Field(
        None, description="First day on which they come again; a week from now where nothing is said"
    )
    off: bool = False
    on: bool = Field(False, description="True to get them again at once")
