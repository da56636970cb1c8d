"""New deals and new contacts."""

import re

from bot.contract.commands.base import DealChanges
from bot.contract.commands.writing import CreateAccount, CreateContact, CreateDeal
from bot.domain.names import NamedSpan
from bot.domain.text import HAS_CJK, worded
from bot.language.context import Context, Said
from bot.language.rules import cues
from bot.language.rules.stages import find_stage
from bot.language.spans.dates import find_dates
from bot.language.spans.money import find_money

_EMAIL = worded(r"(?:<mailto:[^|>]*\|)?[\w.+-]+@[\w-]+(?:\.[\w-]+)+>?")
_IS_THE = worded(
    (
        r"\b(?:he|she|they)(?:'s| is|'re| are) (?:the |their |our |a |an "
        r"|now )*(?P<title>[\w &/-]{3,40}?)(?= there| over there|[,.;!]|$)"
    ),
    re.I,
)
_TITLE_IN_BRACKETS = worded(r"\s*\(([^)]+)\)")
_ELSEWHERE = worded(r"\s(?:at|from)\s+(?P<account>[A-Z][\w&'.-]*(?: [A-Z&][\w&'.-]*)*)")
_AT_ACCOUNT = worded(r"\s*(?:\b(?:at|from|of|for)\b|@)\s*$", re.I)


def read_new_deal(said: Said, context: Context) -> CreateDeal | None:
    """`new deal Initech 50k GTX Pro closing in March`."""
    start = cues.NEW_DEAL.match(said.own)
    if not start:
        return None
    rest = said.own[start.end() :]
    accounts = [n for n in context.lexicon.names_in(rest, {"account"}) if n.score >= 0.35]
    account = max(accounts, key=lambda n: (n.score, n.end - n.start)) if accounts else None
    words = (
        rest[account.start : account.end]
        if account
        else re.split(r"\s+(?=[$€£¥]?\d)|[,:;]|\s(?:for|closing|worth)\s", rest.strip())[0].strip()
    )
    products = [n for n in context.lexicon.names_in(rest, {"product"}) if n.score >= 0.5]
    product_words = tuple(dict.fromkeys(rest[n.start : n.end] for n in products))[:1]
    dates = find_dates(rest, context.today, ahead=True, fiscal=context.fiscal, day_first=context.day_first)
    monies = [m for m in find_money(rest) if m.sure]
    changes = DealChanges(
        amount=monies[-1].amount if monies else None,
        currency=monies[-1].currency if monies and not re.match(r"[$¥]", rest[monies[-1].start :]) else None,
        close_date=dates[-1].day(last=True) if dates else None,
        products=product_words,
        stage=find_stage(rest, context.stages, context.process),
    )
    about = re.search(
        r"\b(?:for|about|on) (?:the |their |a )?([^,;.]+?)(?= clos\w+| worth| at \$?\d|[,;.]|$)", rest, re.I
    )
    name = about.group(1) if about else _rest_of(rest, [*([account] if account else [])], context)
    return CreateDeal(account=words, name=name or None, changes=changes)


_NEW_CUSTOMER = worded(
    r"^\W*(?:来了|有|接触了|谈了)?(?:一?[个家])?新客户[:,\s]*(?:叫|是)?(?P<zh>[\u4e00-\u9fff]{2,12}?)"
    r"(?=想|要|有|说|打算|准备|需要|[,。;\s]|$)"
    r"|^\W*(?:we (?:have|got) |got )?(?:a )?new (?:customer|client|prospect|logo)\b[\s:,-]*(?:called |named )?"
    r"(?P<en>[A-Z][\w&'.-]*(?: [A-Z][\w&'.-]*)*)(?= (?:wants?|needs?|is|are|would|has|asked)\b|,)"
)


def read_new_customer(said: Said, context: Context) -> CreateDeal | None:
    """`new customer Fennimore Tools wants Dock, about 30k`: a deal of somebody not known yet."""
    start = _NEW_CUSTOMER.match(said.own)
    monies = [m for m in find_money(said.own) if m.sure]
    if not start or not monies:
        return None
    dates = find_dates(said.own, context.today, ahead=True, fiscal=context.fiscal, day_first=context.day_first)
    rest = said.own[start.end() :]
    products = [n for n in context.lexicon.names_in(rest, {"product"}) if n.score >= 0.5]
    words = tuple(dict.fromkeys(rest[n.start : n.end] for n in products))[:1]
    changes = DealChanges(
        amount=monies[-1].amount, close_date=dates[-1].day(last=True) if dates else None, products=words
    )
    return CreateDeal(account=start["zh"] or start["en"], name=words[0] if words else None, changes=changes)


