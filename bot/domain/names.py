"""Names of the CRM as they stand in a text."""

from dataclasses import dataclass
from typing import Literal

NameKind = Literal["account", "deal", "contact", "product", "person"]


@dataclass(frozen=True, slots=True)
class NamedSpan:
    """A place in a text where a name stands; `score` 0–1 says how sure."""

    kind: NameKind
    name: str
    start: int
    end: int
    score: float
