"""From what a rep tells to the cards it asks for: activities, deal changes and next steps, one command a deal."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from bot.commands import Command, CorrectDraft, CreateContact, CreateDeal, DealChanges, LogActivity, UpdateDeal
from bot.domain.activities import ActivityKind
from bot.domain.deals import StageKind
from bot.domain.names import NamedSpan
from bot.domain.text import HAS_CJK
from bot.language.entities.dates import DateSaid, find_dates
from bot.language.entities.durations import find_duration
from bot.language.entities.money import find_factor, find_money
from bot.language.reading import Reading, Said
from bot.language.rules import cues
from bot.language.rules.stages import find_stage, kind_of

_CLAUSES = re.compile(
    r"[,](?=\s)|(?<!\d),|,(?!\d)|[;!?\n]+|\.+(?=\s|$)|(?<!\d):(?!\d)|\s-{1,2}\s|\s(?:and then|then|but|so|&|and)\s(?=(?:i|we|they|she|he|it|i'll|we'll|push|pull|move|moved|next|nxt|clos\w+|make|bump|mark|set|want\w*|need\w*"
    r"|send|then|realistically|the close|decision)\b)"
)
_SEGMENTS = re.compile(
    r"\n+\s*(?:[-*•]|\d+[.)])?\s*|[.!?;]+(?=\s|$)\s*|[;]|\s*,?\s*\b(?:and then|then|after that|also|next up)\b\s*|\s+(?:and|&)\s+(?=(?:push|pull|move|mark|set|bump|make|close|lost|won)\b)|,\s*(?:另外|还有|然后)?|,\s+"
)
_HEADER = re.compile(r"^\W*(?:notes?|recap|summary|update|updates|today|from|my|calls?|meetings?|of|the|day|yesterday|this|week|\s|纪要|记录|今天|昨天)+\W*:?\s*$", re.I)
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MENTION = re.compile(r"(?:\b(?:with|w/|at|@|for|from|to|and|met|called|visited|saw)\s+|^)((?:[A-Z][\w&'.-]*)(?:\s+(?:[A-Z&][\w&'.-]*))*)")
_ZH_MENTION = re.compile(r"(?:和|与|跟|在|把)([\u4e00-\u9fff]{2,8}?)(?:的|开会|通|见|改|推|移|转|,|$)")
_TRAILING = re.compile(r"(?:\s|,|-)*\b(?:by|on|at|due|before|until|till|for|in|the|is|next|this|end of)\s*$", re.I)
_NEXT_VERB_ZH = re.compile(r"^(?:我|我们|我会|会|要|需要|得|去)")


@dataclass
class Told:
    """What one segment of a message tells about one deal."""

    text: str
    names: list[NamedSpan] = field(default_factory=list)
    kind: str | None = None
    at: date | None = None
    minutes: int | None = None
    contacts: list[str] = field(default_factory=list)
    changes: dict[str, Any] = field(default_factory=dict)
    next_people: list[str] = field(default_factory=list)

    @property
    def deal_words(self) -> str:
        spans = [n for n in self.names if n.kind in {"account", "deal", "product"}]
        places = _merged(spans)
        if not any(n.kind == "account" for n in spans):
            places = [(_word_before(self.text, start), end) for start, end in places]
        return " ".join(self.text[start:end] for start, end in places)

    @property
    def empty(self) -> bool:
        return self.kind is None and not self.changes


def _word_before(text: str, start: int) -> int:
    """Where the word before a place begins: “norvane rollout” is told by its unknown half."""
    before = re.search(r"([A-Za-z][\w'-]*)\s+$", text[:start])
    return before.start(1) if before else start


def _merged(spans: list[NamedSpan]) -> list[tuple[int, int]]:
    """The places of names in order, each stretch of text once."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted({(n.start, n.end) for n in spans}):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def read_capture(said: Said, reading: Reading) -> list[Command]:
    """The cards of a message, in the order told; an empty list where nothing was told."""
    commands: list[Command] = []
    header_day: date | None = None
    pieces = list(_segments(said.own, reading))
    for n, (start, end) in enumerate(pieces):
        own, text = said.own[start:end], said.text[start:end]
        if n == 0 and len(pieces) > 1 and _HEADER.match(own):
            dates = find_dates(own, reading.today, ahead=False, fiscal=reading.fiscal)
            header_day = dates[0].day(last=False) if dates else None
            continue
        told = read_segment(own, reading, text)
        if told.kind and told.at is None:
            told.at = header_day
        if told.empty and commands and told.names:
            last = commands[-1]
            told.kind, told.at = (last.kind.value, last.at) if isinstance(last, LogActivity) else (None, None)
        if not told.empty:
            commands.append(_command(told, reading))
    return commands