def read_new_account(said: Said, context: Context) -> CreateAccount | None:
    """`create account Fennimore Tools`."""
    start = cues.NEW_ACCOUNT.match(said.text)
    name = (
        re.split(r"[,;\n]|\s[-–—]\s|[.!?](?=\s)|\s(?:in|from|based)\s(?=[A-Z])", said.text[start.end() :])[0].strip(
            " .!\"'"
        )
        if start
        else ""
    )
    if not name or not start:
        return None
    first = re.split(r"[.!?](?=\s)", said.text[start.end() :])[0]
    rest = [piece.strip(" .!") for piece in re.split(r"[,;\n]|\s(?:in|from)\s(?=[A-Z])", first)[1:]]
    known = {word.casefold(): meant for word, meant in context.industries.items()}
    industry = next((known[piece.casefold()] for piece in rest if piece.casefold() in known), None)
    country = next((piece for piece in rest if piece and piece.casefold() not in known and len(piece) <= 20), None)
    return CreateAccount(name=name, industry=industry, country=country)


def _rest_of(text: str, names: list[NamedSpan], context: Context) -> str:
    spans = [(n.start, n.end) for n in names]
    spans += [(d.start, d.end) for d in find_dates(text, context.today, ahead=True)]
    spans += [(m.start, m.end) for m in find_money(text) if m.sure]
    for start, end in sorted(spans, reverse=True):
        text = text[:start] + ", " + text[end:]
    pieces = [
        re.sub(r"\b(?:closing|close|in|by|worth|for|at)\b|签|预计|关单", " ", piece).strip()
        for piece in re.split(r"[,;]", text)
    ]
    return next((re.sub(r"\s+", " ", piece) for piece in pieces if len(piece) > 1), "")


def read_new_contact(said: Said, context: Context) -> CreateContact | None:
    """`new contact at Lyme River: Bill Sandover, site controller, bill@lyme.example`, in any order of its parts."""
    somebody = _added_somebody(said, context)
    start = cues.NEW_CONTACT.match(said.text)
    if somebody or not start:
        return somebody
    rest = (
        (said.text[: start.start("cue")] + " " + said.text[start.end() :]).strip()
        if start["where"]
        else said.text[start.end() :]
    )
    email = _EMAIL.search(rest)
    if email:
        rest = rest[: email.start()] + rest[email.end() :]
    named = max(context.lexicon.names_in(rest, {"account"}), key=lambda n: (n.score, n.end - n.start), default=None)
    account = rest[named.start : named.end] if named else ""
    if named:
        before = _AT_ACCOUNT.sub("", rest[: named.start])
        rest = f"{before}, {rest[named.end :]}"
    elif (elsewhere := _ELSEWHERE.search(rest)) is not None:
        account, rest = elsewhere["account"], rest[: elsewhere.start()] + rest[elsewhere.end() :]
    elif ":" in rest:
        account, _, rest = (piece.strip() for piece in rest.partition(":"))
    title = _TITLE_IN_BRACKETS.search(rest)
    rest = _TITLE_IN_BRACKETS.sub("", rest)
    pieces = [p.strip(" ,;:-–—.") for p in re.split(r"[,;:\n]|\s[-–—]\s", rest)]
    pieces = [p for p in pieces if p and p.casefold() not in {"at", "email", "mail", "title"}]
    if pieces and HAS_CJK.search(pieces[0]):
        pieces = [*pieces[0].split(), *pieces[1:]]
    if not pieces:
        return None
    said_title = title.group(1).strip() if title else pieces[1] if len(pieces) > 1 else None
    return CreateContact(
        account=account, name=pieces[0], title=said_title, email=_plain(email.group()) if email else None
    )


def _added_somebody(said: Said, context: Context) -> CreateContact | None:
    """`add Joost Kerkhof to Gouden Lepel, he's the head chef there`."""
    start = cues.ADD_SOMEBODY.match(said.text)
    rest = said.text[start.end() :] if start else ""
    account = max(context.lexicon.names_in(rest, {"account"}), key=lambda n: (n.score, n.end - n.start), default=None)
    if not start or not account:
        return None
    email, title = _EMAIL.search(rest), _IS_THE.search(rest)
    return CreateContact(
        account=rest[account.start : account.end],
        name=start["name"],
        title=title["title"].strip() if title else None,
        email=_plain(email.group()) if email else None,
    )


def _plain(email: str) -> str:
    return email.rpartition("|")[2].rstrip(">")
