"""From what a rep tells to the cards it asks for: activities, deal changes and next steps, one command a deal."""

import re
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from bot.contract.commands.base import Command, DealChanges
from bot.contract.commands.writing import LogActivity, UpdateDeal
from bot.domain.activities import ActivityKind
from bot.domain.deals import StageKind
from bot.domain.names import NamedSpan
from bot.domain.text import HAS_CJK, worded
from bot.language.context import Context, Said
from bot.language.rules import cues
from bot.language.rules.activities import activity_kind, day_done, denies_meeting, people_in
from bot.language.rules.changes import add_loss_reason, close_date, read_changes, read_shift
from bot.language.rules.next_steps import next_step, split_day
from bot.language.rules.segments import Clause, Part, clauses_of, header_of, parts_of
from bot.language.rules.stages import kind_of
from bot.language.spans.dates import DateSaid, find_dates, impossible_date
from bot.language.spans.durations import find_duration
from bot.language.spans.shifts import find_shift

_MENTION = worded(
    r"(?:\b(?:with|w/|at|@|for|from|to|and|met|called|visited|saw)\s+|^)((?:[A-Z][\w&'.-]*)(?:\s+(?:[A-Z&][\w&'.-]*))*)"
)
_ZH_MENTION = worded(r"(?:和|与|跟|在|把)([\u4e00-\u9fff]{2,16}?)(?:的|开会|通|见|改|推|移|转|,|$)")
_NAMING = worded(
    (
        r"\b(?:with|w/|at|lost|won|met|called|rang|visited|saw|move|moved|push|pushed|pull|close|closed|mark"
        r"|update|bump|re|about|for|on)\s+(?:the\s+)?$"
    ),
    re.I,
)
_LOGGED = {"call", "meeting", "demo", "email", "e-mail", "note", "visit"}
_BARE_STEP = worded(
    (
        r"(?:send(?:ing)?|shar(?:e|ing)|deliver(?:ing)?|forward(?:ing)?|do(?:ing)?|e-?mail(?:ing)?"
        r"|get(?:ting)?)(?: (?:it|them|that|this|over|back|out|her|him|to|across))*|(?:再|会|就)?(?:发"
        r"|交|寄|送|给)(?:给"
        r"|过去|出去)?(?:她|他|他们|她们|对方|它)?"
    ),
    re.I,
)
_SAYING_WHEN = worded(
    r"\b(?:let'?s say|say|by|on|due|at the latest|latest|at least|maybe|probably|around)\b|最晚|大概|之?前", re.I
)
_EACH = worded(r"\beach\b|\bapiece\b|各", re.I)


@dataclass
class ToldOfOne:
    """What one part of a message tells about one deal."""

    text: str
    names: list[NamedSpan] = field(default_factory=list)
    kind: str | None = None
    at: date | None = None
    minutes: int | None = None
    contacts: list[str] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)
    next_people: list[str] = field(default_factory=list)
    before: str = ""

    @property
    def deal_words(self) -> str:
        spans = [n for n in self.names if n.kind in {"account", "deal", "product"}]
        places = _merged(spans)
        if not any(n.kind == "account" for n in spans):
            places = [(_word_before(self.text, start), end) for start, end in places]
        other = "other " if cues.THE_OTHER.search(self.text) else ""
        return (other + " ".join(self.text[start:end] for start, end in places)).strip()

    @property
    def empty(self) -> bool:
        return self.kind is None and not self.changes


def _word_before(text: str, start: int) -> int:
    """Where the word before a place begins: “norvane rollout” is told by its unknown half."""
    joined = re.search(r"[\u4e00-\u9fff]+$", text[:start])
    if joined and HAS_CJK.match(text[start : start + 1]):
        return joined.end() - len(re.split(r"[把和跟与给在对的了是由]", joined.group())[-1])
    before = re.search(r"([A-Za-z][\w'-]*)\s+$", text[:start])
    return before.start(1) if before else start


def _merged(spans: list[NamedSpan]) -> list[tuple[int, int]]:
    """The places of names in order, each stretch of text once."""
    return _merged_places([(n.start, n.end) for n in spans])


