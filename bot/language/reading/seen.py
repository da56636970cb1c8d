"""A message as the trained model sees it: its places, what each stands for, and what the message may do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bot.language.context import Context, Said
from bot.language.spans.clauses import clauses_in_all
from bot.language.spans.places import Place, PlaceKind, places_in
from bot.language.trained.features import of_clauses, of_message, of_place, tokens_of
from bot.language.trained.fitting import OTHER
from bot.language.trained.model import Model

SURE = 0.8
"""From here on the model is right in about 95 of 100 (docs/language.md)."""
LIKELY = 0.5


@dataclass(frozen=True, slots=True)
class Part:
    """A place with what it stands for in the message, and how surely."""

    place: Place
    words: str
    part: str
    share: float


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause with its place, and the probability that it says what is to be done next."""

    start: int
    end: int
    step: float


@dataclass(frozen=True)
class Seen:
    """`acts` gives each act its probability; `parts` are the places in order; with `model` a part is seen by itself."""

    said: Said
    acts: Mapping[str, float]
    parts: tuple[Part, ...]
    model: Model

    def likelihood(self, acts: Iterable[str]) -> float:
        """That of the likeliest of some acts."""
        return max((self.acts.get(act, 0.0) for act in acts), default=0.0)

    def likeliest(self, acts: Iterable[str]) -> str:
        return max(acts, key=lambda act: self.acts.get(act, 0.0))

    def of(self, part: str, least: float = LIKELY) -> list[Part]:
        """The places that stand for something, as surely as asked."""
        return [p for p in self.parts if p.part == part and p.share >= least]

    def clauses(self, context: Context) -> list[Clause]:
        """The clauses in order."""
        own, places = self.said.own, [p.place for p in self.parts]
        found = list(clauses_in_all(own))
        scores = (self.model.steps(features)["step"] for features in of_clauses(own, found, places, context.today))
        return [Clause(start, end, step) for (start, end), step in zip(found, scores, strict=True)]

    def kinds(self, *kinds: PlaceKind) -> list[Part]:
        return [p for p in self.parts if p.place.kind in kinds]


def see(said: Said, context: Context, model: Model) -> Seen:
    """What the model makes of a message in its thread."""
    places = places_in(said.own, context)
    tokens = tokens_of(said.own, places)
    acts = model.acts(of_message(tokens, thread_of(context)))
    found = []
    for at, token in enumerate(tokens):
        if token.place is None:
            continue
        place = places[token.place]
        words = said.own[place.start : place.end]
        scorer = model.parts.get(place.kind)
        if scorer is None:
            found.append(Part(place, words, OTHER, 1.0))
            continue
        shares = scorer(of_place(tokens, at, place, places, context.today))
        part = max(shares, key=lambda name: shares[name])
        found.append(Part(place, words, part, shares[part]))
    return Seen(said, acts, tuple(found), model)


def thread_of(context: Context) -> str | None:
    """What stands open above a message (docs/examples.md)."""
    if context.question is not None:
        return "question"
    if context.draft is not None:
        return "card"
    if context.aids_in_thread:
        return "aids"
    if context.last_query is not None:
        return "list" if context.last_query.get("command") in {"ListDeals"} else "report"
    return "deal" if context.deal_in_thread else None
