"""Coaching on deals and people."""

from datetime import date

from pydantic import Field

from bot.contract.commands.base import Command, DealWords


class CoachDeal(Command):
    """Coaching on one deal: what is known of its pain, power, vision, value, control and urgency, and what to ask
    next.
    """

    deal: DealWords


class CoachPerson(Command):
    """Where a person or a team wins and loses deals, against the others and the own past, with a question to ask."""

    whose: str = Field("", description="Whose, as written")
    period_from: date | None = None
    period_to: date | None = None
