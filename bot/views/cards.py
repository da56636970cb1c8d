"""Draft cards, receipts and questions."""

from datetime import datetime
from decimal import Decimal

from bot.contract.commands.base import Offer
from bot.contract.phrases import phrase
from bot.contract.replies.cards import Change, DraftActivity, DraftCard, NextStep, Question, Receipt
from bot.domain.locale import locale_of
from bot.views import blocks as b
from bot.views.mrkdwn import cut, escape

BULK_SHOWN, NAME_MOST = 20, 400


def draft(card: DraftCard) -> list[b.Block]:
    say = card.language
    if card.items:
        made = [b.section(f"*{phrase(say, 'bulk_title', count=len(card.items))}*"), *_items(card)]
        return [*made, _buttons(card)]
    title = phrase(say, f"draft_create_{card.create}") if card.create else phrase(say, "draft_title")
    made = [b.section(f"*{title}* · {_subject(card)}")]
    made += _facts(card)
    if card.matched and card.matched.how != "named":
        made.append(b.context(escape(phrase(say, f"matched_{card.matched.how}", words=cut(card.matched.words, 80)))))
    if card.twins:
        made.append(b.context(escape(phrase(say, "twins", names=", ".join(card.twins)))))
    if card.missing:
        names = ", ".join(phrase(say, f"field_{name}") for name in card.missing)
        made.append(b.context(escape(phrase(say, "missing", fields=names))))
    if card.offers:
        words = ", ".join(f"“{cut(o.words, 60)}”" for o in card.offers)
        made.append(b.context(escape(phrase(say, "offers_title", words=words))))
        made.append(b.actions([_offer(o, n, card) for n, o in enumerate(card.offers[:3])]))
    return [*made, _buttons(card)]


def _offer(offer: Offer, n: int, card: DraftCard) -> b.Block:
    """A button that takes a possible value onto the card."""
    value = offer.value
    if offer.field == "amount" and card.currency:
        value = locale_of(card.locale).money(Decimal(offer.value), card.currency)
    due = f" ({offer.due.isoformat()})" if offer.due else ""
    return b.button(
        phrase(card.language, f"offer_{offer.field}", value=f"{cut(value, 50)}{due}"),
        f"take:{n}",
        f"{card.draft_id} {offer.field}:{offer.value}",
    )


def _buttons(card: DraftCard) -> b.Block:
    say = card.language
    buttons = [b.button(phrase(say, "button_confirm"), "confirm", card.draft_id, "primary")]
    if not card.items and card.create is None:
        buttons.append(b.button(phrase(say, "button_edit"), "edit", card.draft_id))
    return b.actions(
        [*buttons, b.button(phrase(say, "button_discard"), "discard", card.draft_id)], f"card-{card.draft_id}"
    )


def _items(card: DraftCard | Receipt) -> list[b.Block]:
    """Each deal with its changes, in blocks of ten lines; of a long list the first ones."""
    say = card.language
    lines = [
        f"• *{escape(item.deal.name)}*: "
        + escape("; ".join(f"{phrase(say, f'field_{c.field}')} {_change(c, card, None, False)}" for c in item.changes))
        for item in card.items[:BULK_SHOWN]
    ]
    if len(card.items) > BULK_SHOWN:
        lines.append(escape(phrase(say, "bulk_more", count=len(card.items) - BULK_SHOWN)))
    return [b.section("\n".join(lines[n : n + 10])) for n in range(0, len(lines), 10)]


def receipt(card: Receipt) -> list[b.Block]:
    say = card.language
    if card.items or card.left_out:
        title = phrase(say, "receipt_undone") if card.undone else phrase(say, "bulk_done", count=len(card.items))
        made = [b.section(f"*{title}*"), *_items(card)]
        if card.left_out:
            made.append(b.context(escape(phrase(say, "bulk_left_out", names=", ".join(card.left_out)))))
    else:
        made = [
            b.section(f"*{phrase(say, 'receipt_undone' if card.undone else 'receipt_title')}* · {_subject(card)}"),
            *_facts(card),
        ]
    if card.advice:
        made.append(b.context(escape(phrase(say, "advice", text=card.advice.text))))
    if not card.undone:
        made.append(
            b.actions([b.button(phrase(say, "button_undo"), "undo", card.receipt_id)], f"receipt-{card.receipt_id}")
        )
    return made


