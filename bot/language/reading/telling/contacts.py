"""What is new of a customer's person."""

import re

from bot.contract.commands.writing import ChangeContact
from bot.domain.text import worded
from bot.language.reading.questions.facts import ROLE
from bot.language.reading.seen import LIKELY, Part, Seen
from bot.language.reading.telling.activities import DONE
from bot.language.reading.telling.weights import HARDLY

_TITLE_NOW = worded(
    r"(?:promoted to|is now|now|became|becomes?|new title(?: is)?|title(?: is| to|:)?|moved to|made|as|升(?:任"
    r"|为|职为)?|现在是|调任)\s+"
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
