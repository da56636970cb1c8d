"""From what was told to cards: the patterns' fields where the model agrees, the rest offered or kept as a note."""

import re
from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from bot.contract.commands.base import Command, DealChanges, Offer
from bot.contract.commands.writing import ChangeContact, LogActivity, UpdateDeal
from bot.domain.activities import ActivityKind
from bot.domain.deals import StageKind
from bot.domain.money import plain
from bot.language.context import Context, Said
from bot.language.lexicon import vocabulary
from bot.language.reading.questions.facts import ROLE
from bot.language.reading.seen import LIKELY, SURE, Part, Seen, see
from bot.language.rules import cues
from bot.language.rules.capture import read_parts
from bot.language.rules.changes import add_loss_reason
from bot.language.rules.filters import blanked
from bot.language.rules.segments import clauses_of
from bot.language.rules.stages import kind_of
from bot.language.spans.calendar import DateSaid
from bot.language.spans.durations import find_duration
from bot.language.spans.money import MoneySaid

KINDS: dict[str, ActivityKind] = {
    "call": ActivityKind.CALL, "no_answer": ActivityKind.CALL, "meeting": ActivityKind.MEETING,
    "demo": ActivityKind.DEMO, "email": ActivityKind.EMAIL, "email_in": ActivityKind.EMAIL,
    "chat": ActivityKind.NOTE, "no_show": ActivityKind.NOTE, "cancelled": ActivityKind.NOTE,
    "note": ActivityKind.NOTE,
}  # fmt: skip
DONE = ("call", "meeting", "demo", "email", "email_in", "no_answer")
NOT_HELD = ("no_show", "cancelled")
CLOSED_BY: dict[StageKind, tuple[str, ...]] = {
    StageKind.WON: ("won", "stage"), StageKind.LOST: ("lost", "stage"), StageKind.OPEN: ("stage", "reopen", "new_deal"),
}  # fmt: skip
POSSIBLE, HARDLY = 0.25, 0.1
_SAID_OUTRIGHT = re.compile(
    r"(?:\b(?:worth|amount|value|deal size|make it|bump(?:ed)? (?:it )?to|now)\b|金额|预算|改成|改为|合同额|=|\bso\b"
    r"|\bbecomes\b|→|->|=>)\W*(?:is"
    r"|to|at|of|:|=|是|到|为)?\W*$",
    re.I,
)
"""Words right before an amount that leave no doubt that it is the deal's."""
_BEFORE = re.compile(
    r"(?:\b(?:was|originally|by|cheaper|list(?:ed)?(?: at)?|down from|up from|from)|原价|原来"
    r"|从)\W*$",
    re.I,
)
"""Words right before an amount that say that it is the old one, or the list price."""
_HEARSAY = re.compile(
    r"\b(?:they|competitors?|rivals?)\b.{0,30}\bwon\b|\b(?:claims?|rumou?rs?|heard|apparently|supposedly|gossip)\b|听说|据说|传言",
    re.I,
)
_WITHDRAWN = re.compile(
    r"\b(?:was|were) (?:going|about|planning|meant) to\b|\blet'?s (?:wait|hold(?: off)?)\b|\bhold(?:ing)? off\b"
    r"|\bdecided against\b|先(?:不|别)(?:改|动)|还是算了",
    re.I,
)
"""A change that was only considered, and is not wanted any more, or not yet."""
_SUPPOSED = re.compile(
    r"\b(?:planning|plans?|hop(?:e|es|ing)|intend\w*|want(?:s|ed)?|wish\w*|joked|nearly|almost) (?:to |we "
    r"|they |i |he |she )"
    r"|\b(?:once|as soon as|if|unless)\b"
    r"|一旦|等.{1,10}(?:就|再)|如果|要是|打算|希望",
    re.I,
)
"""What is only planned, hoped for or supposed: the model alone makes nothing of it certain."""
_STILL = re.compile(
    r"\b(?:still|unchanged|stays?|staying|as before|same)\b[^.,;]{0,20}$|(?:还是|不变|仍)[^,。]{0,6}$", re.I
)
"""Words before a value that only say that it is as it was."""
_LABELLED = re.compile(
    r"(?:\bclos(?:e|ing)|关单|成交|签约|签单)(?: ?date|日期|时间)?\s*(?:改|推|调|挪|提前|延)?\s*(?:到|成|为|至|is|to|:"
    r"|："
    r"|=)?\s*$",
    re.I,
)
"""Words right before a date that leave no doubt that it is the deal's."""
_DENIED = re.compile(
    r"(?:\b(?:not|no longer|never|isnt|wont|cant)\b|n['’]t\b)[^.,;]{0,25}$|(?:不|没)[^,。]{0,8}$", re.I
)
_NEGATION = r"(?:\b(?:not|never|no longer|didnt|dont|hasnt|wasnt|isnt|havent)\b|n['’]t\b|(?:还|并)?没(?:有)?|别)"
_NOT_IT = re.compile(
    r"(?:\bnot|\bfrom|\binstead of|\bno longer|别放|别|不是|不放|从)\W*(?:in |at |as |a |the )*$", re.I
)
_SWAPS = re.compile(r"\b(?:swap|chang|replac|switch|exchang)\w*\b|换成?|改成", re.I)
_CALL_IT = re.compile(r"(?:let'?s )?(?:call|make|put|say) (?:it|that)", re.I)
_THEN = re.compile(r"\b(?:then|after(?:wards)?)\b|之后|以后|那时", re.I)
_TRAILING = re.compile(r"(?:\s|,|-)*\b(?:by|on|at|due|before|until|till|for|in|the|is|next|this)\s*$", re.I)