def _segments(text: str, reading: Reading) -> Iterator[tuple[int, int]]:
    """Parts of the text about one account each: a new part begins where another account or deal is named."""
    cuts = [0, *(m.end() for m in _SEGMENTS.finditer(text)), len(text)]
    lines = {m.end() for m in re.finditer(r"\n+\s*(?:[-*•]|\d+[.)])?\s*", text)}
    start, subject = 0, _subject(text[: cuts[1]], reading)
    for begin, end in itertools.pairwise(cuts):
        named = _subject(text[begin:end], reading)
        header = begin in lines and _HEADER.match(text[start:begin].strip())
        if header or (named and subject and not named & subject):
            if text[start:begin].strip():
                yield start, begin
            start, subject = begin, named
        else:
            subject = subject | named
    if text[start:].strip():
        yield start, len(text)


def _subject(text: str, reading: Reading) -> frozenset[str]:
    """The accounts named in a piece of text, by the first word of their names."""
    spans = [s for s in reading.lexicon.names_in(text, {"account"}) if s.score >= 0.5]
    best: dict[tuple[int, int], NamedSpan] = {}
    for span in spans:
        known = best.get((span.start, span.end))
        if known is None or span.score > known.score:
            best[span.start, span.end] = span
    return frozenset(span.name for span in best.values())


def read_segment(own: str, reading: Reading, text: str | None = None) -> Told:
    """All that one segment tells."""
    told = Told((text or own).strip(" \n-*•,"), reading.lexicon.names_in(own, {"account", "deal", "product"}))
    offset = (text or own).index(told.text) if told.text else 0
    told.names = [replace(n, start=n.start - offset, end=n.end - offset) for n in told.names if n.start >= offset]
    duration = find_duration(own)
    if duration:
        told.minutes = duration[0]
    pending_next = False
    logs = cues.LOG.search(own)
    for clause in _clauses(own):
        if cues.HYPOTHETICAL.search(clause):
            continue
        pending_next = _read_clause(clause, told, reading, pending_next)
    if logs and logs.groupdict().get("what") in {"call", "meeting", "demo", "email", "e-mail", "note", "visit"}:
        what = logs["what"].lower().replace("-", "")
        told.kind = "meeting" if what == "visit" else what
    elif told.kind is None and logs and told.contacts:
        told.kind = "note"
    return told


def _clauses(text: str) -> list[str]:
    return [clause.strip() for clause in _CLAUSES.split(text) if clause and clause.strip()]


def _read_clause(clause: str, told: Told, reading: Reading, pending_next: bool) -> bool:
    """Put what a clause tells in its place; True where it announces a next step that follows."""
    ahead = find_dates(clause, reading.today, ahead=True, fiscal=reading.fiscal, day_first=reading.day_first)
    people = _people(clause, reading)
    step = _next_step(clause, ahead, reading, pending_next)
    if step is not None:
        if step:
            _add_step(step, ahead, told)
            told.next_people += people
        return not step
    _read_changes(clause, told, reading)
    closes = _close_date(clause, ahead)
    if closes:
        told.changes["close_date"] = closes.day(last=True)
        ahead = [d for d in ahead if d is not closes]
    _read_activity(clause, told, reading, people, bool(closes))
    return False


