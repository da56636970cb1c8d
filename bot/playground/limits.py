"""Slack's limits on messages, with Slack's own error names; what the SDK's models let through is checked too."""

import json
from collections.abc import Iterator
from typing import Any

BLOCKS_MOST = 50
TEXT_MOST = 40_000
ALL_TEXT_MOST = 13_000
TEXT_OF = {"header": 150, "section": 3000}
BLOCK_TYPES = {
    "header",
    "section",
    "context",
    "actions",
    "divider",
    "image",
    "input",
    "rich_text",
    "markdown",
    "table",
    "context_actions",
}


class SlackError(Exception):
    """An error as the Web API names it."""

    def __init__(self, code: str, messages: tuple[str, ...] = ()) -> None:
        super().__init__(code)
        self.code, self.messages = code, messages


def parsed(value: Any) -> Any:
    """Arguments come as JSON or as JSON in a form field."""
    if isinstance(value, str):
        try:
            return json.loads(value)
        except ValueError:
            raise SlackError("invalid_arguments") from None
    return value


def check_message(text: str, blocks: Any) -> None:
    """Raises SlackError as chat.postMessage would."""
    if not text and not blocks:
        raise SlackError("no_text")
    if len(text) > TEXT_MOST:
        raise SlackError("msg_too_long")
    if blocks is None:
        return
    if not isinstance(blocks, list):
        raise SlackError("invalid_blocks_format")
    problems = tuple(block_problems(blocks))
    if problems:
        raise SlackError("invalid_blocks", problems)
    if sum(map(len, _texts(blocks))) > ALL_TEXT_MOST:
        raise SlackError("msg_blocks_too_long")


def _texts(found: Any) -> Iterator[str]:
    if isinstance(found, dict):
        if isinstance(found.get("text"), str):
            yield found["text"]
        for value in found.values():
            yield from _texts(value)
    elif isinstance(found, list):
        for value in found:
            yield from _texts(value)


def block_problems(blocks: list[Any]) -> Iterator[str]:
    """What Slack would refuse in blocks, with the place."""
    if len(blocks) > BLOCKS_MOST:
        yield f"no more than {BLOCKS_MOST} items allowed [json-pointer:/blocks]"
    block_ids: set[str] = set()
    action_ids: set[tuple[str, str]] = set()
    for n, block in enumerate(blocks):
        at = f"[json-pointer:/blocks/{n}]"
        kind = block.get("type") if isinstance(block, dict) else None
        if kind not in BLOCK_TYPES:
            yield f"unsupported type: {kind} {at}"
            continue
        block_id = block.get("block_id")
        if block_id is not None:
            if len(block_id) > 255 or block_id in block_ids:
                yield f"invalid or repeated block_id {at}"
            block_ids.add(block_id)
        yield from _text_problems(block, kind, at)
        yield from _element_problems(block, kind, at, action_ids, n)


def _text_problems(block: dict[str, Any], kind: str, at: str) -> Iterator[str]:
    text = block.get("text")
    if kind == "section" and not text and not block.get("fields"):
        yield f"missing required field: text {at}"
    if kind == "header" and (not isinstance(text, dict) or text.get("type") != "plain_text"):
        yield f"header needs plain_text {at}"
    if isinstance(text, dict):
        words = text.get("text") or ""
        if not words:
            yield f"must be more than 0 characters {at}"
        if len(words) > TEXT_OF.get(kind, 3000):
            yield f"must be less than {TEXT_OF.get(kind, 3000) + 1} characters {at}"
    fields = block.get("fields") or []
    if len(fields) > 10:
        yield f"no more than 10 items allowed {at}"
    for field in fields:
        if not 0 < len(field.get("text") or "") <= 2000:
            yield f"a field needs 1 to 2000 characters {at}"


def _element_problems(block: dict[str, Any], kind: str, at: str, seen: set[tuple[str, str]], n: int) -> Iterator[str]:
    if kind == "context_actions":
        yield from _feedback_problems(block, at)
        return
    elements = [block["accessory"]] if kind == "section" and "accessory" in block else block.get("elements") or []
    if kind in {"actions", "context"} and not elements:
        yield f"missing required field: elements {at}"
    if len(elements) > {"actions": 25, "context": 10}.get(kind, 100):
        yield f"too many elements {at}"
    for element in elements:
        if kind == "context":
            if element.get("type") in {"mrkdwn", "plain_text"} and not 0 < len(element.get("text") or "") <= 2000:
                yield f"context text needs 1 to 2000 characters {at}"
            continue
        action = str(element.get("action_id") or "")
        if not action or len(action) > 255 or (str(n), action) in seen:
            yield f"action_id missing, too long or repeated {at}"
        seen.add((str(n), action))
        if element.get("type") == "button":
            label = (element.get("text") or {}).get("text") or ""
            if not 0 < len(label) <= 75 or len(str(element.get("value") or "")) > 2000:
                yield f"button text or value out of limits {at}"
        if element.get("type") == "static_select":
            yield from _option_problems(element, at)


