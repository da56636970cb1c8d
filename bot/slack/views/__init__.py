"""From a reply to what is read: plain text and Block Kit; pure, both languages, outside text escaped."""

from dataclasses import dataclass
from typing import Any, assert_never

from bot.replies import (
    AidChanged,
    AidForm,
    AidsFound,
    AidsReport,
    Answer,
    AnyReply,
    Coaching,
    DealsFound,
    Discarded,
    Document,
    DraftCard,
    HelpText,
    LogForm,
    NotUnderstood,
    PipelineReport,
    Question,
    Receipt,
    Refusal,
    Reply,
    Schedules,
)
from bot.slack.views import aids, cards, coaching, notices, reports
from bot.slack.views.blocks import Block, plain_of

BLOCKS_MOST = 50


@dataclass(frozen=True, slots=True)
class View:
    """What a reply looks like: `text` for the terminal and for notifications, `blocks` for Slack."""

    text: str
    blocks: list[Block]


def render(reply: Reply) -> View:
    """The view of any reply."""
    blocks = _blocks(reply)  # type: ignore[arg-type]
    if len(blocks) > BLOCKS_MOST:
        blocks = [*blocks[: BLOCKS_MOST - 1], blocks[-1]]
    return View(_text(reply) or plain_of(blocks), blocks)


def _text(reply: Reply) -> str | None:
    """What is said otherwise than by the words of the blocks."""
    match reply:
        case Answer():
            return reply.prose
        case Document():
            return reply.markdown
        case _:
            return None


def _blocks(reply: AnyReply) -> list[Block]:
    match reply:
        case DraftCard():
            return cards.draft(reply)
        case Receipt():
            return cards.receipt(reply)
        case Question():
            return cards.question(reply)
        case AidsFound():
            return aids.found(reply)
        case Answer():
            return aids.answer(reply)
        case DealsFound():
            return reports.deals(reply)
        case PipelineReport():
            return reports.pipeline(reply)
        case AidsReport():
            return aids.usage(reply)
        case AidChanged():
            return aids.changed(reply)
        case AidForm():
            return aids.form(reply)
        case Coaching():
            return coaching.coaching(reply)
        case Document():
            return coaching.document(reply)
        case Schedules():
            return coaching.schedules(reply)
        case Refusal():
            return notices.refusal(reply)
        case NotUnderstood():
            return notices.unclear(reply)
        case Discarded():
            return notices.discarded(reply)
        case HelpText():
            return notices.help_text(reply)
        case LogForm():
            return notices.form(reply)
    assert_never(reply)


def as_json(reply: Reply) -> dict[str, Any]:
    """A reply as the contract's JSON."""
    view = render(reply)
    return {**reply.model_dump(mode="json", by_alias=True), "text": view.text, "blocks": view.blocks}
