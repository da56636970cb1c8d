"""The order in which the rules are asked what a message means."""

import re

from bot.contract.commands.base import Command
from bot.contract.commands.coaching import CoachDeal, CoachPerson
from bot.contract.commands.digests import CancelSchedule, ListSchedules, ScheduleDigest, SnoozeNudges
from bot.contract.commands.guiding import AnnounceAid, AskLibrary, BlankAid, ChangeAid, FindAid, ReportAids
from bot.contract.commands.planning import WritePlan
from bot.contract.commands.talking import Help, Unclear, Unsupported
from bot.contract.commands.writing import AnswerQuestion, Undo
from bot.domain.text import worded
from bot.language.context import LONGEST, Context, Said, prepare
from bot.language.rules import cues
from bot.language.rules.aids import read_follow_aid, wants_aid
from bot.language.rules.bulk import read_bulk
from bot.language.rules.capture import read_capture
from bot.language.rules.corrections import read_correction
from bot.language.rules.creating import read_new_account, read_new_contact, read_new_deal
from bot.language.rules.requests import read_request
from bot.language.spans.dates import find_dates
from bot.language.spans.durations import find_duration

ALWAYS_ASKED = (
    Unsupported,
    ReportAids,
    BlankAid,
    ChangeAid,
    AnnounceAid,
    CoachDeal,
    CoachPerson,
    WritePlan,
    ScheduleDigest,
    ListSchedules,
    CancelSchedule,
    SnoozeNudges,
)
_POLITE = worded(
    r"\b(?:can|could|would|will) you (?:please |pls |also |kindly )*"
    r"(?=(?:set|move|update|log|add|change|push|pull(?! (?:up|my|our|all|every|the list|a list|me))|mark"
    r"|put|bump|make|record|note|close|assign|give|remind|create|open|shift|rename)\b)",
    re.I,
)


def read_message(text: str, context: Context) -> list[Command]:
    """The commands of a message, at least one: Unclear where nothing fits."""
    said = prepare(_POLITE.sub("", text).rstrip("?") if _POLITE.search(text) else text)
    if not any(c.isalnum() for c in said.text):
        return [Unclear(reason="empty")]
    if len(said.text) > LONGEST:
        return [Unclear(reason="too_long")]
    return _first_words(said, context) or _told(said, context) or _asked(said, context)


def _first_words(said: Said, context: Context) -> list[Command]:
    """What is clear from how the message begins or from what the thread waits for."""
    if cues.UNDO.match(said.own):
        return [Undo()]
    if cues.HELP.match(said.own):
        return [Help()]
    if context.question is not None and _answers(said, context):
        return [AnswerQuestion(words=said.text)]
    follow = read_follow_aid(said, context)
    if follow:
        return [follow]
    many = read_bulk(said, context)
    if many:
        return [many]
    created = read_new_deal(said, context) or read_new_contact(said, context) or read_new_account(said, context)
    return [created] if created else []


def _answers(said: Said, context: Context) -> bool:
    """A few words that are neither a request nor a new story: they answer what Caddie asked."""
    few = len(said.text.split()) <= 8 and len(said.text) <= 60
    return (
        few
        and not cues.QUESTION.search(said.own)
        and read_request(said, context) is None
        and not any(cue.search(said.own) for _, cue in cues.ACTIVITY)
    )


def _told(said: Said, context: Context) -> list[Command]:
    """Cards, unless the message asks or only imagines."""
    asks = cues.QUESTION.search(said.own) and not _told_before_asking(said)
    if cues.HYPOTHETICAL.search(said.own) and not cues.PROMISE.search(said.own):
        without = read_capture(said, context)
        return [] if asks else without or [Unclear(reason="hypothetical")]
    if asks:
        return []
    if _asks_for_something(said, context):
        return []
    adds_step = cues.NEXT_LABEL.match(said.own) and not context.lexicon.names_in(said.own, {"account", "deal"})
    if context.draft and (
        cues.REMOVE.match(said.own) or cues.CORRECTION.match(said.own) or adds_step or _only_details(said, context)
    ):
        correction = read_correction(said, context)
        if correction:
            return [correction]
    return read_capture(said, context)


def _told_before_asking(said: Said) -> bool:
    """A report that merely begins with did/is/any, or that ends with a question after several statements."""
    activity = any(cue.search(said.own) for _, cue in cues.ACTIVITY)
    asked = "?" in said.own or said.own.rstrip().endswith(("吗", "呢", "？"))
    return activity and not asked and said.own.lower().lstrip().startswith(("did the", "did a", "did our"))


def _asks_for_something(said: Said, context: Context) -> bool:
    """Whether words without a question mark ask for an aid or a report rather than tell what happened."""
    request = read_request(said, context)
    if request is None:
        return False
    names = context.lexicon.names_in(said.own, {"account", "contact"})
    if (
        cues.NEXT_LABEL.search(said.own)
        or any(cue.search(said.own) for _, cue in cues.FORECAST)
        or cues.CHANGES_FIRST.match(said.own)
    ):
        return not names or bool(cues.ASKING.match(said.own))
    told = bool(names) and any(cue.search(said.own) for _, cue in cues.ACTIVITY)
    if isinstance(request, FindAid | AskLibrary):
        reported = (
            told
            or _closed_by(said, context)
            or (find_duration(said.own) is not None and bool(find_dates(said.own, context.today, ahead=False)))
        )
        return not reported or bool(cues.ASKING.match(said.own)) or wants_aid(said)
    return isinstance(request, ALWAYS_ASKED) or not told


def _closed_by(said: Said, context: Context) -> bool:
    """Whether a deal that is named was won or lost: the rest is why."""
    named = context.lexicon.names_in(said.own, {"account", "deal"})
    return bool(named) and bool(cues.LOST.search(said.own) or cues.WON.search(said.own))


def _only_details(said: Said, context: Context) -> bool:
    """A few words that name no account: they can only mean the open card."""
    return len(said.text.split()) <= 5 and not context.lexicon.names_in(said.own, {"account"})


def _asked(said: Said, context: Context) -> list[Command]:
    request = read_request(said, context)
    if request:
        return [request]
    if cues.QUESTION.search(said.own) or (cues.HYPOTHETICAL.search(said.own) is None and _advice(said)):
        return [AskLibrary(question=said.text)]
    return [Unclear()]


def _advice(said: Said) -> bool:
    """Words long enough to be a free question although no question mark stands there."""
    return any(
        word in said.own.lower() for word in ("how ", "what ", "why ", "which ", "怎么", "如何")
    ) or said.own.rstrip().endswith("?")
