"""What is new of a customer's person."""

import re

from bot.contract.commands.writing import ChangeContact, CreateContact
from bot.domain.text import worded
from bot.language.reading.questions.facts import ROLE
from bot.language.reading.seen import LIKELY, Part, Seen
from bot.language.reading.telling.activities import DONE
from bot.language.reading.telling.weights import HARDLY

NEAR_NAME, SHORT_NAME = 40, 4
"""A title stands within so many characters of the name; an address of one word must be so long to be a name."""
_TITLE_NOW_ZH = worded(r"(?:升(?:任|为|职为|职|到)?了?|现在是|调任|改任|被任命为)(?P<title>[^,。;!?了\s]{2,12})")
_TITLE_NOW = worded(
    r"(?:promoted to|is now|now|became|becomes?|new title(?: is)?|title(?: is| to|:)?|moved to|made|as)\s+"
    r"(?:the |a |an |their |our )?(?:new )?(?P<title>[^,.;!?]{2,50}?)(?= (?:over |back )?(?:at|of the|there|from|since"
    r"|now)\b|[,.;!?]|$)",
    re.I,
)
_NEW_ADDRESS = worded(
    r"\b(?:new|old|correct\w*|wrong|changed?|updated?|bounc\w+|different|instead)\b|换|改|新(?:的)?(?:邮箱|手机|电话)",
    re.I,
)


def _new_title(seen: Seen, person: Part) -> str | None:
    """The title that a person has now; the words for a role behind the name where nothing says it outright."""
    if re.search(r"\b(?:left|leaving|no longer|gone)\b|离职|走了|不在", seen.said.own, re.I):
        return None
    said = _TITLE_NOW.search(seen.said.own) or _TITLE_NOW_ZH.search(seen.said.own)
    if said and "promot" not in said["title"].lower():
        return said["title"].strip()
    role = ROLE.search(seen.said.own, person.place.end)
    return role.group().strip() if role else None


def read_new_person(seen: Seen) -> CreateContact | None:
    """Somebody not known yet, told with an e-mail address that spells the name: `Joan Abernathy, joan.abernathy@…`."""
    accounts = seen.kinds("account")
    address = next(iter(seen.kinds("email")), None)
    named = _spelt_by(address.words, seen.said.own) if address else None
    if address is None or named is None or not accounts:
        return None
    if any(p.place.start < named.end() and named.start() < p.place.end for p in seen.kinds("contact")):
        return None
    role = ROLE.search(seen.said.own[named.end() : named.end() + NEAR_NAME]) or ROLE.search(
        seen.said.own[max(0, named.start() - NEAR_NAME) : named.start()]
    )
    return CreateContact(
        account=accounts[0].words.removesuffix("'s"),
        name=named.group().strip(),
        title=role.group().strip() if role else None,
        email=address.words,
    )


def _spelt_by(address: str, text: str) -> re.Match[str] | None:
    """The words of a text that an address is made of."""
    words = [re.escape(word) for word in re.split(r"[._-]", address.partition("@")[0]) if word.isalpha()]
    if not words or (len(words) == 1 and len(words[0]) < SHORT_NAME):
        return None
    behind = r"(?: [A-Z][\w'-]+)?" if len(words) == 1 else ""
    elsewhere = text.replace(address, " " * len(address))
    return re.search(rf"(?<![A-Za-z0-9@]){r'[ -]'.join(words)}{behind}(?![A-Za-z0-9@])", elsewhere, re.I)


def read_contact_change(seen: Seen) -> ChangeContact | None:
    """What is new of a customer's person: address, number or title."""
    people = seen.kinds("contact")
    enough = HARDLY if _NEW_ADDRESS.search(seen.said.own) and seen.kinds("email", "phone") else LIKELY
    done = enough != HARDLY and seen.likelihood(("new_contact", *DONE)) >= LIKELY
    if seen.acts.get("contact_change", 0) < enough or not people or done:
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
