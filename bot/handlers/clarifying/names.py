"""Which deal, account and contacts a person means by the words used."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.contract.replies.cards import Matched
from bot.crm.names.index import Match
from bot.domain.deals import Account, Contact, Deal, StageKind
from bot.domain.text import normal
from bot.domain.text import words as word_list
from bot.handlers.turn import Turn

ACCOUNT_AT_LEAST = 0.35
CONTACT_AT_LEAST = 0.3
CLOSE_CALL = 0.35
MISSPELT_CALL = 0.16
ENOUGH = 0.5
CLEARLY, CLEARLY_MORE = 0.6, 0.3


@dataclass
class Meant:
    """One deal, or several to choose from, or only an account; all empty where nothing fits."""

    deal: Deal | None = None
    options: list[Deal] = field(default_factory=list)
    account: Account | None = None
    account_options: list[Account] = field(default_factory=list)
    matched: Matched | None = None


def meant_deal(
    words: str, people: Sequence[str], turn: Turn, *, closed_too: bool = False, open_too: bool = True
) -> Meant:
    """The deal meant by words and by the contacts named; open deals only unless `closed_too`, none unless `open_too`.

    What the asker may not read is as if it were not there. Evidence adds up: the words of the deal's name beyond the
    account's, contacts on the deal, products on it, and the deal that the thread is about.
    """
    if words.startswith("other"):
        return _other_deal(words.removeprefix("other").strip(), people, turn)
    found = turn.names.find(words, {"account", "deal", "product"}) if words else []
    if found and _somebody_elses(words, found, turn):
        return Meant()
    accounts = _accounts(found)
    contacts = _contact_matches(people, turn)
    if len(accounts) > 1:
        narrowed = _with_contact(accounts, contacts, turn)
        if len(narrowed) > 1 and not all(m.exact for m in accounts):
            return Meant(account_options=turn.desk.mirror.accounts(narrowed))
        accounts = [m for m in accounts if m.id in narrowed]
    account_ids = [m.id for m in accounts]
    if not account_ids and not contacts and _names_another(words, found, turn):
        return Meant()
    deals = _candidates(account_ids, found, contacts, turn, closed_too)
    stages = turn.desk.mirror.snapshot.stages
    deals = deals if open_too else [d for d in deals if stages[d.stage].kind is not StageKind.OPEN]
    account = next(iter(turn.desk.mirror.accounts(account_ids[:1])), None) if account_ids else None
    if not deals:
        return Meant(
            account=account or _account_of(contacts, turn), matched=_matched(words, people, found, contacts, turn)
        )
    scored = sorted(
        ((_score(deal, found, contacts, account_ids, turn), deal) for deal in deals), key=lambda s: (-s[0], s[1].id)
    )
    best = scored[0][0]
    if best < ENOUGH and not account_ids:
        return Meant(account=account)
    near = [deal for score, deal in scored if best - score < CLOSE_CALL]
    if account is None and len({deal.account_id for deal in near}) == 1 and near[0].account_id:
        account = next(iter(turn.desk.mirror.accounts([near[0].account_id])), None)
    if len(near) > 1:
        return Meant(options=near[:10], account=account)
    return Meant(deal=near[0], account=account, matched=_matched(words, people, found, contacts, turn))


def _other_deal(words: str, people: Sequence[str], turn: Turn) -> Meant:
    """An open deal other than the one the thread is about: at the account named, else at the thread's."""
    present = turn.conversation.deal_id
    if words:
        meant = meant_deal(words, people, turn)
        here = turn.conversation.account_id
        accounts = [meant.account.id] if meant.account else [here] if here else []
    else:
        accounts = [turn.conversation.account_id] if turn.conversation.account_id else []
    deals = [
        d
        for i in accounts
        for d in turn.desk.mirror.deals(owners=turn.readable, account_id=i, open_only=True)
        if d.id != present
    ]
    account = next(iter(turn.desk.mirror.accounts(accounts[:1])), None) if accounts else None
    named = [d for d in deals if names_the_deal(words, d, turn)] if words else []
    deals = named or deals
    if len(deals) == 1:
        return Meant(deal=deals[0], account=account, matched=Matched(words=words or "other", how="likely"))
    return Meant(options=deals[:10], account=account)


