"""Answers to what Caddie asked: the pending command with the answer in it."""

from typing import Any

from pydantic import ValidationError

from bot.contract.commands.asking import ListDeals, SummarizePipeline
from bot.contract.commands.base import Command
from bot.contract.commands.coaching import CoachPerson
from bot.contract.commands.writing import (
    AnswerQuestion,
    ChangeContact,
    CreateAccount,
    CreateContact,
    CreateDeal,
    LogActivity,
    UpdateDeal,
)
from bot.contract.drafts import PendingQuestion
from bot.contract.replies.base import Reply
from bot.contract.replies.cards import Matched, Option
from bot.contract.replies.notices import NotUnderstood
from bot.handlers.asking.lists import list_deals
from bot.handlers.asking.summaries import summarize_pipeline
from bot.handlers.clarifying.ask import ask, choose
from bot.handlers.coaching.person import coach_person
from bot.handlers.turn import Turn
from bot.handlers.writing.capture import tell
from bot.handlers.writing.creating import change_contact, create_account, create_contact, create_deal
from bot.handlers.writing.drafting import draft_for
from bot.language.lexicon import said
from bot.language.spans.dates import find_dates
from bot.language.spans.money import find_money

_MAY_WAIT: tuple[type[Command], ...] = (
    LogActivity,
    UpdateDeal,
    CreateDeal,
    CreateAccount,
    CreateContact,
    ChangeContact,
    SummarizePipeline,
    ListDeals,
    CoachPerson,
)
PENDING = {command.__name__: command for command in _MAY_WAIT}


def answer_question(command: AnswerQuestion, turn: Turn) -> list[Reply]:
    """What the answer makes of the command that waited for it."""
    question = turn.conversation.question
    if question is None or question.author_id != turn.person.id:
        return [NotUnderstood(suggestions=(), language=turn.language)]
    turn.conversation = turn.conversation.model_copy(update={"question": None})
    pending = _pending(question)
    if pending is None:
        return [NotUnderstood(suggestions=(), language=turn.language)]
    chosen = choose(command.words, question.options)
    return _completed(question, pending, chosen, command.words, turn)


def _pending(question: PendingQuestion) -> Any:
    """The command that waits; None where it was kept by a release that knew other commands or fields."""
    asked = dict(question.command)
    kind = PENDING.get(str(asked.pop("command", "")))
    try:
        return kind.model_validate(asked) if kind else None
    except ValidationError:
        return None


def _completed(question: PendingQuestion, pending: Any, chosen: Option | None, words: str, turn: Turn) -> list[Reply]:
    match question.about:
        case "deal":
            deal = turn.desk.mirror.deal(chosen.id) if chosen else None
            if deal is None or deal.owner_id not in turn.readable:
                if turn.names.find(f"with {words}", {"contact"}) and not turn.names.find(words, {"account", "deal"}):
                    return tell(pending.model_copy(update={"contacts": (words,)}), turn)
                return tell(pending.model_copy(update={"deal": f"{pending.deal} {words}".strip()}), turn)
            return draft_for(pending, deal, None, turn, matched=Matched(words=words, how="chosen"))
        case "account" if chosen and chosen.id != "create":
            return _again(_renamed(pending, chosen.name), turn)
        case "account" if not chosen and not question.words and _wants_new(words):
            return [ask("account", [], pending, turn, "")]
        case "account" if chosen or _wants_new(words):
            return create_account(question.words or words, pending, turn)
        case "contact" if chosen and isinstance(pending, ChangeContact):
            return change_contact(pending.model_copy(update={"contact": chosen.name.split(",")[0]}), turn)
        case "contact" if chosen:
            people = tuple(chosen.name.split(",")[0] if c == question.words else c for c in pending.contacts)
            return tell(pending.model_copy(update={"contacts": people}), turn)
        case "scope":
            parts = [
                (chosen.id if chosen else words) if part == question.words else part
                for part in pending.whose.split(", ")
            ]
            return _about_person(pending.model_copy(update={"whose": ", ".join(parts)}), turn)
        case "stage" if chosen:
            return tell(_changed(pending, stage=chosen.id), turn)
        case "date":
            days = find_dates(words, turn.today, ahead=True, fiscal=turn.desk.fiscal)
            if not days:
                return [ask("date", [], pending, turn, words)]
            return tell(_changed(pending, impossible_date=None, close_date=days[-1].day(last=True)), turn)
        case "amount":
            monies = find_money(words)
            if not monies:
                return [ask("amount", [], pending, turn, words)]
            return tell(_changed(pending, amount=monies[-1].amount, amount_factor=None, amount_delta=None), turn)
        case _:
            return _again(_renamed(pending, words), turn)


def _about_person(pending: SummarizePipeline | ListDeals | CoachPerson, turn: Turn) -> list[Reply]:
    match pending:
        case SummarizePipeline():
            return summarize_pipeline(pending, turn)
        case ListDeals():
            return list_deals(pending, turn)
        case CoachPerson():
            return coach_person(pending, turn)


def _changed(pending: Any, **changes: object) -> Any:
    return pending.model_copy(update={"changes": pending.changes.model_copy(update=changes)})


def _renamed(pending: Any, name: str) -> Any:
    return pending.model_copy(update={"account" if hasattr(pending, "account") else "deal": name})


def _again(pending: Any, turn: Turn) -> list[Reply]:
    if isinstance(pending, CreateDeal):
        return create_deal(pending, turn)
    return create_contact(pending, turn) if isinstance(pending, CreateContact) else tell(pending, turn)


def _wants_new(words: str) -> bool:
    return said("agree_to_new", words)