_CORRECTED = re.compile(
    r"[.,;!?-]\s*(?:wait|no wait|sorry|scra(?:tch|p) (?:that|it)|strike that|correction|i mean|my bad"
    r"|hang on|oops|actually(?:,? no)?|no wait|or rather|make that|不对|错了|说错了)\b[^\w]*",
    re.I,
)


def _settled(seen: Seen, context: Context) -> Seen:
    """A message that corrects itself, `88k. sorry, 98`: values of the same kind before the correction are blanked."""
    own = seen.said.own
    turn = _CORRECTED.search(own)
    if not turn:
        return seen
    kinds = {_ALIKE.get(p.place.kind, p.place.kind) for p in seen.parts if p.place.start >= turn.end()} & _VALUES
    gone = [
        (p.place.start, p.place.end)
        for p in seen.parts
        if p.place.end <= turn.start() and _ALIKE.get(p.place.kind, p.place.kind) in kinds
    ]
    if not gone:
        return seen
    return see(Said(seen.said.text, blanked(own, gone)), context, seen.model)


_ALIKE = {"number": "money", "span": "date"}
_VALUES = {"money", "date"}


def read_telling(seen: Seen, context: Context) -> list[Command]:
    """The cards of a message, each part about one account by itself; at least a note where one names a record."""
    seen = _settled(seen, context)
    parts = read_parts(seen.said, context)
    if len(parts) < 2:
        return [c for c in (_of_one(seen, parts[0][1] if parts else None, context),) if c]
    found: list[Command] = []
    for part, command in parts:
        inside = see(Said(part.text, part.own), context, seen.model)
        if command is not None or (inside.kinds("account") and len(part.own.split()) > 1):
            card = _of_one(inside, command, context)
            found += [card] if card else []
    return found


