"""From what was told to cards: the patterns' fields where the model agrees, the rest offered or kept as a note."""

import re

from bot.contract.commands.base import Command, DealChanges
from bot.contract.commands.writing import LogActivity, UpdateDeal
from bot.domain.activities import ActivityKind
from bot.domain.text import worded
from bot.language.context import Context, Said
from bot.language.reading.questions.conditions import stranger
from bot.language.reading.seen import LIKELY, SURE, Seen, see
from bot.language.reading.telling.activities import DONE, KINDS, NOT_HELD, day_of, kind_held, lies_ahead, minutes_of
from bot.language.reading.telling.changes import cleared, weighed
from bot.language.reading.telling.contacts import read_contact_change, read_new_person
from bot.language.reading.telling.weights import POSSIBLE
from bot.language.rules import cues
from bot.language.rules.capture import read_parts
from bot.language.rules.filters import blanked
from bot.language.spans.calendar import DateSaid

_CORRECTED = worded(
    r"[.,;!?-]\s*(?:wait|no wait|sorry|scra(?:tch|p) (?:that|it)|strike that|correction|i mean|my bad"
    r"|hang on|oops|actually(?:,? no)?|no wait|or rather|make that|不对|错了|说错了)\b[^\w]*",
    re.I,
)
_LEFT_AS_IT_IS = worded(
    r"\b(?:actually|no|nah|wait|hmm+|hm|ok)\b[\s,.-]*(?:no\b[\s,.-]*)?(?:leave|keep|let) (?:the )?"
    r"(?:it|that|this|(?P<amount>amount|value|price)|(?P<day>(?:close )?date)|(?P<stage>stage))\b"
    r"(?: (?:be|as (?:it )?is|alone|there))?|(?:算了|还是)(?:先)?(?:别|不)(?:改|动)了?|先不(?:改|动)了",
    re.I,
)
"""What was wanted before is not wanted any more: all of it, or one field."""
_FIELD_KINDS = {
    "amount": {"money", "number", "percent"}, "day": {"date"}, "stage": {"stage", "category"},
}  # fmt: skip
_ALIKE = {"number": "money", "span": "date"}
_VALUES = {"money", "date"}
_WANTED = {kind for kinds in _FIELD_KINDS.values() for kind in kinds}


def _settled(seen: Seen, context: Context) -> Seen:
    """A message that corrects itself, `88k. sorry, 98`: values of the same kind before the correction are blanked."""
    own = seen.said.own
    left = _LEFT_AS_IT_IS.search(own)
    if left:
        gone = [
            (p.place.start, p.place.end) for p in seen.parts if p.place.end <= left.start() and p.place.kind in _WANTED
        ]
        return see(Said(seen.said.text, blanked(own, [*gone, left.span()])), context, seen.model)
    turn = _CORRECTED.search(own)
    if not turn:
        return seen
    kinds = {_ALIKE.get(p.place.kind, p.place.kind) for p in seen.parts if p.place.start >= turn.end()} & _VALUES
    gone = [
        (p.place.start, p.place.end)
        for p in seen.parts
        if p.place.end <= turn.start() and _ALIKE.get(p.place.kind, p.place.kind) in kinds
    ]
    if not gone:
        return seen
    return see(Said(seen.said.text, blanked(own, gone)), context, seen.model)


def read_telling(seen: Seen, context: Context) -> list[Command]:
    """The cards of a message, each part about one account by itself; at least a note where one names a record."""
    seen = _settled(seen, context)
    person = read_new_person(seen)
    cards = _cards(seen, context)
    if person is None:
        return cards
    return [*(card for card in cards if not _only_a_note(card, seen)), person]


def _only_a_note(card: Command, seen: Seen) -> bool:
    """A note that nobody asked for: what it holds is the new person."""
    if not isinstance(card, LogActivity) or card.kind is not ActivityKind.NOTE or card.offers:
        return False
    return card.changes.empty and not cues.NOTE_ON.search(seen.said.own) and "note" not in seen.said.own.lower()


