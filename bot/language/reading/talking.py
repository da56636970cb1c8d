"""What asks for no records: greetings, thanks, who Caddie is, how to do something with it, what it cannot do."""

import re

from bot.contract.commands.base import Command
from bot.contract.commands.coaching import CoachDeal
from bot.contract.commands.talking import Chat, Help, Unsupported
from bot.domain.text import worded
from bot.language.acts import FAMILIES
from bot.language.context import Context
from bot.language.reading.questions.conditions import about
from bot.language.reading.seen import LIKELY, Seen

_TOPICS = (
    (
        "who_sees",
        worded(
            r"\b(?:who|can|does|will|do)\b.{0,40}\b(?:sees?|reads?|spy|watch)\b.{0,40}"
            r"\b(?:what|this|i|my|messages?|chats?|write|type|say|tell)\b"
            r"|(?:老板|经理|别人|领导|其他人|谁).{0,8}(?:看得?到|看见|知道)",
            re.I,
        ),
    ),
    (
        "writes_nothing",
        worded(
            r"\b(?:do|will|would|does) (?:you|it|caddie)\b.{0,30}\b(?:write|save|log|change|update|put)\w*\b.{0,40}"
            r"\b(?:without|automatic\w*|directly|straight|by (?:your|it)self|on (?:your|its) own)\b"
            r"|(?:会不会|会).{0,10}(?:直接|自动|自己).{0,8}(?:写|改|记|录)",
            re.I,
        ),
    ),
    (
        "reminds",
        worded(
            r"\b(?:can|could|do|will|would) (?:you|u|it|caddie)\b.{0,12}\bremind (?:me|us|people)\b"
            r"(?! (?:to|about|on|that))|(?:能|会)不?(?:能|会)?提醒我?(?:吗|么|不)",
            re.I,
        ),
    ),
    (
        "changes_many",
        worded(
            r"^\W*(?:how (?:can|do|would|could|to)|can (?:i|you|we)|is (?:it|there))\b.{0,50}"
            r"\b(?:several|many|multiple|a bunch of|more than one) (?:\w+ )?(?:deals?|opps?|records?|opportunities)\b"
            r"|(?:怎么|能不能|可以).{0,8}(?:批量|一次(?:改|更新))",
            re.I,
        ),
    ),
)
"""What people ask about Caddie itself, each with its own answer."""
_UNDOES = worded(
    r"\b(?:undo|revert|take (?:it|that|something) back|mistake|wrong(?:ly)?|by accident"
    r"|delete)\b|撤销|记错|搞错|弄错",
    re.I,
)
_SPEAKS = worded(r"\b(?:speak|language|languages|chinese|english|french|german|spanish)\b|中文|英文|语言", re.I)


def topic_of(seen: Seen) -> str | None:
    """What a question about Caddie itself is about; None where a customer is named."""
    if seen.kinds("account", "deal"):
        return None
    return next((name for name, cue in _TOPICS if cue.search(seen.said.own)), None)


def read_talk(seen: Seen, context: Context) -> Command | None:
    """The answer in words; None where it is not sure that nothing else is meant."""
    topic = topic_of(seen)
    if topic:
        return Chat.model_validate({"topic": topic})
    act = seen.likeliest(FAMILIES["talking"])
    match act:
        case "help":
            return Help()
        case "how_to" if _UNDOES.search(seen.said.own):
            return Chat(topic="how_to_undo")
        case "about" if _SPEAKS.search(seen.said.own):
            return Chat(topic="languages")
        case "cannot":
            return Unsupported(what="other", words=seen.said.text) if seen.acts[act] >= LIKELY else None
        case "private" if "?" in seen.said.own and seen.kinds("account", "deal"):
            return CoachDeal(deal=about(seen, context))
        case _:
            return Chat.model_validate({"topic": act})