def _of_one(seen: Seen, command: Command | None, context: Context) -> Command | None:
    """One card: what the patterns read, weighed against what the model says; a note where they read nothing."""
    changed = read_contact_change(seen)
    if changed is not None:
        return changed
    cleared = _cleared(seen, command, context)
    if cleared is not None:
        return cleared
    if isinstance(command, UpdateDeal):
        kind = _kind_held(seen)
        if kind is None and command.changes.empty:
            kind = ActivityKind.NOTE
        changes, offers = _weighed(seen, command.changes, context)
        if kind is None and any(offer.field == "stage" for offer in offers):
            kind = ActivityKind.NOTE  # the words stay, should the deal already stand as told
        if kind is None and not changes.empty:
            return command.model_copy(update={"changes": changes, "offers": offers})
        note = _note(seen, kind or ActivityKind.NOTE, context)
        if note is not None and kind is not ActivityKind.NOTE:
            note = note.model_copy(update={"duration_minutes": _minutes(seen, None)})
        if note is None:
            return command.model_copy(update={"changes": changes, "offers": offers})
        return note.model_copy(
            update={
                "deal": command.deal or note.deal, "contacts": command.contacts or note.contacts, "changes": changes,
                "offers": offers,
            }
        )  # fmt: skip
    if isinstance(command, LogActivity):
        changes, offers = _weighed(seen, command.changes, context)
        held = seen.likelihood(DONE)
        kind = command.kind
        if seen.likelihood(NOT_HELD) >= max(LIKELY, held):
            kind = ActivityKind.NOTE
        elif kind is ActivityKind.NOTE and held >= 0.35:
            kind = KINDS[seen.likeliest(DONE)]
        minutes, at = _minutes(seen, command.duration_minutes), _at(seen, command.at, context)
        return command.model_copy(
            update={"changes": changes, "offers": offers, "kind": kind, "duration_minutes": minutes, "at": at}
        )
    note = _note(seen, _kind_held(seen) or ActivityKind.NOTE, context)
    if note is None:
        return None
    note = note.model_copy(update={"duration_minutes": _minutes(seen, None)})
    changes, offers = _weighed(seen, DealChanges(), context)
    return note.model_copy(update={"changes": changes, "offers": offers})


def _minutes(seen: Seen, by_rules: int | None) -> int | None:
    """How long it took: the span that the model takes for it, never one that surely is something else's."""
    spans = [(p, took[0]) for p in seen.kinds("span") if (took := find_duration(p.words))]
    own = [minutes for p, minutes in spans if p.part == "minutes" and p.share >= LIKELY]
    if own:
        return by_rules if by_rules in own else own[0]
    others = {minutes for p, minutes in spans if p.part != "minutes" and p.share >= SURE}
    return None if by_rules in others else by_rules


def _at(seen: Seen, by_rules: datetime | date, context: Context) -> datetime | date:
    """The day it took place: the one that the model takes for it, where the patterns found none."""
    days = [p.place.value for p in seen.of("at", 0.6) if isinstance(p.place.value, DateSaid)]
    if by_rules != context.today or len(days) != 1:
        return by_rules
    return _gone_by(days[0], context.today) or by_rules


def _gone_by(said: DateSaid, today: date) -> date | None:
    """The last such day: a weekday to come is that of the week before."""
    day = said.day(last=False)
    back = day if day <= today else day - timedelta(days=7)
    return back if back <= today and (back == day or said.grain == "day") else None


_NO_STEP = re.compile(r"\W*(?:none|nothing|n/?a|nil|no(?:ne)? (?:more|yet)?|tbd|-|无|没有|暂无)\W*", re.I)
_CLEARED: dict[str, Any] = {
    "next_step": "next_step", "amount": "amount", "close_date": "close_date", "forecast": "forecast",
}  # fmt: skip


def _cleared(seen: Seen, command: Command | None, context: Context) -> Command | None:
    """`no next step any more`: a field that loses its value."""
    changes = command.changes if isinstance(command, LogActivity | UpdateDeal) else DealChanges()
    words = " ".join(p.words for p in seen.kinds("account", "deal"))
    if changes.next_step and _NO_STEP.fullmatch(changes.next_step):
        return UpdateDeal(deal=words, changes=DealChanges(cleared=("next_step",)))
    if seen.acts.get("clear", 0) < LIKELY:
        return None
    named = [_CLEARED[f] for f, cue in vocabulary("fields").items() if f in _CLEARED and cue.search(seen.said.own)]
    return UpdateDeal(deal=words, changes=DealChanges(cleared=tuple(named[:1]))) if named else None


