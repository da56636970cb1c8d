"""Coaching and documents to work with."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.contract.replies.aids import FoundAid
from bot.contract.replies.base import Reply


class Factor(BaseModel):
    """One of the six factors of a deal: unknown, weak, fair or strong, with the notes and fields that say so."""

    model_config = ConfigDict(frozen=True)

    level: Literal["unknown", "weak", "fair", "strong"]
    evidence: tuple[str, ...] = ()


class Coaching(Reply):
    """Coaching on a deal (with its factors) or on a person or team (with the pattern), for the asker alone."""

    kind: Literal["coaching"] = "coaching"
    subject: str
    factors: dict[str, Factor] = {}
    weakest: str | None = None
    pattern: str | None = None
    findings: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    aids: tuple[FoundAid, ...] = ()


class Document(Reply):
    """A plan or brief to work with; what is not known stands in it as a question."""

    kind: Literal["document"] = "document"
    title: str
    markdown: str
    open_questions: tuple[str, ...] = ()
    changed: tuple[str, ...] = Field((), exclude=True)
    key: str = Field("", exclude=True)