def _merged_places(places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(set(places)):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def read_capture(said: Said, context: Context) -> list[Command]:
    """The cards of a message, in the order told; an empty list where nothing was told."""
    return [command for _, command in read_parts(said, context) if command is not None]


def read_parts(said: Said, context: Context) -> list[tuple[Part, Command | None]]:
    """The parts of a message, each about one account, with the card it asks for; None where it tells nothing that the
    patterns know.
    """
    header = header_of(said, context)
    dates = find_dates(header, context.today, ahead=False, fiscal=context.fiscal) if header else []
    header_day = dates[0].day(last=False) if dates else None
    header_kind = activity_kind(header) if header else None
    parts = parts_of(said, context)
    told = [read_segment(part.own, context, part.text) for part in parts]
    kept: list[ToldOfOne] = []
    for n, one in enumerate(told):
        if one.kind and one.at is None:
            one.at = header_day
        if one.empty and one.names and (kept or header_kind) and _adds_only_names(one, context):
            one.kind, one.at = (kept[-1].kind, one.at or kept[-1].at) if kept else (header_kind, one.at or header_day)
        if not parts[n].ended and n + 1 < len(told):
            _share(one, told[n + 1], parts[n + 1].own)
        if not one.empty:
            kept.append(one)
    return [(part, None if one.empty else _command(one, context)) for part, one in zip(parts, told, strict=True)]


def _adds_only_names(one: ToldOfOne, context: Context) -> bool:
    """`and Initech yesterday`: a name, perhaps a day, and hardly a word more."""
    rest = one.text
    places = [(n.start, n.end) for n in one.names] + [
        (d.start, d.end) for d in find_dates(one.text, context.today, ahead=False)
    ]
    for start, end in sorted(_merged_places(places), reverse=True):
        rest = f"{rest[:start]} {rest[end:]}"
    return len(re.findall(r"[^\W\d_]+", rest)) <= 4


def _share(one: ToldOfOne, other: ToldOfOne, text: str) -> None:
    """A day said once for both halves of a sentence, and a length said to be that of each."""
    if one.kind and one.at is None:
        one.at = other.at
    if one.kind and one.minutes is None and _EACH.search(text):
        one.minutes = other.minutes


def read_segment(own: str, context: Context, text: str | None = None) -> ToldOfOne:
    """All that one part tells."""
    told = ToldOfOne((text or own).strip(" \n-*•,"), context.lexicon.names_in(own, {"account", "deal", "product"}))
    offset = (text or own).index(told.text) if told.text else 0
    told.names = [replace(n, start=n.start - offset, end=n.end - offset) for n in told.names if n.start >= offset]
    duration = find_duration(own)
    if duration:
        told.minutes = duration[0]
    pending, logs = False, cues.LOG.search(own)
    for clause in clauses_of(own):
        if not cues.HYPOTHETICAL.search(clause.text):
            pending = _read_clause(clause, told, context, pending)
        told.before = clause.text
    if logs and (logs.groupdict().get("what") or "").lower() in _LOGGED:
        what = logs["what"].lower().replace("-", "")
        told.kind = "meeting" if what == "visit" else what
    elif told.kind is None and logs and told.contacts:
        told.kind = "note"
    if cues.NOTE_ON.search(own) or (told.kind is None and not told.changes and cues.FYI.search(own)):
        told.kind = "note"
    if kind_of(told.changes.get("stage"), context.stages) is StageKind.LOST:
        add_loss_reason(own, told.changes, context)
    return told


def _read_clause(clause: Clause, told: ToldOfOne, context: Context, pending: bool) -> bool:
    """Put what a clause tells in its place; True where it announces a next step that follows."""
    text = clause.text
    ahead = find_dates(text, context.today, ahead=True, fiscal=context.fiscal, day_first=context.day_first)
    people = people_in(text, context)
    if _only_a_day(text, ahead) and told.changes.get("next_step") and not told.changes.get("next_step_due"):
        told.changes["next_step_due"] = ahead[0].day(last=True)
        return False
    step = (
        None
        if clause.supposed and not cues.NEXT_LABEL.search(text)
        else next_step(text, ahead, context, pending=pending, told=told.kind is not None)
    )
    if step is not None:
        if step:
            _add_step(step, ahead, told)
            told.next_people += people
        return not step
    closes = None if clause.supposed else close_date(text, ahead, context)
    if not clause.supposed:
        read_changes(text, told.changes, context)
        _read_close(text, closes, told.changes)
    _read_activity(text, told, context, people, closes=bool(closes))
    return False


def _only_a_day(text: str, ahead: list[DateSaid]) -> bool:
    return len(ahead) == 1 and not re.search(
        r"[^\W\d_]", _SAYING_WHEN.sub("", text[: ahead[0].start] + text[ahead[0].end :])
    )


def _add_step(step: str, ahead: list[DateSaid], told: ToldOfOne) -> None:
    text, day = split_day(step, ahead)
    text = re.sub(r"^(?:改成|改为|是)\s*", "", text)
    if text.lower() in {"it", "that", "this"} and told.before:
        text = told.before.strip(" ,.;")
    if _BARE_STEP.fullmatch(text) and told.before:
        text = f"{told.before}, {text}"
    if day:
        told.changes["next_step_due"] = day.day(last=True)
    earlier = told.changes.get("next_step")
    told.changes["next_step"] = f"{earlier}; {text}" if earlier and text else text or earlier


def _read_close(clause: str, closes: DateSaid | None, changes: dict[str, Any]) -> None:
    shift = find_shift(clause)
    if closes and not (shift and shift.start < closes.end and closes.start < shift.end):
        changes["close_date"] = closes.day(last=True)
        return
    read_shift(clause, changes)
    impossible = impossible_date(clause)
    if impossible and cues.CLOSE.search(clause):
        changes["impossible_date"] = impossible


def _read_activity(clause: str, told: ToldOfOne, context: Context, people: list[str], *, closes: bool) -> None:
    kind = activity_kind(clause)
    if kind and told.kind in {None, "note"}:
        told.kind = kind
    elif told.kind is None and people and cues.PASSIVE.search(clause) and not closes:
        told.kind = "note"
    if not denies_meeting(clause):
        told.contacts += [name for name in people if name not in told.contacts]
    if told.at is None and not closes:
        told.at = day_done(clause, context, sure=bool(kind))


def _command(told: ToldOfOne, context: Context) -> Command:
    deal = told.deal_words or _unknown_name(told, context)
    if told.deal_words and not told.contacts and not context.deal_in_thread and _only_what_is_sold(told):
        stranger = _mentioned(told, context)
        deal = f"{stranger} {deal}" if stranger and stranger not in deal else deal
    changes = DealChanges(**told.changes)
    if told.kind:
        return LogActivity(
            deal=deal,
            kind=ActivityKind(told.kind),
            at=told.at or context.today,
            duration_minutes=told.minutes,
            contacts=tuple(told.contacts),
            summary=told.text,
            changes=changes,
        )
    return UpdateDeal(deal=deal, contacts=(*told.contacts, *told.next_people), changes=changes)


def _only_what_is_sold(told: ToldOfOne) -> bool:
    """Whether no customer is named, only a product or a word of a deal's name: it may be sold to somebody unknown."""
    return not any(n.kind == "account" or (n.kind == "deal" and n.score >= 0.6) for n in told.names)


def _mentioned(told: ToldOfOne, context: Context) -> str:
    """A capitalised name after with, at, from and the like that is nobody's whom the person sees."""
    people = {n.start for n in context.lexicon.names_in(told.text, {"contact", "person"})}
    for match in _MENTION.finditer(told.text):
        words = re.split(r"\s+(?:about|re|regarding|today|yesterday|on|to)\b", match.group(1))[0]
        if (
            match.start(1) not in people
            and words.split()[0].casefold() not in _STARTERS
            and not find_dates(words, context.today, ahead=True)
        ):
            return words
    return ""


def _unknown_name(told: ToldOfOne, context: Context) -> str:
    """What looks like the name of a company that the person does not see in the CRM."""
    mentioned = _mentioned(told, context)
    if mentioned:
        return mentioned
    people = context.lexicon.names_in(told.text, {"contact", "person"})
    moved = re.search(
        r"\b(?:move|push|update|mark|close|set|bump|pull)\s+(?:the\s+)?(.+?)\s+(?:to|as|into|out|in|by)\b",
        told.text,
        re.I,
    )
    if moved and moved.group(1).casefold() not in _PRONOUNS:
        return moved.group(1)
    zh = _ZH_MENTION.search(told.text)
    if zh and not people:
        return zh.group(1)
    return "" if people or context.deal_in_thread else _stranger(told.text, context)


def _stranger(text: str, context: Context) -> str:
    """Uncommon words where a name would stand: `lost hagenau labor on price`."""
    strangers = context.lexicon.strangers(text)
    for n, (start, end) in enumerate(strangers):
        if _NAMING.search(text[:start]):
            last = end
            for begin, finish in strangers[n + 1 :]:
                if text[last:begin].strip():
                    break
                last = finish
            return text[start:last]
    return ""


_PRONOUNS = {
    "it",
    "this",
    "that",
    "them",
    "this deal",
    "that deal",
    "the deal",
    "deal",
    "this one",
    "that one",
    "close date",
    "close",
    "the close",
    "closing",
    "date",
}
_STARTERS = {
    "had", "met", "call", "called", "log", "quick", "just", "finally", "new", "did", "sent", "spoke", "talked",
    "moving", "move", "the", "a", "an", "i", "we", "they", "he",
    "she", "it", "note", "notes", "good", "great", "today", "yesterday", "q1", "q2", "q3", "q4", "eoq", "eom", "eoy",
    "next", "remind", "push", "lost", "won", "add", "give",
    "mark", "update", "make", "set", "close", "can", "please", "hey", "hi", "ok", "okay", "done", "caught", "mtg",
    "meeting", "demo", "lunch", "follow", "email", "emailed",
    "lvm", "vm", "cb", "po", "nda", "poc", "rang", "will", "keen", "fyi", "also", "still", "no", "not", "my", "our",
    "their", "fwd", "fw", "re", "all", "bit", "super", "btw",
}  # fmt: skip