_TITLE_NOW = re.compile(
    r"(?:promoted to|is now|now|became|becomes?|new title(?: is)?|title(?: is| to|:)?|moved to|made|as|升(?:任"
    r"|为|职为)?|现在是|调任)\s+"
    r"(?:the |a |an |their |our )?(?:new )?(?P<title>[^,.;!?]{2,50}?)(?= (?:over |back )?(?:at|of the|there|from|since"
    r"|now)\b|[,.;!?]|$)",
    re.I,
)


_NEW_ADDRESS = re.compile(
    r"\b(?:new|old|correct\w*|wrong|changed?|updated?|bounc\w+|different|instead)\b|换|改|新(?:的)?(?:邮箱|手机|电话)",
    re.I,
)


def _new_title(seen: Seen, person: Part) -> str | None:
    """The title that a person has now; the words for a role behind the name where nothing says it outright."""
    if re.search(r"\b(?:left|leaving|no longer|gone)\b|离职|走了|不在", seen.said.own, re.I):
        return None
    said = _TITLE_NOW.search(seen.said.own)
    if said and "promot" not in said["title"].lower():
        return said["title"].strip()
    role = ROLE.search(seen.said.own, person.place.end)
    return role.group().strip() if role else None


def read_contact_change(seen: Seen) -> ChangeContact | None:
    """What is new of a customer's person: address, number or title."""
    people = seen.kinds("contact")
    enough = HARDLY if _NEW_ADDRESS.search(seen.said.own) and seen.kinds("email", "phone") else LIKELY
    made = DONE if enough == HARDLY else ("new_contact", *DONE)
    if seen.acts.get("contact_change", 0) < enough or not people or seen.likelihood(made) >= LIKELY:
        return None
    spelt = {p.place.kind: p.words for p in seen.kinds("email", "phone")}
    title = None if spelt else _new_title(seen, people[0])
    if not spelt and not title:
        return None
    account = seen.kinds("account")
    return ChangeContact(
        contact=people[0].words.removesuffix("'s"),
        account=account[0].words if account else "",
        title=title,
        email=spelt.get("email"),
        phone=spelt.get("phone"),
    )


def _kind_held(seen: Seen) -> ActivityKind | None:
    """What took place, where the model is sure enough of it; what is only agreed for a day to come did not."""
    act = seen.likeliest((*DONE, *NOT_HELD, "chat"))
    ahead = seen.of("due", 0.6) and not seen.of("at", LIKELY)
    if act in {"meeting", "demo", "call"} and ahead and seen.acts.get("next_step", 0) >= seen.acts[act]:
        return None
    return KINDS[act] if seen.acts.get(act, 0) >= LIKELY else None


def _note(seen: Seen, kind: ActivityKind, context: Context) -> LogActivity | None:
    """A card that keeps what was said, on the record that it names or the thread is about."""
    about = " ".join(p.words for p in seen.kinds("account", "deal"))
    contacts = tuple(dict.fromkeys(p.words for p in seen.kinds("contact")))
    if not about and not contacts and not context.deal_in_thread:
        return None
    days = [p.place.value for p in seen.of("at") if isinstance(p.place.value, DateSaid)]
    at = min(days[0].day(last=False), context.today) if days else context.today
    return LogActivity(
        deal=about,
        kind=kind,
        at=at,
        contacts=contacts if kind is not ActivityKind.NOTE else (),
        contacts_mentioned=contacts,
        summary=seen.said.text,
        on_account=seen.acts.get("contact_change", 0) >= LIKELY,
    )


