"""Which family of acts a message is of: the model's likelihoods, the patterns' vote, and how the words stand."""

import re
from collections.abc import Mapping
from dataclasses import replace

from bot.contract.commands.asking import ListDeals, ShowDeal, SummarizePipeline
from bot.contract.commands.base import Command
from bot.contract.commands.coaching import CoachDeal, CoachPerson
from bot.contract.commands.digests import CancelSchedule, ListSchedules, ScheduleDigest, SnoozeNudges
from bot.contract.commands.guiding import AnnounceAid, AskLibrary, BlankAid, ChangeAid, FindAid, FollowAid, ReportAids
from bot.contract.commands.planning import WritePlan
from bot.contract.commands.talking import Help, Unclear, Unsupported
from bot.contract.commands.writing import (
    AnswerQuestion,
    ChangeMany,
    CorrectDraft,
    LogActivity,
    Undo,
    UpdateDeal,
)
from bot.domain.text import worded
from bot.language.acts import FAMILIES, Family
from bot.language.context import Context
from bot.language.reading.questions import words as w
from bot.language.reading.questions.conditions import stranger
from bot.language.reading.seen import LIKELY, Seen
from bot.language.reading.talking import topic_of
from bot.language.rules import cues

SHORT = 60
"""A message of at most so many characters below an open card that names no customer is most likely about the card."""
DOUBTFUL = 0.08
"""Below this the patterns' words for an aid, which stand in many a question, count little."""
SURELY, CLEARLY = 0.15, 2.5
"""A family is taken from this likelihood on, or where it is so many times as likely as the next."""
LONG = 160
"""A message of so many characters that names a customer is hardly anything but a report."""
VOTE = 0.3
"""What the patterns' reading adds to the likelihood of its family."""
TOLD: Mapping[type[Command], Family] = {
    LogActivity: "writing", UpdateDeal: "writing", ChangeMany: "writing", CorrectDraft: "threads",
    AnswerQuestion: "threads", Undo: "threads", SummarizePipeline: "asking", ListDeals: "asking", ShowDeal: "asking",
    CoachDeal: "coaching", CoachPerson: "coaching", WritePlan: "planning", ScheduleDigest: "digests",
    ListSchedules: "digests", CancelSchedule: "digests", SnoozeNudges: "digests", FindAid: "guiding",
    FollowAid: "guiding", ReportAids: "guiding", AskLibrary: "guiding", Help: "talking", Unsupported: "talking",
}  # fmt: skip
WEIGHTS: Mapping[type[Command], float] = {
    AskLibrary: 0.15, FindAid: 0.4, FollowAid: 0.4, ReportAids: 0.5, ChangeAid: 0.5, BlankAid: 0.5, AnnounceAid: 0.5,
    WritePlan: 0.4, ScheduleDigest: 0.4, ListSchedules: 0.4, CancelSchedule: 0.4, SnoozeNudges: 0.4,
}  # fmt: skip
"""What the vote weighs where the words by which a command is asked for are more, or less, telling than most."""
NEEDS: Mapping[str, tuple[str, ...]] = {
    "card": ("correct", "take_off", "discard", "confirm"), "question": ("answer",), "query": ("narrow",),
    "aids": ("follow_aid",),
}  # fmt: skip
"""Acts that only make sense where something stands open above."""
_ORDERS = worded(
    r"^\W*(?:please |pls |can you |could you )?(?:put|set|change|update|mark|move|push|pull|bump|add|remove|clear|log"
    r"|record|note|rename|reopen|close)\b|^(?:请|帮我)?(?:把|记|改|更新|登记|新增|加)",
    re.I,
)
_SHOWS = worded(
    r"^\W*(?:please |pls |can you |could you )?(?:show|summari[sz]e|recap|list|display|tell me|remind me what"
    r"|give me (?:a|the) (?:summary|overview|list|status))\b|^(?:请|帮我)?(?:看看|看下|看一下|总结|汇总"
    r"|列出|列一下|查)|给我(?:看看|看一下|看下)",
    re.I,
)
"""How an order to write, and one to show, begins."""
ADVICE = worded(
    r"\w.{12,}\bwhat (?:should|would|can|could|do) (?:i|we|you) (?:do|say|answer|reply|tell them)\W*$"
    r"|^\W*(?:am i|are we|is it|may (?:i"
    r"|we)) (?:allowed"
    r"|permitted|ok|okay|use|name|mention|quote)\b|.{4,}(?:怎么办|咋办)\W*$|(?:可不可以|能不能|可以)(?:用|提|引用|公开)",
    re.I,
)
"""Advice asked for a case told, or whether something is allowed: marketing's library knows, if anybody."""
_TO_COME = worded(
    r"\b(?:before|ahead of|prior to|until|going into|prep\w* for) (?:a|an|my|the|our|this|next) (?:\w+ ){0,2}"
    r"(?:call|meeting|demo|visit|qbr)\b",
    re.I,
)
"""A call or meeting that has not been."""
OPENS_A_QUESTION = worded(
    r"^\W*(?:and |so |ok |hey |um |well )*(?:what|which|why|who|when|where|how (?:do|does|did|can|should"
    r"|many|much|long))\b",
    re.I,
)
_ASKED_IN_CHINESE = worded(r"啥|什么|多久|多少|哪|几个|几单|吗\W*$|呢\W*$|谁")
_ONLY_ASKS = re.compile(r"[^.!。]*[?？]\s*")
"""Every sentence ends as a question."""
_ASKS_WITHIN = worded(
    r"[,;-]\s*(?:and )?(?:when|what|who|why|how (?:much|long|many)|where)(?:'?s)?\b (?!i |we )"
    r"(?:[^,;.]*\b(?:is|will|does|did|are|was|were|has|have|due|it)\b)",
    re.I,
)
"""A question that stands behind its subject: `the Lyme deal, when will it close`."""
_OWN_RESULTS = worded(
    r"^\W*(?:do|did|are|were|have|how (?:often|many times) (?:do|did)) (?:we|i|they)\b.{0,20}\b(?:los(?:e|t"
    r"|ing)|win|won)\b"
    r"|^\W*what(?:'d| did| have| do)? (?:we|i) (?:los|win|won)|^\W*(?:我们|咱们?)(?:是|都|主要)?.{0,6}(?:输|丢|赢)",
    re.I,
)
"""How often and why one wins or loses stands in the records."""
_TELLS = worded(
    r"^\W*(?:i|we)(?:'ve| have)? (?:just |also |finally )?(?:had|met|called|spoke|spoken|talked|visited|sent"
    r"|mailed|saw|seen)\b"
    r"|^(?:我|我们)?(?:刚|今天|昨天)?.{0,6}(?:聊|谈|见|打|开|拜访|去)[完过了]",
    re.I,
)
"""How a report begins."""
_ENDS_ASKING = re.compile(r"(?:来着|啥|什么|多少|几个|吗|呢|谁|哪个)\W*$")
_MADE_SO = re.compile(r"(?:改成|改为|改到|推到|推进到|转到|移到|调到|调成|设为|变成)\s*[^\s,，。]")
"""What is to become of a deal, by a verb within the Chinese sentence."""
_PREPARES = worded(r"\b(?:prep|brief|prepare) me\b|帮我\s*(?:prep|准备|过)|(?:准备|prep)一下", re.I)
BOTH = worded(
    r"\b(?:both|all (?:of )?(?:the|their|its|\d|two|three)) (?:\w+ ){0,2}(?:deals|opps|opportunities|ones)\b"
    r"|两个(?:单子|商机)都",
    re.I,
)


