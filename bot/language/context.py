"""What is known when a message is read: the day, the company's words and what the thread is about."""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, runtime_checkable

from bot.domain.deals import Stage
from bot.domain.names import NamedSpan, NameKind
from bot.domain.periods import FiscalCalendar
from bot.domain.process import Process
from bot.domain.text import normal, simplified, worded

LONGEST = 12_000
"""Characters of a message that is read; longer ones are to be sent in parts."""


@runtime_checkable
class Lexicon(Protocol):
    """The CRM's names, as far as the person may see them."""

    def names_in(self, text: str, kinds: Collection[NameKind]) -> list[NamedSpan]: ...

    def strangers(self, text: str) -> list[tuple[int, int]]:
        """Where words stand that are neither everyday words nor names the person may see."""


@dataclass(frozen=True, slots=True)
class OpenDraft:
    """What the thread's card holds, as far as a correction may mean it; `written` once it was confirmed."""

    has_activity: bool = False
    has_close_date: bool = False
    has_next_step: bool = False
    written: bool = False
    close_date: date | None = None


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that understanding a message may use beside its text."""

    today: date
    lexicon: Lexicon
    stages: tuple[Stage, ...]
    process: Process
    regions: tuple[str, ...] = ()
    industries: Mapping[str, str] = field(default_factory=dict)
    fiscal: FiscalCalendar = field(default_factory=FiscalCalendar)
    day_first: bool = False
    draft: OpenDraft | None = None
    question: tuple[str, ...] | None = None
    last_query: dict[str, object] | None = None
    deal_in_thread: bool = False
    schedule_in_thread: bool = False
    aids_in_thread: bool = False
    competitors: tuple[str, ...] = ()
    turns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Said:
    """A message ready for reading: `text` in normal form; `own` the same, Chinese simplified, other people's words
    blanked out.
    """

    text: str
    own: str


_MARKUP = worded(r"<(?:@[UW]\w+|![\w^|]+|#C\w+)(?:\|[^>]*)?>")
_QUOTED = worded(r'"[^"\n]{3,}"|“[^”\n]{3,}”|「[^」]+」|```.*?```|(?m:^>.*$)', re.S)
_FORWARDED = worded(
    (
        r"-{3,} ?(?:original|forwarded) message.*|^(?:from|von|de|发件人): .+?^(?:to|sent|date|subject|发送|主题): .*"
        r"|\bwrote:\s*\n.*"
    ),
    re.I | re.S | re.M,
)


def prepare(text: str) -> Said:
    """Normal form without mentions; quoted and forwarded text stays for the record and yields no command."""
    text = normal(_MARKUP.sub(" ", text)).strip()
    own = simplified(text)
    for pattern in (_FORWARDED, _QUOTED):
        own = pattern.sub(lambda m: re.sub(r"[^\n]", " ", m.group()), own)
    return Said(text, own)
