"""What a message may do, by family; docs/examples.md says where one act ends and the next begins."""

from collections.abc import Mapping
from typing import Literal, get_args

Telling = Literal[
    "call", "meeting", "demo", "email", "email_in", "chat", "no_show", "cancelled", "no_answer", "note",
    "amount", "amount_by", "close", "close_by", "stage", "won", "lost", "reopen", "forecast", "owner", "rename",
    "product_add", "product_swap", "product_remove", "next_step", "clear",
    "new_deal", "new_account", "new_contact", "contact_change", "many",
]  # fmt: skip
Threading = Literal["correct", "take_off", "discard", "confirm", "undo", "answer", "same_for", "narrow"]
Asking = Literal[
    "list", "number", "rank", "compare", "summary", "outlook", "changed", "funnel", "hygiene", "scoreboard",
    "fact", "status", "activity", "priorities", "what_if",
]  # fmt: skip
Coaching = Literal["coach_deal", "coach_person"]
Planning = Literal["brief", "opportunity_plan", "account_plan", "territory_plan"]
Digests = Literal["schedule", "schedules", "unschedule", "snooze", "unsnooze"]
Guiding = Literal[
    "aid", "follow_aid", "library", "report_aids", "approve_aid", "retire_aid", "blank_aid", "announce_aid"
]  # fmt: skip
Talking = Literal["hello", "thanks", "upset", "chitchat", "help", "how_to", "about", "cannot", "private"]
Act = Telling | Threading | Asking | Coaching | Planning | Digests | Guiding | Talking
Family = Literal["writing", "threads", "asking", "coaching", "planning", "digests", "guiding", "talking"]

FAMILIES: Mapping[Family, tuple[str, ...]] = {
    "writing": get_args(Telling),
    "threads": get_args(Threading),
    "asking": get_args(Asking),
    "coaching": get_args(Coaching),
    "planning": get_args(Planning),
    "digests": get_args(Digests),
    "guiding": get_args(Guiding),
    "talking": get_args(Talking),
}
FAMILY: Mapping[str, Family] = {act: family for family, acts in FAMILIES.items() for act in acts}
"""The family of each act."""
