"""The one list of commands: which function answers each, and whether this person may ask for it here."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.contract.commands.asking import (
    AskFact,
    AskRecords,
    ListDeals,
    Prioritize,
    ShowDeal,
    SummarizePipeline,
    Suppose,
)
from bot.contract.commands.base import Command, Rights
from bot.contract.commands.coaching import CoachDeal, CoachPerson
from bot.contract.commands.digests import CancelSchedule, ListSchedules, ScheduleDigest, SnoozeNudges
from bot.contract.commands.guiding import (
    AnnounceAid,
    AskLibrary,
    BlankAid,
    ChangeAid,
    FindAid,
    FollowAid,
    ReportAids,
)
from bot.contract.commands.planning import WritePlan
from bot.contract.commands.talking import Chat, Help, Meaning, Unclear, Unsupported
from bot.contract.commands.writing import (
    AnswerQuestion,
    ChangeContact,
    ChangeMany,
    ConfirmDraft,
    CorrectDraft,
    CreateAccount,
    CreateContact,
    CreateDeal,
    DiscardDraft,
    LogActivity,
    SameFor,
    Undo,
    UpdateDeal,
)
from bot.contract.replies.base import Reply
from bot.contract.replies.notices import Refusal
from bot.domain.people import Role
from bot.handlers.asking.facts import ask_fact
from bot.handlers.asking.lists import list_deals, show_deal
from bot.handlers.asking.priorities import prioritize
from bot.handlers.asking.records import ask_records
from bot.handlers.asking.summaries import summarize_pipeline
from bot.handlers.asking.supposing import suppose
from bot.handlers.clarifying.answer import answer_question
from bot.handlers.clarifying.meaning import deal_chosen, meaning_chosen, offer_meanings
from bot.handlers.coaching.deal import coach_deal
from bot.handlers.coaching.person import coach_person
from bot.handlers.digests.digests import cancel_schedule, list_schedules, schedule_digest, snooze
from bot.handlers.guiding.aids import find_aid, follow_aid
from bot.handlers.guiding.answers import ask_library
from bot.handlers.guiding.marketing import announce, blank_aid, change_aid, report_aids
from bot.handlers.planning.plans import write_plan
from bot.handlers.talking import chat, explain, not_understood, not_yet
from bot.handlers.turn import Turn
from bot.handlers.writing.bulk import change_many
from bot.handlers.writing.capture import tell
from bot.handlers.writing.confirming import confirm_by_word, discard_by_word
from bot.handlers.writing.correcting import correct, same_for
from bot.handlers.writing.creating import change_contact, create_contact, create_deal, new_account
from bot.handlers.writing.undoing import undo_last

Handler = Callable[[Any, Turn], list[Reply]]


def _answered(command: AnswerQuestion, turn: Turn) -> list[Reply]:
    """What was chosen of several meanings, else the answer to what a command waits for."""
    chosen = meaning_chosen(command.words, turn, COMMANDS) or deal_chosen(command.words, turn, COMMANDS)
    return carry_out(chosen, turn) if chosen else answer_question(command, turn)


HANDLERS: Mapping[type[Command], Handler] = {
    LogActivity: tell,
    UpdateDeal: tell,
    CreateDeal: create_deal,
    CreateAccount: new_account,
    CreateContact: create_contact,
    ChangeContact: change_contact,
    CorrectDraft: correct,
    SameFor: same_for,
    ConfirmDraft: confirm_by_word,
    DiscardDraft: discard_by_word,
    AnswerQuestion: _answered,
    ChangeMany: change_many,
    Undo: undo_last,
    FindAid: find_aid,
    FollowAid: follow_aid,
    AskLibrary: ask_library,
    ReportAids: report_aids,
    BlankAid: blank_aid,
    ChangeAid: change_aid,
    AnnounceAid: announce,
    SummarizePipeline: summarize_pipeline,
    ListDeals: list_deals,
    ShowDeal: show_deal,
    AskRecords: ask_records,
    AskFact: ask_fact,
    Suppose: suppose,
    Prioritize: prioritize,
    CoachDeal: coach_deal,
    CoachPerson: coach_person,
    WritePlan: write_plan,
    ScheduleDigest: schedule_digest,
    ListSchedules: list_schedules,
    CancelSchedule: cancel_schedule,
    SnoozeNudges: snooze,
    Help: explain,
    Chat: chat,
    Meaning: offer_meanings,
    Unsupported: not_yet,
    Unclear: not_understood,
}
COMMANDS: Mapping[str, type[Command]] = {command.__name__: command for command in HANDLERS}


def carry_out(command: Command, turn: Turn) -> list[Reply]:
    """What a command's handler replies, where the asker may ask for it in this place."""
    refused = _refused(command, turn)
    return [refused] if refused else HANDLERS[type(command)](command, turn)


def _refused(command: Command, turn: Turn) -> Refusal | None:
    if turn.audience.external and command.rights is not Rights.ANYBODY:
        return turn.refuse("external_audience", "external")
    reads_library = turn.in_marketing or (
        command.rights is Rights.LIBRARY_READERS and turn.organization.role(turn.person.id) is not Role.REP
    )
    if command.rights in {Rights.MARKETING, Rights.LIBRARY_READERS} and not reads_library:
        return turn.refuse("not_allowed", "marketing_only")
    return None
