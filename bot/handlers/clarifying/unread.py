"""What was not understood, kept for the admin so that the examples can grow; nobody's names are kept with it."""

from collections.abc import Iterable

from bot.handlers.reading import context_of
from bot.handlers.turn import Turn
from bot.language.context import prepare
from bot.language.spans.places import PlaceKind, places_in

LONGEST = 500
_NAMES: frozenset[PlaceKind] = frozenset(
    {"account", "deal", "contact", "colleague", "competitor", "email", "phone", "money"}
)


def note_unread(turn: Turn, acts: Iterable[str] = ()) -> None:
    """Keep the asker's own words, without what was pasted in, each name and amount replaced by its kind."""
    words = _without_names(prepare(turn.text).own, turn)
    if words.strip():
        turn.desk.library_use.note("unread", words, list(acts), turn.person.id, turn.thread, turn.now)


def _without_names(text: str, turn: Turn) -> str:
    named = [(p.start, p.end, f"[{p.kind}]") for p in places_in(text, context_of(turn)) if p.kind in _NAMES]
    strange = [(a, b, "[name]") for a, b in turn.names.strangers(text) if text[a].isupper()]
    kept, at = "", 0
    for start, end, mark in sorted([*named, *strange]):
        if start >= at:
            kept, at = kept + text[at:start] + mark, end
    return (kept + text[at:])[:LONGEST]
