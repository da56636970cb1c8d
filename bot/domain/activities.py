"""What was done with a customer, and when."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class ActivityKind(StrEnum):
    CALL = "call"
    MEETING = "meeting"
    EMAIL = "email"
    DEMO = "demo"
    NOTE = "note"
    TASK = "task"


@dataclass(frozen=True, slots=True)
class Activity:
    id: str
    kind: ActivityKind
    at: datetime
    summary: str
    duration_minutes: int | None = None
    deal_id: str | None = None
    account_id: str | None = None
    contact_ids: tuple[str, ...] = ()
    author_id: str | None = None