def _weighed(seen: Seen, changes: DealChanges, context: Context) -> tuple[DealChanges, tuple[Offer, ...]]:
    """The changes that are certain, and the possible ones as offers."""
    kept: dict[str, Any] = changes.model_dump()
    _tidied_step(kept)
    if _WITHDRAWN.search(seen.said.own):
        return DealChanges(next_step=changes.next_step, next_step_due=changes.next_step_due), ()
    if _SUPPOSED.search(seen.said.own) or cues.HYPOTHETICAL.search(seen.said.own):
        seen = replace(seen, acts={act: min(share, HARDLY) for act, share in seen.acts.items()})
    swapped = _swapped(seen)
    if swapped:
        kept |= {"products_removed": swapped[:1], "products": swapped[1:]}
    gone = tuple(dict.fromkeys(p.words for p in seen.of("old_product")))
    if gone and not swapped and seen.likelihood(("product_remove", "product_swap")) >= POSSIBLE:
        kept["products_removed"] = gone
    added = tuple(dict.fromkeys(p.words for p in seen.of("product", 0.6)))
    if added and not kept["products"] and not swapped and seen.likelihood(("product_add", "product_swap")) >= LIKELY:
        kept["products"] = added
    offers = [
        *_amount(seen, changes, kept, context),
        *_close(seen, changes, kept, context),
        *_stage(seen, changes, kept, context),
    ]
    offers = [o for o in offers if o.field != "stage" or not _stage_denied(seen, o.value, context)]
    if _stage_denied(seen, kept.get("stage"), context):
        kept |= {"stage": None, "loss_reason": None}
    _ended_on(seen, kept, context)
    _doubted_step(seen, kept)
    _next_step(seen, kept, context)
    if not any(kept.get(name) is not None for name in ("amount", "amount_factor", "amount_delta")) and seen.kinds(
        "money"
    ):
        kept |= {"currency": None, "currency_by_sign": False}
    return DealChanges.model_validate(kept), tuple(offers)


def _swapped(seen: Seen) -> tuple[str, ...]:
    """The product that goes, then those that come: `swap Yard for Dock`."""
    products = list(dict.fromkeys(p.words for p in seen.kinds("product")))
    likely = seen.acts.get("product_swap", 0) >= HARDLY
    return tuple(products) if likely and len(products) > 1 and _SWAPS.search(seen.said.own) else ()


def _amount(seen: Seen, changes: DealChanges, kept: dict[str, Any], context: Context) -> list[Offer]:
    """An amount is certain where it was said outright, or where the model takes its place for the deal's new amount."""
    stated = [p for p in seen.of("amount", POSSIBLE) if isinstance(p.place.value, MoneySaid) and not _negative(p, seen)]
    if changes.amount is None:
        clear = [p for p in stated if p.share >= LIKELY and _sure(p)]
        bare = [
            p for p in seen.of("amount", LIKELY) if p.place.kind == "number" and p.words.replace(".", "", 1).isdigit()
        ]
        if not clear and len(bare) == 1 and _both(bare[0].share, seen.acts.get("amount", 0)):
            kept |= {"amount": Decimal(bare[0].words), "bare_amount": True}
            return []
        relative = changes.amount_factor is not None or changes.amount_delta is not None
        if len(clear) == 1 and _both(clear[0].share, seen.acts.get("amount", 0)):
            kept |= {"amount": _value(clear[0]), "amount_factor": None, "amount_delta": None}
            return []
        return [] if relative else [_offer("amount", p) for p in clear[:2]]
    here = next((p for p in seen.kinds("money") if _value(p) == changes.amount), None)
    lost = kind_of(changes.stage, context.stages) is StageKind.LOST
    if here is not None and lost and here.share < SURE:
        kept |= {"amount": None, "currency": None, "currency_by_sign": False, "bare_amount": False}
        return []
    if here is not None and (_BEFORE.search(seen.said.own[: here.place.start]) or _negative(here, seen)):
        kept |= {"amount": None, "currency": None, "currency_by_sign": False, "bare_amount": False}
        return []
    listed = _listed(seen)
    if len(listed) > 1:
        kept |= {"amount": None, "currency": None, "currency_by_sign": False, "bare_amount": False}
        return [_offer("amount", p) for p in listed[:3]]
    if here is None or _SAID_OUTRIGHT.search(seen.said.own[: here.place.start]):
        return []
    rivals = {_value(p) for p in stated if p.share >= LIKELY}
    doubted = here.part not in {"amount", "min", "max"} and not (
        here.share < LIKELY and seen.acts.get("amount", 0) >= LIKELY
    )
    many = len(rivals) > 1 and seen.acts.get("amount", 0) < LIKELY
    if not doubted and not many:
        return []
    kept |= {"amount": None, "currency": None, "currency_by_sign": False, "bare_amount": False}
    if here.part == "old_amount":
        return []
    return [_offer("amount", p) for p in (stated[:2] if many else [here])]


