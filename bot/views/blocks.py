"""Block Kit's blocks as small functions that keep Slack's limits."""

import re
from collections.abc import Iterator
from typing import Any

from bot.views.mrkdwn import BUTTON_MOST, HEADER_MOST, SECTION_MOST, cut, escape

Block = dict[str, Any]
OPTION_MOST = 150
FIELD_MOST = 900  # ten of them in one block, and all blocks of a message together are limited too


def said(text: str, most: int) -> str:
    """Slack refuses a text without characters, and people can press nothing without words."""
    return cut(text, most) if text.strip() else "–"


def header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": said(text, HEADER_MOST), "emoji": False}}


def section(mrkdwn: str, accessory: Block | None = None) -> Block:
    """`mrkdwn` must be escaped already; `accessory` is a button beside it."""
    made: Block = {"type": "section", "text": {"type": "mrkdwn", "text": said(mrkdwn, SECTION_MOST)}}
    return made | ({"accessory": accessory} if accessory else {})


def fields(pairs: list[tuple[str, str]]) -> list[Block]:
    """Label and value pairs, ten a block."""
    made = [
        {"type": "mrkdwn", "text": cut(f"*{escape(label)}*\n{escape(value)}", FIELD_MOST)} for label, value in pairs
    ]
    return [{"type": "section", "fields": made[n : n + 10]} for n in range(0, len(made), 10)]


def context(mrkdwn: str) -> Block:
    return {"type": "context", "elements": [{"type": "mrkdwn", "text": said(mrkdwn, 2000)}]}


def button(text: str, action: str, value: str, style: str | None = None) -> Block:
    made: Block = {
        "type": "button",
        "text": {"type": "plain_text", "text": cut(text, BUTTON_MOST), "emoji": False},
        "action_id": action,
        "value": value[:2000],
    }
    return made | ({"style": style} if style else {})


def actions(buttons: list[Block], block_id: str | None = None) -> Block:
    made: Block = {"type": "actions", "elements": buttons[:25]}
    return made | ({"block_id": block_id[:255]} if block_id else {})


def menu(placeholder: str, action: str, options: list[tuple[str, str]]) -> Block:
    return {
        "type": "static_select",
        "placeholder": {"type": "plain_text", "text": cut(placeholder, 150), "emoji": False},
        "action_id": action,
        "options": [
            {"text": {"type": "plain_text", "text": said(text, 75), "emoji": False}, "value": value[:OPTION_MOST]}
            for value, text in [option for option in options if option[0]][:100]
        ],
    }


def divider() -> Block:
    return {"type": "divider"}


def bullets(lines: list[str] | tuple[str, ...]) -> str:
    return "\n".join(f"• {escape(line)}" for line in lines)


def feedback(ref: str, good: str, bad: str) -> Block:
    """Slack's own thumbs; what is pressed comes back as `up:ref` or `down:ref`."""
    sides = {"positive_button": ("up", good), "negative_button": ("down", bad)}
    element = {
        side: {
            "text": {"type": "plain_text", "text": label, "emoji": False},
            "value": f"{way}:{ref}"[:2000],
            "accessibility_label": label,
        }
        for side, (way, label) in sides.items()
    }
    return {"type": "context_actions", "elements": [{"type": "feedback_buttons", "action_id": "rate", **element}]}


def with_plain_feedback(blocks: list[Block]) -> list[Block]:
    """The same with ordinary buttons, for workspaces that know no others."""
    return [_plain_feedback(block) if block["type"] == "context_actions" else block for block in blocks]


def _plain_feedback(block: Block) -> Block:
    ref = block["elements"][0]["positive_button"]["value"].partition(":")[2]
    return actions([button("👍", "up", ref), button("👎", "down", ref)])


def plain_of(blocks: list[Block]) -> str:
    """The words of blocks as plain text; buttons are left out."""
    lines: list[str] = []
    for block in blocks:
        if "text" in block:
            lines.append(block["text"]["text"])
        lines += [f["text"].replace("\n", ": ", 1) for f in block.get("fields", ())]
        if block["type"] == "context":
            lines += [e["text"] for e in block["elements"] if "text" in e]
        lines += [
            f"{n}. {o['text']['text']}"
            for e in block.get("elements", ())
            if e.get("type") == "static_select" and e["action_id"] == "choose"
            for n, o in enumerate(e["options"], 1)
        ]
    lines = [re.sub(r"<https?://[^|<>]*\|([^<>]*)>", r"\1", line) for line in lines]
    text = re.sub(r"(?<![\w*])[*_]([^*_\n]+)[*_](?![\w*])", r"\1", "\n".join(lines))
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def texts(found: object) -> Iterator[str]:
    """All that is read in blocks, each text object by itself."""
    if isinstance(found, dict):
        if isinstance(found.get("text"), str):
            yield found["text"]
        for value in found.values():
            yield from texts(value)
    elif isinstance(found, list):
        for value in found:
            yield from texts(value)