def _matched(
    words: str, people: Sequence[str], found: list[Match], contacts: list[Match], turn: Turn
) -> Matched | None:
    said = words or ", ".join(people)
    if not said:
        return Matched(words="", how="thread") if turn.conversation.deal_id else None
    sure = any(m.exact for m in found if m.kind != "product") or (not words and any(m.exact for m in contacts))
    return Matched(words=said, how="named" if sure else "likely")


def _names_another(words: str, found: list[Match], turn: Turn) -> bool:
    """Whether a name stands beside the words found that is none the asker may see."""
    index, said = turn.names.index, normal(words)
    hidden = [w for w in said.casefold().split() if not index.find(w, owners=turn.readable) and index.find(w)]
    strangers = index.unknown_words(said)
    return bool(hidden or strangers) and not any(m.kind == "deal" and m.score >= 0.75 for m in found)


def _somebody_elses(words: str, found: list[Match], turn: Turn) -> bool:
    """Whether a name that the asker may not see fits the words far better than all that the asker may see."""
    everything = turn.names.index.find(normal(words), {"account", "deal"})
    seen = {(m.kind, m.id) for m in found}
    hidden = max((m.score for m in everything if (m.kind, m.id) not in seen), default=0.0)
    own = max((m.score for m in found if m.kind != "product"), default=0.0)
    return hidden >= CLEARLY and hidden - own > CLEARLY_MORE


def _accounts(found: list[Match]) -> list[Match]:
    """The accounts as likely as the best one; a misspelt name may stand for another one nearly as near."""
    matches = [m for m in found if m.kind == "account" and m.score >= ACCOUNT_AT_LEAST]
    if not matches:
        return []
    best = matches[0]
    if best.exact:
        return [m for m in matches if m.exact and best.score - m.score < 0.1]
    return [m for m in matches if best.score - m.score < MISSPELT_CALL]


def _contact_matches(people: Sequence[str], turn: Turn) -> list[Match]:
    """Of each name those it fits best: the whole name before the surname alone."""
    found: list[Match] = []
    for name in people:
        matches = [m for m in turn.names.find(f"with {name}", {"contact"}) if m.score >= CONTACT_AT_LEAST]
        best = max((m.score for m in matches), default=0.0)
        found += [m for m in matches if best - m.score < CLEARLY_MORE / 2]
    return found


def names_the_deal(words: str, deal: Deal, turn: Turn) -> bool:
    """Whether words name a deal beyond its account: by half of its own words at least."""
    own, said = _own_words(words, deal, turn)
    return bool(own) and len(said) * 2 >= len(own)


def hints_at_the_deal(words: str, deal: Deal, turn: Turn) -> bool:
    """Whether any of a deal's own words, beyond its account's, is among the words."""
    return bool(_own_words(words, deal, turn)[1])


def _own_words(words: str, deal: Deal, turn: Turn) -> tuple[set[str], set[str]]:
    """A deal's own words, and those of them that were said."""
    account = next(iter(turn.desk.mirror.accounts([deal.account_id])), None) if deal.account_id else None
    of_account = {w.text for name in ((account.name, *account.aliases) if account else ()) for w in word_list(name)}
    own = {w.text for w in word_list(deal.name)} - of_account
    return own, {w.text for w in word_list(words)} & own


def _with_contact(accounts: list[Match], contacts: list[Match], turn: Turn) -> list[str]:
    ids = [m.id for m in accounts]
    of = {c.account_id for c in turn.desk.mirror.contacts([m.id for m in contacts])} if contacts else set()
    return [i for i in ids if i in of] or ids