_NEGATIVE = re.compile(r"(?:(?<=\s)[-−]|\b(?:minus|negative) |负)$", re.I)


def _negative(part: Part, seen: Seen) -> bool:
    """An amount below nothing, which no deal has; `acme - 50k` is a dash between words."""
    return part.words.startswith(("-", "−")) or bool(_NEGATIVE.search(seen.said.own[: part.place.start]))


def _listed(seen: Seen) -> list[Part]:
    """Amounts that stand side by side, `90k, 95k and 99k`: which one is meant is not said."""
    monies = [p for p in seen.kinds("money") if _value(p) is not None]
    joined = [
        (a, b)
        for a, b in pairwise(monies)
        if re.fullmatch(r"\s*(?:,|and|or|/|和|或|、|\s)+\s*", seen.said.own[a.place.end : b.place.start], re.I)
        and _value(a) != _value(b)
    ]
    return [joined[0][0], *(b for _, b in joined)] if joined else []


def _sure(part: Part) -> bool:
    said = part.place.value
    return isinstance(said, MoneySaid) and (said.sure or (said.amount >= 1000 and "," in part.words))


def _value(part: Part) -> Decimal | None:
    return part.place.value.amount if isinstance(part.place.value, MoneySaid) else None


def _both(place: float, act: float) -> bool:
    """Whether the place and the act together make it certain."""
    return (place >= SURE and act >= POSSIBLE) or (place >= 0.6 and act >= 0.35) or (place >= LIKELY and act >= LIKELY)


def _offer(field: Any, part: Part) -> Offer:
    value = part.place.value
    text = plain(value.amount) if isinstance(value, MoneySaid) else ""
    if isinstance(value, DateSaid):
        text = value.day(last=True).isoformat()
    return Offer(field=field, value=text, words=part.words)


def _close(seen: Seen, changes: DealChanges, kept: dict[str, Any], context: Context) -> list[Offer]:
    """A close date likewise; what only stays as it was changes nothing, and what is won or lost ended by today."""
    acts = seen.likelihood(("close", "close_by", "new_deal", "reopen"))
    labelled = [p for p in seen.kinds("date") if _LABELLED.search(seen.said.own[: p.place.start])]
    labelled = [p for p in labelled if not _DENIED.search(seen.said.own[: p.place.start])]
    if len(labelled) == 1 and (day := _day(labelled[0])) and day >= context.today:
        kept["close_date"] = day
        if kept["next_step_due"] == day:
            kept |= {"next_step": None, "next_step_due": None}
        return []
    if changes.close_date is not None:
        here = next((p for p in seen.kinds("date") if _day(p) == changes.close_date), None)
        about_step = vocabulary("fields")["next_step"].search(seen.said.own)
        if here and about_step and not vocabulary("fields")["close_date"].search(seen.said.own) and acts < LIKELY:
            kept["close_date"] = None
            return []
        if here is None or here.part == "close" or here.share < SURE or acts >= POSSIBLE:
            return []
        kept["close_date"] = None
        return [] if here.part in {"at", "old_close", "due"} else [_offer("close_date", here)]
    if changes.close_shift_days is not None or changes.close_shift_months is not None:
        return []
    days = [p for p in seen.of("close") if (day := _day(p)) is not None and day >= context.today]
    days = [p for p in days if not _STILL.search(seen.said.own[: p.place.start])]
    if len(days) == 1 and _both(days[0].share, acts):
        kept["close_date"] = _day(days[0])
        return []
    return [_offer("close_date", p) for p in days[:1]]