def _next_step(clause: str, ahead: list[DateSaid], reading: Reading, pending: bool) -> str | None:
    """The text of a next step, empty where only its label stands here, None where the clause is none."""
    label = cues.NEXT_LABEL.search(clause)
    if label and (label.start() == 0 or not _past_activity(clause[: label.start()])):
        return clause[label.end() :].strip()
    remind = cues.REMIND.search(clause)
    if remind:
        return clause[remind.end() :].strip()
    if pending:
        return clause
    days = [d for d in ahead if d.grain in {"day", "week"}]
    if cues.STRONG_CLOSE.search(clause) and ahead:
        return None
    promise = cues.PROMISE.search(clause)
    if promise and not cues.NEGATED.search(clause[: promise.end()]) and (days or cues.IMPERATIVE.match(clause[promise.end() :])):
        return clause[promise.end() :].strip()
    if cues.IMPERATIVE.match(clause) and (days or not _stated_past(clause, reading)) and not cues.STAGE_CUE.search(clause):
        behind = find_dates(clause, reading.today, ahead=False, fiscal=reading.fiscal)
        if all(d.period.start > reading.today or a.start == d.start for d, a in zip(behind, ahead, strict=False)):
            return clause
    future = [d for d in days if d.period.start > reading.today]
    if not future:
        return None
    if cues.BOOKED.search(clause) or (cues.WANTS.search(clause) and not re.search(r"\bwants? (?:it|this|that)\b", clause, re.I)):
        return clause
    if HAS_CJK.search(clause) and cues.ZH_FUTURE_DO.search(clause) and _surely_ahead(clause, reading):
        return clause
    if _activity_kind(clause) and _surely_ahead(clause, reading):
        return clause
    return None


def _past_activity(text: str) -> bool:
    return bool(_activity_kind(text))


def _stated_past(clause: str, reading: Reading) -> bool:
    behind = find_dates(clause, reading.today, ahead=False, fiscal=reading.fiscal)
    return any(d.period.end <= reading.today for d in behind)


def _surely_ahead(clause: str, reading: Reading) -> bool:
    """Whether some day of the clause lies ahead whichever way it is read."""
    behind = find_dates(clause, reading.today, ahead=False, fiscal=reading.fiscal, day_first=reading.day_first)
    return any(d.period.start > reading.today and d.grain in {"day", "week"} for d in behind)


def _add_step(step: str, ahead: list[DateSaid], told: Told) -> None:
    days = [d for d in ahead if d.grain in {"day", "week", "month"}]
    text = step
    if days:
        told.changes["next_step_due"] = days[-1].day(last=True)
        said = days[-1]
    if days:
        words = _slice_out(step, said)
        text = words or step
    if HAS_CJK.search(text):
        text = _NEXT_VERB_ZH.sub("", text)
    text = _TRAILING.sub("", text.strip(" .,;:-")).strip(" .,;:-")
    earlier = told.changes.get("next_step")
    told.changes["next_step"] = f"{earlier}; {text}" if earlier and text else text or earlier


def _slice_out(step: str, said: DateSaid) -> str:
    """The step without its day, wherever the day stands in it."""
    for found in find_dates(step, said.period.start, ahead=True):
        if found.end - found.start == said.end - said.start:
            before = _TRAILING.sub("", step[: found.start])
            return f"{before.strip()} {step[found.end :].strip()}".strip()
    return step


def _close_date(clause: str, ahead: list[DateSaid]) -> DateSaid | None:
    cue = cues.CLOSE.search(clause)
    if not cue or not ahead:
        return None
    after = [d for d in ahead if d.start >= cue.start()] or (ahead if HAS_CJK.search(clause) else [])
    strong = cues.STRONG_CLOSE.search(clause)
    if not after and strong:
        after = ahead
    denied = cues.NEGATED.search(clause)
    if not after or (denied and denied.start() <= after[-1].start and (strong or denied.start() < cue.start())):
        return None
    return after[-1]


