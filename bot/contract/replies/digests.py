"""What comes by the clock."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.contract.replies.base import Reply


class Schedule(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    what: str
    channel: str
    when: str
    timezone: str
    next: datetime | None


class Schedules(Reply):
    kind: Literal["schedule"] = "schedule"
    action: Literal["created", "listed", "cancelled", "snoozed"]
    schedules: tuple[Schedule, ...] = ()
    say: str = Field("", exclude=True)
    values: dict[str, str] = Field(default_factory=dict, exclude=True)
