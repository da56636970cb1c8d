"""The log form as a Slack modal, and its state read back."""

import json
from typing import Any

from bot.contract.phrases import phrase
from bot.contract.replies.cards import FormValues, LogForm
from bot.domain.activities import ActivityKind
from bot.domain.deals import FORECASTS
from bot.views.blocks import Block, said, section
from bot.views.mrkdwn import escape

CALLBACK = "log_form"
TITLE_MOST, LABEL_MOST, STAGES_MOST = 24, 2000, 100


def modal(form: LogForm, metadata: dict[str, str]) -> dict[str, Any]:
    """The view for views.open; `metadata` says where the card stands that it came from."""
    say, values = form.language, form.values
    kinds = [(kind.value, phrase(say, f"kind_{kind}")) for kind in ActivityKind if kind is not ActivityKind.TASK]
    stages = [name for name in form.stages if name]
    blocks = [
        *([section(escape(form.about))] if form.about else []),
        _text("deal", phrase(say, "form_deal"), values.deal, optional=False),
        _select("kind", phrase(say, "form_kind"), kinds, values.kind),
        _day("day", phrase(say, "form_day"), values.day),
        _text("minutes", phrase(say, "form_minutes"), values.minutes),
        _text("people", phrase(say, "form_with"), values.people, hint=phrase(say, "form_with_hint")),
        _text("summary", phrase(say, "form_summary"), values.summary, lines=True),
        *(
            [
                _select(
                    "stage", phrase(say, "field_stage"), [(name, name) for name in stages[:STAGES_MOST]], values.stage
                )
            ]
            if stages
            else []
        ),
        _text("amount", phrase(say, "field_amount"), values.amount),
        _day("close_date", phrase(say, "field_close_date"), values.close_date),
        _select("forecast", phrase(say, "field_forecast"), [(name, name) for name in FORECASTS], values.forecast),
        _text("loss_reason", phrase(say, "form_loss_reason"), values.loss_reason),
        _text("next_step", phrase(say, "field_next_step"), values.next_step),
        _day("next_step_due", phrase(say, "form_due"), values.next_step_due),
    ]
    return {
        "type": "modal",
        "callback_id": CALLBACK,
        "title": _plain(phrase(say, "form_title_edit" if form.ref and not form.about else "form_title"), TITLE_MOST),
        "submit": _plain(phrase(say, "form_submit"), TITLE_MOST),
        "close": _plain(phrase(say, "form_cancel"), TITLE_MOST),
        "private_metadata": json.dumps(metadata),
        "blocks": blocks,
    }


def values_of(state: dict[str, Any]) -> FormValues:
    """The fields of a submitted view's state; what Slack leaves out is empty."""
    found: dict[str, Any] = {}
    for block_id, actions in state.items():
        for element in actions.values():
            value = (
                element.get("value")
                or element.get("selected_date")
                or (element.get("selected_option") or {}).get("value")
            )
            if value:
                found[block_id] = value
    return FormValues.model_validate({name: value for name, value in found.items() if name in FormValues.model_fields})


def _plain(text: str, most: int) -> Block:
    return {"type": "plain_text", "text": said(text, most), "emoji": False}


def _input(name: str, label: str, element: Block, *, optional: bool = True, hint: str | None = None) -> Block:
    made: Block = {
        "type": "input",
        "block_id": name,
        "label": _plain(label, LABEL_MOST),
        "element": {"action_id": name, **element},
        "optional": optional,
    }
    return made | ({"hint": _plain(hint, LABEL_MOST)} if hint else {})


def _text(
    name: str, label: str, value: str, *, lines: bool = False, optional: bool = True, hint: str | None = None
) -> Block:
    element: Block = {"type": "plain_text_input", "multiline": lines, "max_length": 3000 if lines else 200}
    if value:
        element["initial_value"] = value[: element["max_length"]]
    return _input(name, label, element, optional=optional, hint=hint)


def _select(name: str, label: str, options: list[tuple[str, str]], chosen: str | None) -> Block:
    made = [{"text": _plain(text, 75), "value": value[:150]} for value, text in options]
    element: Block = {"type": "static_select", "options": made}
    initial = next((o for o in made if o["value"] == chosen), None)
    return _input(name, label, element | ({"initial_option": initial} if initial else {}))


def _day(name: str, label: str, value: object) -> Block:
    element: Block = {"type": "datepicker"}
    return _input(name, label, element | ({"initial_date": str(value)} if value else {}))
