"""Documents to work with."""

from datetime import date
from typing import Literal

from pydantic import Field

from bot.contract.commands.base import Command


class WritePlan(Command):
    """A document to work with: a brief before a meeting, or the plan for an opportunity, an account or a territory."""

    plan: Literal["brief", "opportunity", "account", "territory"]
    about: str = Field("", description="The words that name the deal, the account or the person")
    meeting_on: date | None = None
