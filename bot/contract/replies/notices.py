"""Short notices: refusals, what was not understood, help."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.contract.replies.base import RefusalReason, Reply


class Nearest(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    kind: str
    title: str


class Refusal(Reply):
    """Why not, always for the asker alone; `say` names the sentence and `values` fill it."""

    kind: Literal["refusal"] = "refusal"
    audience: Literal["channel", "ephemeral"] = "ephemeral"
    reason: RefusalReason
    nearest: tuple[Nearest, ...] = ()
    say: str = Field(exclude=True)
    values: dict[str, str] = Field(default_factory=dict, exclude=True)


class NotUnderstood(Reply):
    kind: Literal["unclear"] = "unclear"
    suggestions: tuple[str, ...]
    say: str = Field("unclear", exclude=True)


class Discarded(Reply):
    kind: Literal["discarded"] = "discarded"
    draft_id: str


class HelpText(Reply):
    """What can be asked: by family of commands, what one might say."""

    kind: Literal["help"] = "help"
    topics: tuple[tuple[str, tuple[str, ...]], ...] = Field((), exclude=True)


class ChatText(Reply):
    """A word between people: a greeting, thanks; `say` names the sentence and `values` fill it."""

    kind: Literal["chat"] = "chat"
    say: str = Field(exclude=True)
    values: dict[str, str] = Field(default_factory=dict, exclude=True)
    suggestions: tuple[str, ...] = Field((), exclude=True)


class Meant(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    label: str


class Choice(Reply):
    """“Did you mean”: what the words may have meant, the likeliest first."""

    kind: Literal["choice"] = "choice"
    audience: Literal["channel", "ephemeral"] = "ephemeral"
    options: tuple[Meant, ...] = Field(min_length=1)
    words: str = Field("", exclude=True)
