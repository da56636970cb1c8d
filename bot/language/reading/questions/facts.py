"""Questions for one thing about one record."""

import re
from typing import Any

from bot.contract.commands.asking import AskFact, AskRecords, ShowDeal
from bot.contract.commands.base import Command
from bot.contract.commands.talking import Unsupported
from bot.domain.text import worded
from bot.language.context import Context
from bot.language.lexicon import vocabulary
from bot.language.reading.questions import words as w
from bot.language.reading.questions.conditions import about, stranger
from bot.language.reading.seen import Seen
from bot.language.rules.filters import deal_words

OF_CONTACT = frozenset({"phone", "email", "title", "account"})
FACTS_MOST = 4
ROLE = worded(
    r"\b(?:C[EFITOMRSP]O|CISO|(?:S?E?VP|vice president|director|head|chief|manager|buyer|owner|partner)"
    r"(?: of)?(?: (?!at\b|in\b|for\b|from\b)[a-z&]+){0,3}"
    r"|(?:it|finance|operations?|ops|purchasing|procurement|logistics|warehouse|plant|site|technical|quality"
    r"|legal|supply chain)"
    r" (?:director|manager|head|lead|person|guy|contact|buyer|people|chief)"
    r"|economic buyer|decision[- ]maker|champion)\b"
    r"|厂长|总监|总经理|财务(?:总监|经理)?|采购(?:总监|经理)?|负责人|老板|经理|主任",
    re.I,
)
_PRICED = worded(r"\b(?:pric\w*|costs?|how much|list|fee)\b|价格|多少钱|报价|价", re.I)


_BESIDES = worded(r"\b(?:besides|other than|else|apart from|except)\b|除了|还有谁|还认识", re.I)
_HOW_LONG_IN_STAGE = worded(
    r"\b(?:how long|since when|how many days)\b.*\b(?:in|at|sit\w*|sat|stuck|stage)\b|(?:多久|几天).*阶段|停留",
    re.I,
)


def read_fact(seen: Seen, context: Context) -> Command:
    """The field or fields asked for, of the record named."""
    text = w.text_of(seen)
    contacts = [p.words for p in seen.kinds("contact")]
    products = seen.kinds("product")
    if products and not seen.kinds("account", "deal") and _PRICED.search(text):
        return AskFact(fields=("list_price",), deal=products[0].words)
    named = deal_words(seen.said.own, context) or ("" if contacts else stranger(seen, context))
    fields = _fields(text)
    if named and not contacts and _HOW_LONG_IN_STAGE.search(text):
        return AskFact(fields=("stage",), deal=named)
    role = ROLE.search(text)
    if role and not contacts and (w.WHO.search(text) or {"phone", "email", "title", "contacts"} & set(fields)):
        wanted = [f for f in fields if f in {"phone", "email"}] or ["contacts"]
        return AskFact.model_validate({"fields": wanted, "deal": named, "contact": role.group()})
    if contacts and named and _BESIDES.search(text):
        return AskFact(fields=("contacts",), deal=named)
    missing = w.absent_beside(text)
    if missing and not fields:
        return Unsupported(what="field", words=missing[0])
    if contacts and not named:
        fields = [f for f in fields if f in OF_CONTACT | {"last_activity"}] or fields
    elif not contacts:
        fields = [f for f in fields if f not in {"title"}] or fields
    if not fields:
        return ShowDeal(deal=about(seen, context))
    if "last_activity" in fields and len(fields) == 1:
        return AskRecords(subject="activities", deal=named, contact=contacts[0] if contacts else "", top=3, state="any")
    asked = [f for f in fields if f != "last_activity"][:FACTS_MOST]
    return AskFact.model_validate({"fields": asked, "deal": named, "contact": contacts[0] if contacts else ""})


def asks_how_long(seen: Seen) -> bool:
    """How long one deal, named, has been in its stage."""
    return bool(seen.kinds("account", "deal")) and bool(_HOW_LONG_IN_STAGE.search(w.text_of(seen)))


def asks_for_others(seen: Seen) -> bool:
    """Who else is known at an account beside somebody named."""
    return bool(seen.kinds("contact")) and bool(seen.kinds("account")) and bool(_BESIDES.search(w.text_of(seen)))


def _fields(text: str) -> list[Any]:
    """The fields named, the one that the words fit best first; several only where they are listed."""
    found = w.meanings("fields", text)
    ordered: list[Any] = [f for f in vocabulary("fields") if f in found]
    listed = re.search(r",|&|\+|\b(?:and|or|nor)\b|和|或|、|[?？].+|[\u4e00-\u9fff]\s+[\u4e00-\u9fff]", text, re.I)
    return ordered if listed and len(ordered) > 1 else ordered[:1]