def _read_changes(clause: str, told: Told, reading: Reading) -> None:
    changes = told.changes
    stage = find_stage(clause, reading.stages, reading.process)
    if stage:
        changes["stage"] = stage
    lost = kind_of(changes.get("stage"), reading.stages) is StageKind.LOST
    if lost and "loss_reason" not in changes:
        reason = next((name for name, cue in cues.LOSS_REASONS if cue.search(clause)), None)
        if reason:
            changes["loss_reason"] = reason
    for name, cue in cues.FORECAST:
        if cue.search(clause):
            changes["forecast"] = name
            break
    _read_amount(clause, changes)
    owner = cues.OWNER.search(clause)
    if owner:
        who = owner["who"] or owner["who2"] or owner["who3"]
        if reading.lexicon.names_in(who, {"person"}):
            changes["owner"] = who.strip()
    add = cues.ADD_PRODUCT.search(clause)
    if add and re.match(r"\W*(?:and |also |please |pls )?(?:add|include|加)", clause, re.I):
        products = [n for n in reading.lexicon.names_in(clause, {"product"}) if n.start >= add.start() and n.score >= 0.5]
        words = tuple(dict.fromkeys(clause[n.start : n.end] for n in products))
        if words:
            changes["products"] = (*changes.get("products", ()), *words[:3])


def _read_amount(clause: str, changes: dict[str, Any]) -> None:
    factor = find_factor(clause)
    if factor and re.search(r"bump|rais|increas|cut|reduc|drop|lower|grow|half|doubl|tripl|twice|discount|减半|翻", clause, re.I):
        changes["amount_factor"] = factor
        return
    if cues.NOT_AMOUNT.search(clause):
        return
    monies = [m for m in find_money(clause) if not cues.OLD_AMOUNT.search(clause[: m.start])]
    sure = [m for m in monies if m.sure]
    if sure:
        changes["amount"] = sure[-1].amount
        changes.pop("bare_amount", None)
        if sure[-1].currency and not re.match(r"[$¥]", clause[sure[-1].start :]) and sure[-1].currency:
            changes["currency"] = sure[-1].currency
        return
    bare = cues.BARE_AMOUNT.search(clause)
    spans = [(d.start, d.end) for d in find_dates(clause, date(2000, 1, 1), ahead=True)]
    told_as_money = re.search(r"won|closed|signed|sold|bump|rais|deal|worth|amount|value|price|budget|still|make it|now|quote", clause, re.I)
    if bare and told_as_money and not any(a <= bare.start("n") < b for a, b in spans):
        changes["amount"], changes["bare_amount"] = Decimal(bare["n"]), True


def _read_activity(clause: str, told: Told, reading: Reading, people: list[str], closes: bool) -> None:
    kind = _activity_kind(clause)
    if kind and told.kind in {None, "note"}:
        told.kind = kind
    elif told.kind is None and people and cues.PASSIVE.search(clause) and not closes:
        told.kind = "note"
    if not (cues.NEGATED.search(clause) and re.search(r"\b(?:talk|speak|spoke|meet|met|reach|call)\b|没(?:见|聊|谈|联系)", clause, re.I)):
        told.contacts += [name for name in people if name not in told.contacts]
    if told.at is None and not closes:
        behind = find_dates(clause, reading.today, ahead=False, fiscal=reading.fiscal, day_first=reading.day_first)
        ahead = find_dates(clause, reading.today, ahead=True, fiscal=reading.fiscal, day_first=reading.day_first)
        surely_past = {d.start for d in ahead if d.period.start <= reading.today}
        sure = bool(kind) or find_duration(clause) is not None
        days = [d for d in behind if d.grain == "day" and d.period.start <= reading.today and (sure or d.start in surely_past)]
        days = [d for d in days if not re.search(r"\b(?:till|until|by|before|due)\s+(?:the\s+)?$", clause[: d.start], re.I)]
        if days:
            told.at = days[0].period.start


