"""From a reply to what is read: plain text and Block Kit; pure, both languages, outside text escaped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.contract.phrases import phrase
from bot.contract.replies.aids import AidChanged, AidForm, AidsFound, AidsReport, Answer
from bot.contract.replies.base import Reply
from bot.contract.replies.cards import DraftCard, LogForm, Question, Receipt
from bot.contract.replies.coaching import Coaching, Document
from bot.contract.replies.digests import Schedules
from bot.contract.replies.notices import ChatText, Choice, Discarded, HelpText, NotUnderstood, Refusal
from bot.contract.replies.records import AccountsFound, ActivitiesFound, ContactsFound, PeopleFound
from bot.contract.replies.reports import DealsFound, Home, PipelineReport
from bot.views import aids, cards, coaching, home, notices, records, reports
from bot.views.blocks import Block, context, plain_of, texts
from bot.views.mrkdwn import harmless

BLOCKS_MOST, LETTERS_MOST = 50, 10_000  # Slack refuses more than about 12,000 in all blocks with msg_blocks_too_long


@dataclass(frozen=True, slots=True)
class View:
    """What a reply looks like: `text` for the terminal and for notifications, `blocks` for Slack."""

    text: str
    blocks: list[Block]


def render(reply: Reply) -> View:
    """The view of any reply."""
    blocks = VIEWS[type(reply)](reply)
    text = harmless(_prose(reply))
    return View(text if text.strip() else harmless(plain_of(blocks)), _fitting(blocks, reply.language))


def _fitting(blocks: list[Block], language: str) -> list[Block]:
    """What one message takes, with the last block, which holds the buttons; what is left out is told."""
    sizes = [sum(map(len, texts(block))) for block in blocks]
    if len(blocks) <= BLOCKS_MOST and sum(sizes) <= LETTERS_MOST:
        return blocks
    kept, left = [], LETTERS_MOST - sizes[-1] - 50
    for block, size in zip(blocks[: BLOCKS_MOST - 2], sizes, strict=False):
        left -= size
        if left < 0:
            break
        kept.append(block)
    return [*kept, context(phrase(language, "more", n=len(blocks) - 1 - len(kept))), blocks[-1]]


def _prose(reply: Reply) -> str:
    """What is said otherwise than by the words of the blocks; empty where nothing is."""
    match reply:
        case Answer():
            return reply.prose
        case Document():
            return reply.markdown
        case _:
            return ""


VIEWS: Mapping[type[Reply], Callable[[Any], list[Block]]] = {
    DraftCard: cards.draft,
    Receipt: cards.receipt,
    Question: cards.question,
    LogForm: notices.form,
    AidsFound: aids.found,
    Answer: aids.answer,
    AidsReport: aids.usage,
    AidChanged: aids.changed,
    AidForm: aids.form,
    DealsFound: reports.deals,
    PipelineReport: reports.pipeline,
    Home: home.home,
    Coaching: coaching.coaching,
    Document: coaching.document,
    Schedules: coaching.schedules,
    Refusal: notices.refusal,
    NotUnderstood: notices.unclear,
    Discarded: notices.discarded,
    HelpText: notices.help_text,
    ChatText: notices.chat,
    Choice: notices.choice,
    AccountsFound: records.accounts,
    ContactsFound: records.contacts,
    PeopleFound: records.people,
    ActivitiesFound: records.activities,
}
"""The one list of replies with what they look like."""


def as_json(reply: Reply) -> dict[str, Any]:
    """A reply as the contract's JSON."""
    view = render(reply)
    return {**reply.model_dump(mode="json", by_alias=True), "text": view.text, "blocks": view.blocks}
