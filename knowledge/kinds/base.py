"""What all kinds of job aids have in common."""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Section = tuple[str, tuple[str, ...]]


Day = date  # a field may be called date and would hide the type


class Flaw(ValueError):
    """What is wrong with an aid beyond the type of a field: the name of the sentence, and what fills it."""

    def __init__(self, say: str, **values: str) -> None:
        super().__init__(say)
        self.say, self.values = say, values


class Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", coerce_numbers_to_str=True)


class Aid(Part):
    """What all kinds have in common. `sections` tells the content, ready to read out."""

    kind: str
    id: Annotated[str, Field(min_length=1, max_length=128)]
    title: Annotated[str, Field(min_length=1)]
    version: int = Field(1, ge=1)
    language: Literal["en", "zh"] = "en"
    owner: str | None = None
    status: Literal["draft", "approved", "retired"]
    valid_from: date | None = None
    valid_until: date | None = None
    products: tuple[str, ...] = ()
    industries: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    body: str = ""

    def current(self, day: date) -> bool:
        """Approved, begun and not run out on that day."""
        begun = self.valid_from is None or self.valid_from <= day
        return self.status == "approved" and begun and (self.valid_until is None or day <= self.valid_until)

    def sections(self) -> Iterator[Section]:
        yield from ()

    @property
    def main_roles(self) -> tuple[str, ...]:
        """The role the aid is written for, where its kind names one."""
        return ()

    @property
    def main_industries(self) -> tuple[str, ...]:
        return ()

    def text(self) -> str:
        """Everything it says, for indexing."""
        lines = [self.title, " ".join((*self.products, *self.industries, *self.roles, *self.tags))]
        lines += [f"{name} {' '.join(points)}" for name, points in self.sections()]
        return "\n".join([*lines, self.body])
