"""What the library holds, answers and lacks."""

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from bot.contract.replies.base import PeriodShown, Reply, ReportRow


class ChainNode(BaseModel):
    model_config = ConfigDict(frozen=True)

    id: str
    role: str
    pain: str
    reasons: tuple[str, ...] = ()
    impact: str | None = None


class Chain(BaseModel):
    """A pain chain to be drawn; an edge (lower, upper) says that the lower pain is a reason for the upper one."""

    model_config = ConfigDict(frozen=True)

    title: str
    nodes: tuple[ChainNode, ...]
    edges: tuple[tuple[str, str], ...]
    alt: str


class FoundAid(BaseModel):
    """One aid with why it was chosen; `lines` is its content in a form to read out, section by section."""

    model_config = ConfigDict(frozen=True)

    id: str
    kind: str
    title: str
    version: int
    score: float
    why: str
    owner: str | None = Field(None, exclude=True)
    valid_until: date | None = Field(None, exclude=True)
    sections: tuple[tuple[str, tuple[str, ...]], ...] = Field((), exclude=True)
    body: str = Field("", exclude=True)
    chain: Chain | None = Field(None, exclude=True)


class AidsFound(Reply):
    """`announced_in` are the channels where an aid is to be announced; `announced` alone means here."""

    kind: Literal["aids"] = "aids"
    aids: tuple[FoundAid, ...] = Field(min_length=1)
    announced: bool = Field(False, exclude=True)
    announced_in: tuple[str, ...] = Field((), exclude=True)


class RecordRef(BaseModel):
    model_config = ConfigDict(frozen=True)

    kind: Literal["deal", "account", "contact", "person"]
    id: str
    name: str


class Fact(BaseModel):
    """A field of a record as it stands; `at` is since when, where the history tells."""

    model_config = ConfigDict(frozen=True)

    record: RecordRef
    field: str
    value: str | None
    at: date | datetime | None = None
    source: str = "CRM"


class Answer(Reply):
    """Prose; every statement from the library carries its citation [n] into `sources`, every one from the records
    stands in `facts`.
    """

    kind: Literal["answer"] = "answer"
    prose: str = Field(exclude=True)
    facts: tuple[Fact, ...] = ()


class AidsReport(Reply):
    """What marketing sees of the library: a row an aid, and what was asked for without a good answer."""

    kind: Literal["report"] = "report"
    scope: str
    period: PeriodShown
    as_of: datetime
    metrics: dict[str, int | float | None]
    rows: tuple[ReportRow, ...] = ()
    gaps: tuple[str, ...] = ()
    unused: tuple[str, ...] = Field((), exclude=True)
    ending: tuple[str, ...] = Field((), exclude=True)


class AidChanged(Reply):
    """An aid whose life changed: a draft came, was approved, or an aid was retired."""

    kind: Literal["aid"] = "aid"
    id: str
    title: str
    version: int
    status: Literal["draft", "approved", "retired", "ending"]
    replaces: int | None = None
    valid_from: date | None = None
    valid_until: date | None = None


class AidForm(Reply):
    """A form for a new job aid, as a file to fill in and send back."""

    kind: Literal["aid_form"] = "aid_form"
    aid: str
    content: str
