"""How well the trained reader does on the examples that were set aside, by family and language."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from bot.language.acts import FAMILIES, FAMILY
from bot.language.examples import Example
from bot.language.trained.features import of_message, of_place
from bot.language.trained.fitting import OTHER, TRAINED_ON, as_read, steps_in
from bot.language.trained.model import Model

HOLDS = 0.5
DEAL_VALUES = frozenset({"amount", "delta", "factor", "close", "shift", "stage"})
"""The parts that change a deal: one of them read where there is none would put a wrong value on a card."""


@dataclass
class Tally:
    """Counts over messages: `first` the likeliest act is right, `whole` all acts are, `family` the likeliest is of the
    right family, `value` a deal's value was seen where none was.
    """

    messages: int = 0
    first: int = 0
    family: int = 0
    whole: int = 0
    value: int = 0
    parts: int = 0
    parts_right: int = 0
    hits: dict[str, list[int]] = field(default_factory=dict)

    def line(self, name: str) -> str:
        of = max(self.messages, 1)
        shares = [f"{n / of:6.1%}" for n in (self.first, self.family, self.whole)]
        parts = f"{self.parts_right / self.parts:6.1%}" if self.parts else "     –"
        return f"{name:<18}{self.messages:>6}  {'  '.join(shares)}  {parts}  {self.value:>4}"


HEAD = f"{'set aside':<18}{'of':>6}  {'act':>6}  {'family':>6}  {'whole':>6}  {'parts':>6}  {'wrong value':>4}"


def acts_of(model: Model, example: Example) -> set[str]:
    read = as_read(example)
    said = model.acts(of_message(read.tokens, example.thread))
    return {act for act, share in said.items() if share >= HOLDS} or {max(said, key=lambda act: said[act])}


def judged(model: Model, found: Iterable[tuple[str, str, Example]]) -> Iterator[str]:
    """The table, line by line."""
    tallies: dict[str, Tally] = {}
    roles = Tally()
    for family, language, one in found:
        for name in (f"{family} {language}", f"all {language}", "all"):
            _count(model, one, tallies.setdefault(name, Tally()))
        _roles(model, one, roles)
        _steps(model, one, roles)
    yield HEAD
    order = [f"{family} {language}" for language in ("en", "zh") for family in FAMILIES]
    for name in [*order, "all en", "all zh", "all"]:
        if name in tallies:
            yield tallies[name].line(name)
    yield ""
    yield f"{'part':<14}{'precision':>10}{'recall':>8}{'F1':>7}{'of':>6}"
    for role, (right, said, true) in sorted(roles.hits.items()):
        precision, recall = right / max(said, 1), right / max(true, 1)
        f1 = 2 * precision * recall / max(precision + recall, 1e-9)
        yield f"{role:<14}{precision:>10.2f}{recall:>8.2f}{f1:>7.2f}{true:>6}"


def _count(model: Model, one: Example, tally: Tally) -> None:
    read = as_read(one)
    said = model.acts(of_message(read.tokens, one.thread))
    best = max(said, key=lambda act: said[act])
    tally.messages += 1
    tally.first += best in one.acts
    tally.family += FAMILY[best] in {FAMILY[act] for act in one.acts}
    tally.whole += acts_of(model, one) == set(one.acts)
    guessed = list(_parts(model, one))
    tally.parts += len(guessed)
    tally.parts_right += sum(told == true for told, true in guessed)
    tally.value += any(told in DEAL_VALUES and told != true for told, true in guessed)


def _roles(model: Model, one: Example, tally: Tally) -> None:
    for told, true in _parts(model, one):
        for role in {told, true} - {OTHER}:
            hits = tally.hits.setdefault(role, [0, 0, 0])
            hits[0] += told == true
            hits[1] += told == role
            hits[2] += true == role


def _steps(model: Model, one: Example, tally: Tally) -> None:
    hits = tally.hits.setdefault("step (clause)", [0, 0, 0])
    for features, true in steps_in(as_read(one)):
        told = model.steps(features)["step"] >= HOLDS
        hits[0] += told and true
        hits[1] += told
        hits[2] += true


def _parts(model: Model, one: Example) -> Sequence[tuple[str, str]]:
    """(told, true) of each place whose part is learned."""
    read = as_read(one)
    found = []
    for at, token in enumerate(read.tokens):
        if token.place is None or read.places[token.place].kind not in model.parts:
            continue
        place = read.places[token.place]
        said = model.parts[place.kind](of_place(read.tokens, at, place, read.places, TRAINED_ON))
        found.append((max(said, key=lambda part: said[part]), read.parts[token.place]))
    return found
