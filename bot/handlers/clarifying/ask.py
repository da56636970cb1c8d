"""Questions that a command takes first, kept with it so that the answer completes it."""

from collections.abc import Iterable
from typing import Any

from bot.contract.drafts import PendingQuestion
from bot.contract.replies.cards import Option, Question
from bot.domain.deals import Contact, Deal
from bot.domain.people import Person
from bot.domain.text import normal
from bot.handlers.turn import Turn
from bot.language.lexicon import words as words_for


def ask(about: Any, options: Iterable[Option], command: Any, turn: Turn, words: str) -> Question:
    """A question about a command; `words` are the person's own that it is about."""
    asked = {"command": type(command).__name__, **command.model_dump(mode="json")}
    options = tuple(options)
    question = PendingQuestion(about=about, options=options, command=asked, author_id=turn.person.id, words=words)
    turn.conversation = turn.conversation.model_copy(update={"question": question})
    return Question(
        about=about, options=options, words=words, audience=turn.place(turn.readable), language=turn.language
    )


def deal_options(deals: Iterable[Deal], turn: Turn) -> list[Option]:
    return [Option(id=d.id, name=f"{d.name} · {d.stage}") for d in deals]


def contact_options(contacts: Iterable[Contact]) -> list[Option]:
    return [Option(id=c.id, name=f"{c.name}, {c.title}" if c.title else c.name) for c in contacts]


def person_options(people: Iterable[Person]) -> list[Option]:
    return [Option(id=p.id, name=f"{p.name}, {p.title}" if p.title else p.name) for p in people]


def near_accounts(words: str, turn: Turn) -> list[Option]:
    return [Option(id=m.id, name=m.name) for m in turn.names.find(words, {"account"})[:5]]


def choose(words: str, options: tuple[Option, ...]) -> Option | None:
    """The option that an answer means: its number, its id, or the one whose name shares the most words."""
    from rapidfuzz import fuzz

    words = normal(words).strip()
    if words.isdigit() and 0 < int(words) <= len(options):
        return options[int(words) - 1]
    exact = next((o for o in options if words == o.id), None) or _by_order(words, options)
    if exact:
        return exact
    scored = sorted(
        ((fuzz.token_set_ratio(words.casefold(), o.name.casefold()), o) for o in options if o.id != "create"),
        key=lambda s: -s[0],
    )
    scored = [(s, o) for s, o in scored if s >= 55]
    if not scored or (len(scored) > 1 and scored[0][0] - scored[1][0] < 8):
        partial = [o for o in options if any(w in o.name.casefold() for w in words.casefold().split() if len(w) > 3)]
        return partial[0] if len(partial) == 1 else None
    return scored[0][1]


_PLACES = {"the_first": 0, "the_second": 1, "the_third": 2, "the_last": -1}


def _by_order(words: str, options: tuple[Option, ...]) -> Option | None:
    """`the second one`, 第二个."""
    heard = words.casefold()
    places = {
        place
        for meaning, place in _PLACES.items()
        for word in words_for(meaning)
        if word in heard.split() or (not word.isascii() and word in heard)
    }
    place = places.pop() if len(places) == 1 else len(options)
    return options[place] if len(options) > max(place, 0) else None