def _candidates(
    account_ids: list[str], found: list[Match], contacts: list[Match], turn: Turn, closed_too: bool
) -> list[Deal]:
    mirror, owners = turn.desk.mirror, turn.readable
    if account_ids:
        return [d for i in account_ids for d in mirror.deals(owners=owners, account_id=i, open_only=not closed_too)]
    named = [m.id for m in found if m.kind == "deal"][:40]
    deals = {d.id: d for d in mirror.deals(owners=owners, ids=named)} if named else {}
    for contact in mirror.contacts([m.id for m in contacts]) if contacts else []:
        if contact.account_id:
            deals |= {d.id: d for d in mirror.deals(owners=owners, account_id=contact.account_id)}
    if turn.conversation.deal_id:
        deals |= {d.id: d for d in mirror.deals(owners=owners, ids=[turn.conversation.deal_id])}
    stages = mirror.snapshot.stages
    return [d for d in deals.values() if closed_too or stages[d.stage].kind == "open"]


def _score(deal: Deal, found: list[Match], contacts: list[Match], account_ids: list[str], turn: Turn) -> float:
    score = 0.0
    of_account = {span for m in found if m.kind == "account" and m.id == deal.account_id for span in m.spans}
    for match in found:
        if match.kind == "deal" and match.id == deal.id:
            beyond = any(span not in of_account for span in match.spans)
            score += 2.5 * match.score + 0.8 if beyond else 0.0 if of_account else 2.5 * match.score
        elif match.kind == "product" and match.id in deal.product_ids and match.score >= 0.5:
            score += 0.8 * match.score
    if any(m.id in deal.contact_ids for m in contacts):
        score += 1.2
    elif contacts and not account_ids:
        score += 0.3
    if deal.id == turn.conversation.deal_id:
        score += 0.25 if account_ids else 0.8
    if deal.owner_id == turn.person.id:
        score += 0.1
    return score


def _account_of(contacts: list[Match], turn: Turn) -> Account | None:
    """The account of the contacts named, where it is one."""
    known = turn.desk.mirror.contacts([m.id for m in contacts]) if contacts else []
    ids = {c.account_id for c in known if c.account_id}
    return next(iter(turn.desk.mirror.accounts(ids)), None) if len(ids) == 1 else None


ROLE_TITLES = {
    "ceo": "chief executive", "cfo": "chief financial", "coo": "chief operating", "cto": "chief technology",
    "cio": "chief information",
    "cmo": "chief marketing", "cro": "chief revenue",
}  # fmt: skip


def _titled(words: str, account_id: str | None, turn: Turn) -> Contact | None:
    """The one contact at the account who has the title said."""
    wanted = words.casefold()
    forms = {wanted, ROLE_TITLES.get(wanted, wanted)}
    there = turn.desk.mirror.contacts(account_id=account_id) if account_id else []
    fitting = [c for c in there if any(form in (c.title or "").casefold() for form in forms)]
    return fitting[0] if len(fitting) == 1 else None


@dataclass
class People:
    """The contacts meant; `unclear` is (words, candidates) where several fit; `unknown` words fit nobody."""

    contacts: list[Contact] = field(default_factory=list)
    unclear: tuple[str, list[Contact]] | None = None
    unknown: list[str] = field(default_factory=list)


def meant_contacts(people: Sequence[str], account_id: str | None, deal: Deal | None, turn: Turn) -> People:
    """The contacts at the account that names stand for, those on the deal first."""
    meant = People()
    for words in people:
        matches = [m for m in turn.names.find(f"with {words}", {"contact"}) if m.score >= CONTACT_AT_LEAST]
        scores = {m.id: m.score for m in matches}
        known = (
            [c for c in turn.desk.mirror.contacts(list(scores)) if account_id is None or c.account_id == account_id]
            if scores
            else []
        )
        if deal and len(known) > 1:
            known = [c for c in known if c.id in deal.contact_ids] or known
        if not known:
            titled = _titled(words, account_id, turn)
            if titled is None:
                meant.unknown.append(words)
            elif titled not in meant.contacts:
                meant.contacts.append(titled)
            continue
        best = max(scores[c.id] for c in known)
        top = [c for c in known if best - scores[c.id] < 0.1]
        if len(top) > 1:
            meant.unclear = meant.unclear or (words, top)
        elif top[0] not in meant.contacts:
            meant.contacts.append(top[0])
    return meant