def _ended_on(seen: Seen, kept: dict[str, Any], context: Context) -> None:
    """`closed won on fri`: a weekday named of what is over is the last one, and no day is to come."""
    day = kept.get("close_date")
    if day is None or day <= context.today or kind_of(kept.get("stage"), context.stages) in {None, StageKind.OPEN}:
        return
    here = next((p for p in seen.kinds("date") if _day(p) == day), None)
    kept["close_date"] = (
        _gone_by(here.place.value, context.today) if here and isinstance(here.place.value, DateSaid) else None
    )


def _day(part: Part) -> date | None:
    return part.place.value.day(last=True) if isinstance(part.place.value, DateSaid) else None


def _stage(seen: Seen, changes: DealChanges, kept: dict[str, Any], context: Context) -> list[Offer]:
    """Winning and losing need an act beside the words; another stage only that nothing speaks against it."""
    if changes.forecast is None and seen.acts.get("forecast", 0) >= LIKELY:
        categories = {
            str(p.place.value) for p in seen.kinds("category") if not _NOT_IT.search(seen.said.own[: p.place.start])
        }
        kept["forecast"] = categories.pop() if len(categories) == 1 else None
    named = vocabulary("fields")["forecast"].search(seen.said.own)
    if changes.forecast is not None and seen.acts.get("forecast", 0) < POSSIBLE and not named:
        kept["forecast"] = None
    if changes.stage is None:
        names = {str(p.place.value) for p in seen.of("stage", 0.6) if _kind_of(p, context) is StageKind.OPEN}
        if len(names) == 1 and seen.acts.get("stage", 0) >= LIKELY:
            kept["stage"] = names.pop()
            return []
        return _ended(seen, kept, context)
    kind = next((s.kind for s in context.stages if s.name == changes.stage), StageKind.OPEN)
    acts = seen.likelihood(CLOSED_BY[kind])
    against = seen.likelihood(("note", "private", "fact", "cannot", "cancelled"))
    here = [p for p in seen.kinds("stage") if p.place.value == changes.stage]
    doubted = bool(here) and all(p.part != "stage" and p.share >= SURE for p in here)
    enough = POSSIBLE if kind is not StageKind.OPEN else HARDLY
    if acts >= enough or (kind is StageKind.OPEN and not doubted and against < LIKELY):
        return []
    kept |= {"stage": None, "loss_reason": None}
    return [Offer(field="stage", value=changes.stage, words=here[0].words if here else changes.stage)]


_NOT_ENDED: dict[StageKind, str] = {
    StageKind.WON: r"won|win|sign(?:ed)?|clos(?:e|ed)", StageKind.LOST: r"los[et]|losing", StageKind.OPEN: r"(?!)",
}  # fmt: skip


def _stage_denied(seen: Seen, stage: str | None, context: Context) -> bool:
    """`it wasn't won`, `don't move it to verbal`: said to be not so."""
    own, kind = seen.said.own, kind_of(stage, context.stages)
    if stage is None or kind is None:
        return False
    if re.search(rf"{_NEGATION}\W+(?:\w+\W+){{0,2}}(?:{_NOT_ENDED[kind]})\b", own, re.I):
        return True
    here = [p for p in seen.kinds("stage") if p.place.value == stage]
    denied = re.compile(rf"{_NEGATION}(?!\W+(?:sure|sign|only|just))(?:(?! but | now )[^.,;]){{0,40}}$", re.I)
    return bool(here) and all(denied.search(own[: p.place.start]) for p in here)