def _activity_kind(clause: str) -> str | None:
    """The activity whose word comes first, unless it is denied."""
    found = []
    for kind, cue in cues.ACTIVITY:
        match = cue.search(clause)
        if match and not (cues.NEGATED.search(clause[: match.start()]) and "no answer" not in match.group().lower()):
            found.append((match.start(), kind))
    if not found:
        return None
    kind = min(found)[1]
    return "demo" if any(k == "demo" for _, k in found) and kind == "meeting" else kind


def _people(clause: str, reading: Reading) -> list[str]:
    """The contacts named in a clause, as typed."""
    spans = sorted(reading.lexicon.names_in(clause, {"contact"}), key=lambda s: (s.start, -s.end))
    found: list[str] = []
    until = -1
    for span in spans:
        words = clause[span.start : span.end]
        if span.start >= until and words not in found:
            found.append(words)
            until = span.end
    return found


def _command(told: Told, reading: Reading) -> Command:
    deal = told.deal_words or _unknown_name(told, reading)
    changes = DealChanges(**told.changes)
    if told.kind:
        return LogActivity(
            deal=deal,
            kind=ActivityKind(told.kind),
            at=told.at or reading.today,
            duration_minutes=told.minutes,
            contacts=tuple(told.contacts),
            summary=told.text,
            changes=changes,
        )
    return UpdateDeal(deal=deal, contacts=(*told.contacts, *told.next_people), changes=changes)


def _unknown_name(told: Told, reading: Reading) -> str:
    """What looks like the name of a company that the CRM does not know."""
    people = {n.start for n in reading.lexicon.names_in(told.text, {"contact", "person"})}
    for match in _MENTION.finditer(told.text):
        words = re.split(r"\s+(?:about|re|regarding|today|yesterday|on|to)\b", match.group(1))[0]
        if match.start(1) not in people and words.split()[0].casefold() not in _STARTERS and not find_dates(words, reading.today, ahead=True):
            return words
    moved = re.search(r"\b(?:move|push|update|mark|close|set|bump|pull)\s+(?:the\s+)?(.+?)\s+(?:to|as|into|out|in|by)\b", told.text, re.I)
    if moved and moved.group(1).casefold() not in _PRONOUNS:
        return moved.group(1)
    zh = _ZH_MENTION.search(told.text)
    return zh.group(1) if zh and not people else ""


_PRONOUNS = {"it", "this", "that", "them", "this deal", "that deal", "the deal", "deal", "this one", "that one", "close date"}
_STARTERS = {"had", "met", "call", "called", "log", "quick", "just", "finally", "new", "did", "sent", "spoke", "talked", "moving", "move", "the", "a", "an", "i", "we", "they", "he", "she", "it", "note", "notes", "good", "great", "today", "yesterday", "q1", "q2", "q3", "q4", "eoq", "eom", "eoy", "next", "remind", "push", "lost", "won", "add", "give", "mark", "update", "make", "set", "close", "can", "please", "hey", "hi", "ok", "done", "caught", "mtg", "meeting", "demo", "lunch", "follow", "email", "emailed"}


def read_correction(said: Said, reading: Reading) -> CorrectDraft | None:
    """What a message changes on the thread's open card; None where it corrects nothing."""
    draft = reading.draft
    if draft is None:
        return None
    told = read_segment(said.own, reading)
    dates = find_dates(said.own, reading.today, ahead=True, fiscal=reading.fiscal, day_first=reading.day_first)
    behind = find_dates(said.own, reading.today, ahead=False, fiscal=reading.fiscal, day_first=reading.day_first)
    changes = dict(told.changes)
    at = told.at
    if not changes.get("close_date") and not changes.get("next_step_due") and dates:
        surely = _surely_ahead(said.own, reading) or not behind or behind[-1].grain != "day"
        if draft.has_activity and not surely:
            at = behind[-1].day(last=False)
        elif draft.has_close_date:
            changes["close_date"], at = dates[-1].day(last=True), None
        elif draft.has_next_step:
            changes["next_step_due"], at = dates[-1].day(last=True), None
        elif surely:
            changes["close_date"], at = dates[-1].day(last=True), None
    elif not draft.has_activity:
        at = None
    bare = re.fullmatch(r"\W*(?:make it|no|actually|it'?s|set it to|change it to|not \S+|,|\s)*(\d{2,}(?:\.\d+)?)\W*", said.own, re.I)
    if bare and "amount" not in changes and not dates:
        changes["amount"], changes["bare_amount"] = Decimal(bare.group(1)), True
    correction = CorrectDraft(
        deal=told.deal_words,
        kind=ActivityKind(told.kind) if told.kind and told.kind != "note" else None,
        at=at,
        duration_minutes=told.minutes,
        contacts=tuple(told.contacts),
        changes=DealChanges(**changes),
    )
    return None if correction == CorrectDraft() else correction


