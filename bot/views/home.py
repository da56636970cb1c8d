"""The Home tab."""

from typing import Any

from bot.contract.phrases import phrase
from bot.contract.replies.cards import DraftCard, Receipt
from bot.contract.replies.reports import Home
from bot.views import blocks as b
from bot.views import cards, reports

BLOCKS_MOST = 100


def home(reply: Home) -> list[b.Block]:
    """Numbers first, then what needs a hand; every line that can be mended has its button."""
    say = reply.language
    made = [b.header(phrase(say, "home_title", name=reply.name))]
    if reply.report:
        made += reports.glance(reply.report)
    made += [{"type": "divider"}, b.section(f"*{phrase(say, 'home_fixes')}*")]
    made += reports.deals(reply.fixes) if reply.fixes else [b.section(phrase(say, "home_no_fixes"))]
    if reply.cards:
        made += [{"type": "divider"}, b.section(f"*{phrase(say, 'home_cards')}*")]
        for n, card in enumerate(reply.cards):
            made += _card(card, n)
    if reply.writes:
        made += [{"type": "divider"}, b.section(f"*{phrase(say, 'home_writes')}*")]
        made += [_write(receipt, n) for n, receipt in enumerate(reply.writes)]
    return [*made, b.context(phrase(say, "home_hint"))]


def view(blocks: list[b.Block]) -> dict[str, Any]:
    """The view for views.publish."""
    return {"type": "home", "blocks": blocks[:BLOCKS_MOST]}


def _card(card: DraftCard, n: int) -> list[b.Block]:
    say = card.language
    buttons = [
        b.button(phrase(say, "button_confirm"), f"confirm:{n}", card.draft_id, "primary"),
        b.button(phrase(say, "button_discard"), f"discard:{n}", card.draft_id),
    ]
    return [b.section(cards.in_a_line(card)), b.actions(buttons)]


def _write(receipt: Receipt, n: int) -> b.Block:
    return b.section(
        cards.in_a_line(receipt), b.button(phrase(receipt.language, "button_undo"), f"undo:{n}", receipt.receipt_id)
    )