def _feedback_problems(block: dict[str, Any], at: str) -> Iterator[str]:
    elements = block.get("elements") or []
    if not 0 < len(elements) <= 5:
        yield f"1 to 5 elements needed {at}"
    for element in elements:
        if (
            element.get("type") not in {"feedback_buttons", "icon_button"}
            or not 0 < len(str(element.get("action_id") or "")) <= 255
        ):
            yield f"unsupported element or no action_id {at}"
        for side in ("positive_button", "negative_button") if element.get("type") == "feedback_buttons" else ():
            button = element.get(side) or {}
            if (
                not 0 < len((button.get("text") or {}).get("text") or "") <= 75
                or not 0 < len(str(button.get("value") or "")) <= 2000
            ):
                yield f"{side}: text or value out of limits {at}"


def _option_problems(element: dict[str, Any], at: str) -> Iterator[str]:
    options = element.get("options") or []
    if not 0 < len(options) <= 100:
        yield f"1 to 100 options needed {at}"
    if len((element.get("placeholder") or {}).get("text") or "") > 150:
        yield f"placeholder too long {at}"
    for option in options:
        if not 0 < len(option["text"]["text"]) <= 75 or not 0 < len(option["value"]) <= 150:
            yield f"option text or value out of limits {at}"


INPUT_TYPES = {
    "plain_text_input",
    "static_select",
    "datepicker",
    "number_input",
    "checkboxes",
    "radio_buttons",
    "multi_static_select",
}


def check_view(view: Any) -> None:
    """Raises SlackError as views.open would."""
    problems = tuple(_view_problems(view)) if isinstance(view, dict) else ("the view is no object",)
    if problems:
        raise SlackError("invalid_arguments", problems)


def check_home(view: Any) -> None:
    """Raises SlackError as views.publish would."""
    if (
        not isinstance(view, dict)
        or view.get("type") != "home"
        or set(view) - {"type", "blocks", "private_metadata", "callback_id", "external_id"}
    ):
        raise SlackError("invalid_arguments", ("type must be home, and a Home has no title, submit or close",))
    blocks = view.get("blocks") or []
    problems = [*(("1 to 100 blocks needed",) if not 0 < len(blocks) <= 100 else ())]
    for start in range(0, len(blocks), BLOCKS_MOST):
        problems += block_problems(blocks[start : start + BLOCKS_MOST])
    if any(block.get("type") in {"context_actions", "table", "markdown"} for block in blocks):
        problems.append("a Home takes no such block")
    if problems:
        raise SlackError("invalid_arguments", tuple(problems))


def _view_problems(view: dict[str, Any]) -> Iterator[str]:
    if view.get("type") != "modal":
        yield "type must be modal"
    for name in ("title", "submit", "close"):
        words = (view.get(name) or {}).get("text") or ""
        if (name == "title" and not words) or len(words) > 24:
            yield f"{name} needs 1 to 24 characters"
    if len(str(view.get("private_metadata") or "")) > 3000 or len(str(view.get("callback_id") or "")) > 255:
        yield "private_metadata or callback_id too long"
    blocks = view.get("blocks") or []
    if not 0 < len(blocks) <= 100:
        yield "1 to 100 blocks needed"
    ids: set[str] = set()
    for block in blocks:
        block_id = str(block.get("block_id") or "")
        if block_id in ids or len(block_id) > 255:
            yield f"invalid or repeated block_id {block_id}"
        ids.add(block_id)
        if block.get("type") == "input":
            yield from _input_problems(block)


def _input_problems(block: dict[str, Any]) -> Iterator[str]:
    element = block.get("element") or {}
    if element.get("type") not in INPUT_TYPES or not element.get("action_id"):
        yield f"input {block.get('block_id')}: unsupported element or no action_id"
    if not 0 < len((block.get("label") or {}).get("text") or "") <= 2000:
        yield f"input {block.get('block_id')}: the label needs 1 to 2000 characters"
    if element.get("type") == "plain_text_input":
        most = element.get("max_length") or 3000
        if most > 3000 or len(str(element.get("initial_value") or "")) > most:
            yield f"input {block.get('block_id')}: the text is longer than {most}"
    if element.get("type") == "static_select":
        yield from _option_problems(element, f"input {block.get('block_id')}")
        if "initial_option" in element and element["initial_option"] not in element["options"]:
            yield f"input {block.get('block_id')}: initial_option is none of the options"