def possible(seen: Seen, context: Context) -> Seen:
    """Without the acts for which nothing stands open in the thread."""
    missing = {
        "card": context.draft is None, "question": context.question is None, "query": context.last_query is None,
        "aids": not context.aids_in_thread,
    }  # fmt: skip
    gone = {act for what, acts in NEEDS.items() if missing[what] for act in acts}
    return replace(seen, acts={act: share for act, share in seen.acts.items() if act not in gone})


def family_of(seen: Seen, voted: Command, context: Context) -> tuple[Family, bool]:
    """The likeliest family of acts, the patterns' vote counted in, and whether it stands out enough."""
    shares = {family: seen.likelihood(acts) for family, acts in FAMILIES.items()}
    vote = vote_of(voted)
    named = names_a_record(seen, context)
    asked_outright = cues.LOG.search(seen.said.own) or stranger(seen, context)
    if vote and not named and isinstance(voted, LogActivity | UpdateDeal | ShowDeal) and not asked_outright:
        vote = (vote[0], VOTE / 3)
    unlikely = seen.likelihood(FAMILIES["guiding"]) < DOUBTFUL and not seen.kinds("product", "competitor")
    if vote and isinstance(voted, FindAid | AskLibrary) and unlikely:
        vote = ("guiding", VOTE / 3)
    if vote:
        shares[vote[0]] += vote[1]
    if context.draft and not seen.kinds("account") and seen.likelihood(("correct", "take_off", "discard")) >= LIKELY:
        shares["threads"] += VOTE
    if context.draft and not seen.kinds("account") and len(seen.said.own) <= SHORT:
        shares["threads"] += VOTE / 2 if context.draft.written else VOTE
    if seen.kinds("account", "deal") and "?" not in seen.said.own and len(seen.said.own) > LONG:
        shares["writing"] += VOTE / 2
    if seen.kinds("account") and BOTH.search(seen.said.own) and not w.interrogative(seen):
        shares["writing"] += VOTE
    if not seen.kinds("account", "deal") and (w.measures_something(seen) or w.interrogative(seen)):
        shares["asking"] += VOTE / 2
    if seen.kinds("account", "deal") and "?" not in seen.said.own and _ORDERS.search(seen.said.own):
        shares["writing"] += VOTE
    if ADVICE.search(seen.said.own) and (isinstance(voted, AskLibrary) or not named):
        shares["guiding"] += VOTE
    about_product = seen.kinds("product") and not named and not w.DEALS.search(seen.said.own)
    if about_product and isinstance(voted, AskLibrary) and seen.likeliest(seen.acts) == "changed":
        shares["guiding"] = shares["asking"] + VOTE
    if _SHOWS.search(seen.said.own) and (seen.kinds("account", "deal") or not isinstance(voted, FindAid | AskLibrary)):
        shares["asking"] += VOTE
    if not named and seen.likeliest(seen.acts) in {"forecast", "stage", "amount", "close", "owner"}:
        shares["writing"] /= 2
    if _TELLS.search(seen.said.own) and "?" not in seen.said.own:
        shares["writing"] += VOTE
    if topic_of(seen):
        shares["talking"] += 1
    if isinstance(voted, FindAid | AskLibrary) and seen.kinds("competitor") and not named:
        shares["guiding"] += VOTE
    if _ONLY_ASKS.fullmatch(seen.said.own) and not _ORDERS.search(seen.said.own):
        shares["writing"] -= VOTE
    if _ASKS_WITHIN.search(seen.said.own) and not isinstance(voted, LogActivity):
        shares["writing"] -= VOTE
        shares["asking"] += VOTE
    if _MADE_SO.search(seen.said.own) and seen.kinds("account", "deal") and not _ASKED_IN_CHINESE.search(seen.said.own):
        shares["writing"] += VOTE
    if _PREPARES.search(seen.said.own) and seen.kinds("account", "deal", "contact"):
        shares["planning"] += VOTE * 2
    if _OWN_RESULTS.search(seen.said.own) and not named:
        shares["asking"] += 3 * VOTE
    if _TO_COME.search(seen.said.own):
        shares["writing"] /= 8
    if OPENS_A_QUESTION.search(seen.said.own):
        shares["writing"] -= VOTE
    if _ASKED_IN_CHINESE.search(seen.said.own):
        shares["asking"] += VOTE / 2
        shares["writing"] -= VOTE if _ENDS_ASKING.search(seen.said.own) else VOTE / 2
    first, second = sorted(shares, key=lambda family: -shares[family])[:2]
    return first, shares[first] >= SURELY or shares[first] >= CLEARLY * shares[second]


def vote_of(voted: Command) -> tuple[Family, float] | None:
    if isinstance(voted, Unclear):
        return ("talking", VOTE / 2) if voted.reason == "hypothetical" else None
    family = TOLD.get(type(voted)) or ("writing" if type(voted).__name__.startswith("Create") else "guiding")
    return family, WEIGHTS.get(type(voted), VOTE)


def names_a_record(seen: Seen, context: Context) -> bool:
    return bool(seen.kinds("account", "deal", "contact")) or context.deal_in_thread