def in_a_line(card: DraftCard | Receipt) -> str:
    """A card or a receipt as one line of a list."""
    say = card.language
    if card.items:
        return f"*{phrase(say, 'bulk_done' if isinstance(card, Receipt) else 'bulk_title', count=len(card.items))}*"
    parts = [f"{phrase(say, f'field_{c.field}')} {_change(c, card, card.currency, False)}" for c in card.changes]
    told = [escape(cut(card.activity.summary, 80))] if card.activity and card.activity.summary else []
    step = [escape(cut(f"{phrase(say, 'field_next_step')}: {card.next_step.text}", 80))] if card.next_step else []
    return " · ".join([_subject(card), *told, *(escape(cut(part, 120)) for part in parts), *step])


def question(asked: Question) -> list[b.Block]:
    say = asked.language
    name = "ask_deal_words" if asked.about == "deal" and asked.words else f"ask_{asked.about}"
    name = "ask_stage_again" if asked.about == "stage" and not asked.words else name
    name = "ask_which_account" if asked.about == "account" and not asked.words else name
    made = [b.section(escape(phrase(say, name, words=cut(asked.words, 80))))]
    options = [
        (o.id, phrase(say, "option_create", name=o.name) if o.id == "create" else o.name) for o in asked.options if o.id
    ]
    if options:
        return [*made, b.actions([b.menu(phrase(say, name, words=cut(asked.words, 80)), "choose", options)])]
    return [*made, b.context(escape(phrase(say, "ask_none")))]


def _subject(card: DraftCard | Receipt) -> str:
    if card.deal:
        account = (
            f" ({escape(card.deal.account)})" if card.deal.account and card.deal.account not in card.deal.name else ""
        )
        name = escape(cut(card.deal.name, NAME_MOST)).strip() or "–"
        return f"*<{card.link}|{name.replace('|', '/')}>*{account}" if card.link else f"*{name}*{account}"
    return f"*{escape(card.account or '')}*"


def _facts(card: DraftCard | Receipt) -> list[b.Block]:
    say = card.language
    made: list[b.Block] = []
    if card.activity:
        made.append(b.section(_activity(card.activity, say)))
    about = getattr(card, "about", ())
    if about:
        made.append(b.section(escape(" · ".join(about))))
    contact = getattr(card, "contact", None)
    if contact:
        made.append(
            b.section(
                escape(" · ".join(part for part in (contact.name, contact.title, contact.email, contact.phone) if part))
            )
        )
    pairs = [
        (phrase(say, f"field_{c.field}"), _change(c, card, card.currency, card.create == "deal")) for c in card.changes
    ]
    if card.next_step:
        pairs.append((phrase(say, "field_next_step"), _step(card.next_step, say)))
    return [*made, *b.fields(pairs)]


def _activity(activity: DraftActivity, say: str) -> str:
    at = activity.at.strftime("%Y-%m-%d %H:%M") if isinstance(activity.at, datetime) else f"{activity.at:%a %Y-%m-%d}"
    parts = [phrase(say, f"kind_{activity.kind}"), at]
    if activity.duration_minutes:
        parts.append(phrase(say, "minutes", n=activity.duration_minutes))
    if activity.contacts:
        parts.append(phrase(say, "with", people=", ".join(activity.contacts)))
    line = escape(" · ".join(parts))
    return f"{line}\n_{escape(cut(' '.join(activity.summary.split()), 600))}_" if activity.summary else line


def _change(change: Change, card: DraftCard | Receipt, currency: str | None, new: bool) -> str:
    def shown(value: str | None) -> str:
        if value is None:
            return phrase(card.language, "unknown")
        if change.field == "amount" and currency:
            return locale_of(card.locale).money(Decimal(value), currency)
        return value

    return shown(change.new) if new else f"{shown(change.old)} → {shown(change.new)}"


def _step(step: NextStep, say: str) -> str:
    return f"{step.text} ({phrase(say, 'due', due=f'{step.due:%a %Y-%m-%d}')})" if step.due else step.text
