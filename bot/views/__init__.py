"""From a reply to what is read: plain text and Block Kit; pure, both languages, outside text escaped."""

from dataclasses import dataclass
from typing import Any, assert_never

from bot.contract.phrases import phrase
from bot.contract.replies import (
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
    Home,
    LogForm,
    NotUnderstood,
    PipelineReport,
    Question,
    Receipt,
    Refusal,
    Reply,
    Schedules,
)
from bot.views import aids, cards, coaching, home, notices, reports
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
    blocks = _blocks(reply)  # type: ignore[arg-type]
    text = harmless(_text(reply) or "")
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
        case Home():
            return home.home(reply)
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
