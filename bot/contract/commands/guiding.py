"""What is asked of the library, and what marketing does with it."""

from datetime import date
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, Field

from bot.contract.commands.base import Command, DealWords, Rights
from bot.contract.phrases import aid_kinds


def _known_kind(kind: str) -> str:
    if kind not in aid_kinds():
        raise ValueError(f"is none of {', '.join(aid_kinds())}")
    return kind


def _list_kinds(schema: dict[str, Any]) -> None:
    schema["enum"] = list(aid_kinds())


AidKind = Annotated[str, AfterValidator(_known_kind), Field(json_schema_extra=_list_kinds)]


class FindAid(Command):
    """Find a job aid of marketing, of one of the kinds."""

    rights: ClassVar[Rights] = Rights.ANYBODY

    kind: AidKind
    words: str = Field(description="The whole request in the person's words")
    deal: DealWords = ""


class FollowAid(Command):
    """What follows on the aids just shown in this thread: another one, the same for another role, industry, product or
    language, or shown to all here.
    """

    rights: ClassVar[Rights] = Rights.ANYBODY

    words: str = Field(description="The whole message in the person's words")
    kind: AidKind | None = Field(None, description="Another kind of aid, where one is asked for")
    another: bool = Field(False, description="True for another or further ones than those shown")
    brief: bool = Field(False, description="True for the last one in a few lines")
    share: bool = Field(False, description="True to show the last one to all in this place")


class AskLibrary(Command):
    """A free question about how to sell, products, stories or processes, answered from the library with sources."""

    rights: ClassVar[Rights] = Rights.ANYBODY

    question: str
    about_shown: bool = Field(
        False, description="True where the question is about the aid just shown: 'when does it end'"
    )


class ReportAids(Command):
    """For marketing: which aids are asked for, rated and used in deals won or lost, which are never used, and what is
    missing.
    """

    rights: ClassVar[Rights] = Rights.LIBRARY_READERS

    period_from: date | None = None
    period_to: date | None = None


class ChangeAid(Command):
    """Approve a draft of a job aid, or retire one; for marketing people."""

    rights: ClassVar[Rights] = Rights.MARKETING

    words: str = Field(description="The words that name the aid")
    status: Literal["approved", "retired"]


class BlankAid(Command):
    """A form for a new job aid, to fill in and send back as a draft; for marketing people."""

    rights: ClassVar[Rights] = Rights.MARKETING

    aid: AidKind


class AnnounceAid(Command):
    """Announce a product update, a promotion or another aid, here or in the channels that the message names; for
    marketing people.
    """

    rights: ClassVar[Rights] = Rights.MARKETING

    words: str = Field(description="The words that name the aid")