def _ended(seen: Seen, kept: dict[str, Any], context: Context) -> list[Offer]:
    """Won or lost by the model alone: on the card where it is sure, else offered."""
    if _HEARSAY.search(seen.said.own):
        return []
    for act, kind in (("won", StageKind.WON), ("lost", StageKind.LOST)):
        share = seen.acts.get(act, 0)
        name = next((s.name for s in context.stages if s.kind is kind), None)
        if name and share >= SURE:
            kept["stage"] = name
            if kind is StageKind.LOST:
                add_loss_reason(seen.said.own, kept, context)
        elif name and share >= LIKELY:
            return [Offer(field="stage", value=name, words=seen.said.text[:40])]
    return []


def _kind_of(part: Part, context: Context) -> StageKind | None:
    return kind_of(str(part.place.value), context.stages)


_COURTESY = re.compile(
    r"(?:please |pls )?(?:fix|change|update|log|note|set|correct|do|bump)(?: (?:that|it|this"
    r"|up))?(?: (?:please|pls|thx))?",
    re.I,
)


def _tidied_step(kept: dict[str, Any]) -> None:
    """A step without the arrow before it or what it is not; a request to Caddie is no step."""
    if kept.get("next_step"):
        step = re.sub(r"\(?\bnot\b[^()]*\banymore\)?|^[\s>:=→-]+", "", kept["next_step"]).strip(" ;,")
        courtesy = _COURTESY.fullmatch(step)
        kept |= {"next_step": None, "next_step_due": None} if courtesy or not step else {"next_step": step}


def _doubted_step(seen: Seen, kept: dict[str, Any]) -> None:
    """A step that only a wish of theirs made, and that the model does not see, stays in the note; `call it mid january`
    is a date.
    """
    step = kept.get("next_step")
    if not step:
        return
    if _CALL_IT.fullmatch(step):
        kept["close_date"] = kept.get("close_date") or kept.get("next_step_due")
    elif (
        not cues.WANTS.search(step)
        or seen.acts.get("next_step", 0) >= POSSIBLE
        or kept.get("next_step_due") is not None
        or cues.NEXT_LABEL.search(seen.said.own)
        or cues.REMIND.search(seen.said.own)
        or cues.PROMISE.search(seen.said.own)
    ):
        return
    kept |= {"next_step": None, "next_step_due": None}


def _next_step(seen: Seen, kept: dict[str, Any], context: Context) -> None:
    """A day that is due belongs to the step told without one; a step the patterns missed is the clause with its day."""
    due = [p for p in seen.of("due", 0.6) if (day := _day(p)) is not None and day >= context.today]
    step = kept.get("next_step")
    if step and kept.get("next_step_due") is None and _THEN.search(step):
        due = due or [p for p in seen.kinds("date") if (day := _day(p)) is not None and day >= context.today]
    if not due:
        return
    if kept.get("next_step"):
        if kept.get("next_step_due") is None:
            kept["next_step_due"] = _day(due[-1])
        return
    if seen.acts.get("next_step", 0) < LIKELY or due[-1].share < 0.7 or kept.get("close_date") == _day(due[-1]):
        return
    step = _clause_of(due[-1], seen)
    if step:
        kept |= {"next_step": step, "next_step_due": _day(due[-1])}


def _clause_of(part: Part, seen: Seen) -> str:
    """The clause around a day, without the day and the account's name."""
    for clause in clauses_of(seen.said.own):
        if part.words in clause.text:
            text = clause.text
            for words in (part.words, *_names(seen.kinds("account"))):
                text = text.replace(words, " ", 1)
            return _TRAILING.sub("", " ".join(text.split()).strip(" .,;:-–")).strip(" .,;:-–")
    return ""


def _names(parts: Iterable[Part]) -> list[str]:
    return [p.words for p in parts]