def read_new_deal(said: Said, reading: Reading) -> CreateDeal | None:
    """`new deal Initech 50k GTX Pro closing in March`."""
    start = cues.NEW_DEAL.match(said.own)
    if not start:
        return None
    rest = said.own[start.end() :]
    accounts = [n for n in reading.lexicon.names_in(rest, {"account"}) if n.score >= 0.35]
    account = max(accounts, key=lambda n: (n.score, n.end - n.start)) if accounts else None
    words = rest[account.start : account.end] if account else re.split(r"\s+(?=[$€£¥]?\d)|[,:;]|\s(?:for|closing|worth)\s", rest.strip())[0].strip()
    products = [n for n in reading.lexicon.names_in(rest, {"product"}) if n.score >= 0.5]
    product_words = tuple(dict.fromkeys(rest[n.start : n.end] for n in products))[:1]
    dates = find_dates(rest, reading.today, ahead=True, fiscal=reading.fiscal, day_first=reading.day_first)
    monies = [m for m in find_money(rest) if m.sure]
    changes = DealChanges(
        amount=monies[-1].amount if monies else None,
        currency=monies[-1].currency if monies and not re.match(r"[$¥]", rest[monies[-1].start :]) else None,
        close_date=dates[-1].day(last=True) if dates else None,
        products=product_words,
        stage=find_stage(rest, reading.stages, reading.process),
    )
    about = re.search(r"\b(?:for|about|on) (?:the |their |a )?([^,;.]+?)(?= clos\w+| worth| at \$?\d|[,;.]|$)", rest, re.I)
    name = about.group(1) if about else _rest_of(rest, [*([account] if account else [])], reading)
    return CreateDeal(account=words, name=name or None, changes=changes)


def _rest_of(text: str, names: list[NamedSpan], reading: Reading) -> str:
    spans = [(n.start, n.end) for n in names]
    spans += [(d.start, d.end) for d in find_dates(text, reading.today, ahead=True)]
    spans += [(m.start, m.end) for m in find_money(text) if m.sure]
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + ", " + text[end:]
    pieces = [re.sub(r"\b(?:closing|close|in|by|worth|for|at)\b|签|预计|关单", " ", piece).strip() for piece in re.split(r"[,;]", text)]
    return next((re.sub(r"\s+", " ", piece) for piece in pieces if len(piece) > 1), "")


def read_new_contact(said: Said, reading: Reading) -> CreateContact | None:
    """`new contact at Lyme River: Bill Sandover, site controller, bill@lyme.example`."""
    start = cues.NEW_CONTACT.match(said.text)
    if not start:
        return None
    rest = said.text[start.end() :]
    email = _EMAIL.search(rest)
    head, _, tail = rest.partition(":")
    named = reading.lexicon.names_in(head if tail else rest, {"account"})
    account = (head if tail else rest)[named[0].start : named[0].end] if named else head.strip() if tail else ""
    parts = [p.strip() for p in re.split(r",|\n", tail or rest) if p.strip() and not _EMAIL.search(p)]
    parts = [p for p in parts if p != account]
    if not parts:
        return None
    name = re.sub(rf"\s*(?:,|at|@|from|of)?\s*{re.escape(account)}\s*$", "", parts[0]).strip() if account else parts[0]
    title = next((p for p in parts[1:] if p != account), None)
    return CreateContact(account=account, name=name, title=title, email=email.group() if email else None)