def _cards(seen: Seen, context: Context) -> list[Command]:
    parts = read_parts(seen.said, context)
    if len(parts) < 2:
        return [c for c in (_of_one(seen, parts[0][1] if parts else None, context),) if c]
    found: list[Command] = []
    for part, command in parts:
        inside = see(Said(part.text, part.own), context, seen.model)
        if command is not None or (inside.kinds("account") and len(part.own.split()) > 1):
            card = _of_one(inside, command, context)
            found += [card] if card else []
    return found


def _of_one(seen: Seen, command: Command | None, context: Context) -> Command | None:
    """One card: what the patterns read, weighed against what the model says; a note where they read nothing."""
    changed = read_contact_change(seen)
    if changed is not None:
        return changed
    emptied = cleared(seen, command, context)
    if emptied is not None:
        return emptied
    if isinstance(command, UpdateDeal):
        kind = kind_held(seen)
        if (kind is None and command.changes.empty) or (kind and lies_ahead(seen, kind, context)):
            kind = ActivityKind.NOTE
        changes, offers = weighed(seen, command.changes, context)
        if kind is None and any(offer.field == "stage" for offer in offers):
            kind = ActivityKind.NOTE  # the words stay, should the deal already stand as told
        if kind is None and not changes.empty:
            return command.model_copy(update={"changes": changes, "offers": offers})
        note = _note(seen, kind or ActivityKind.NOTE, context)
        if note is not None and kind is not ActivityKind.NOTE:
            note = note.model_copy(update={"duration_minutes": minutes_of(seen, None)})
        if note is None:
            return command.model_copy(update={"changes": changes, "offers": offers})
        return note.model_copy(
            update={
                "deal": command.deal or note.deal, "contacts": command.contacts or note.contacts, "changes": changes,
                "offers": offers,
            }
        )  # fmt: skip
    if isinstance(command, LogActivity):
        changes, offers = weighed(seen, command.changes, context)
        held = seen.likelihood(DONE)
        kind = command.kind
        if (
            seen.likelihood(NOT_HELD) >= max(LIKELY, held)
            or lies_ahead(seen, kind, context)
            or (seen.acts.get("chat", 0) >= SURE and held < POSSIBLE)
        ):
            kind = ActivityKind.NOTE
        elif kind is ActivityKind.NOTE and held >= 0.35:
            kind = KINDS[seen.likeliest(DONE)]
        minutes, at = minutes_of(seen, command.duration_minutes), day_of(seen, command.at, context)
        if lies_ahead(seen, command.kind, context):
            minutes, at = None, context.today
        return command.model_copy(
            update={"changes": changes, "offers": offers, "kind": kind, "duration_minutes": minutes, "at": at}
        )
    held_kind = kind_held(seen)
    if held_kind is not None and lies_ahead(seen, held_kind, context):
        held_kind = None
    note = _note(seen, held_kind or ActivityKind.NOTE, context)
    if note is None:
        return None
    note = note.model_copy(update={"duration_minutes": minutes_of(seen, None)})
    changes, offers = weighed(seen, DealChanges(), context)
    return note.model_copy(update={"changes": changes, "offers": offers})


_WHERE = worded(r"(?:\b(?:at|from|of|with)|@)\s+$", re.I)


def _named_elsewhere(seen: Seen, context: Context) -> str:
    """A name behind `at` or `from` that the person does not see in the CRM: it is never replaced by another's."""
    strange = stranger(seen, context)
    at = seen.said.own.find(strange) if strange[:1].isupper() else -1
    return strange if at > 0 and _WHERE.search(seen.said.own[:at]) else ""


def _note(seen: Seen, kind: ActivityKind, context: Context) -> LogActivity | None:
    """A card that keeps what was said, on the record that it names or the thread is about."""
    about = " ".join(p.words for p in seen.kinds("account", "deal")) or _named_elsewhere(seen, context)
    contacts = tuple(dict.fromkeys(p.words for p in seen.kinds("contact")))
    if not about and not contacts and not context.deal_in_thread:
        return None
    days = [p.place.value for p in seen.of("at") if isinstance(p.place.value, DateSaid)]
    at = min(days[0].day(last=False), context.today) if days else context.today
    return LogActivity(
        deal=about,
        kind=kind,
        at=at,
        contacts=contacts if kind is not ActivityKind.NOTE else (),
        contacts_mentioned=contacts,
        summary=seen.said.text,
        on_account=seen.acts.get("contact_change", 0) >= LIKELY,
    )
