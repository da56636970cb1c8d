"""The reader without a language model: what the examples teach and what the patterns read, and a judge between them."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.contract.commands.asking import ListDeals, ShowDeal, SummarizePipeline
from bot.contract.commands.base import Command, DealChanges
from bot.contract.commands.coaching import CoachDeal, CoachPerson
from bot.contract.commands.digests import CancelSchedule, ListSchedules, SnoozeNudges
from bot.contract.commands.guiding import AskLibrary, FindAid, FollowAid, ReportAids
from bot.contract.commands.planning import WritePlan
from bot.contract.commands.talking import Chat, Help, Meaning, PossibleReading, Unclear, Unsupported
from bot.contract.commands.writing import (
    AnswerQuestion,
    ChangeMany,
    ConfirmDraft,
    CorrectDraft,
    DiscardDraft,
    LogActivity,
    Undo,
    UpdateDeal,
)
from bot.domain.text import worded
from bot.language.acts import FAMILIES, FAMILY, Family
from bot.language.context import LONGEST, Context, Said, prepare
from bot.language.reader import Reading
from bot.language.reading import correcting
from bot.language.reading.family import (
    ADVICE,
    BOTH,
    OPENS_A_QUESTION,
    TOLD,
    family_of,
    names_a_record,
    possible,
    vote_of,
)
from bot.language.reading.questions import several
from bot.language.reading.questions import words as w
from bot.language.reading.questions.conditions import about, filter_of, stranger
from bot.language.reading.questions.facts import read_fact
from bot.language.reading.questions.question import impossible, read_question, with_left_out
from bot.language.reading.questions.summaries import VIEWS
from bot.language.reading.seen import LIKELY, SURE, Seen, see
from bot.language.reading.talking import read_talk, topic_of
from bot.language.reading.telling.cards import read_telling
from bot.language.rules.aids import kind_asked_for
from bot.language.rules.creating import read_new_account, read_new_contact, read_new_customer, read_new_deal
from bot.language.rules.filters import deal_words
from bot.language.rules.reader import OFFLINE, RuleReader
from bot.language.trained.model import Model

DISCARDS = 0.3
_NOT_TO_KEEP = worded(
    r"\b(?:leave|keep) (?:it|this|that|him|her|them) out of (?:the )?(?:crm|system|records?)\b"
    r"|\b(?:don'?t|do not|dont|no need to) (?:log|record|note|write|save|put) (?:this|that|it|anything)\b"
    r"|\boff the record\b|\bbetween (?:us|you and me)\b|别(?:记|录|写)(?:下来|进去|了)?|不(?:用|要)(?:记|录)",
    re.I,
)
"""What a person says is not to be kept is not kept, whatever else the message holds."""
_THROWN_AWAY = worded(
    r"\W*(?:nvm|never ?mind|scratch (?:that|it)|forget (?:it|that|about it)|discard(?: (?:it|that))?"
    r"|cancel(?: (?:it|that))?"
    r"|throw (?:it|that) away|算了(?:吧)?|不用了|取消|别记了)\W*",
    re.I,
)
_DELETES = worded(
    r"^\W*(?:please |pls |can you |could you )?(?:delete|erase|wipe)\b|^(?:请|帮我"
    r"|把)?.{0,12}(?:删除|删掉|删了)",
    re.I,
)


class JudgedReader:
    """A Reader and a NotesReader."""

    def __init__(self, model: Model, rules: RuleReader) -> None:
        self._model, self._rules = model, rules
        self.notes, self.shared, self.transcript = rules.notes, rules.shared, rules.transcript

    def read(self, message: str, context: Context) -> Reading:
        return Reading(tuple(self._commands(message, context)), OFFLINE)

    def _commands(self, message: str, context: Context) -> list[Command]:
        said = prepare(message)
        by_rules = list(self._rules.read(message, context).commands)
        if not any(c.isalnum() for c in said.text):
            return [Help()] if "?" in said.text or "？" in said.text else [Unclear(reason="empty")]
        if _NOT_TO_KEEP.search(said.own):
            return [Chat(topic="private")]
        if context.draft is not None and not context.draft.written and _THROWN_AWAY.fullmatch(said.own):
            return [DiscardDraft()]
        if _DELETES.match(said.own):
            return [Unsupported(what="delete")]
        decided = isinstance(by_rules[0], Unsupported) and by_rules[0].what == "minus"
        if len(said.text) > LONGEST or isinstance(by_rules[0], Undo | Help) or decided:
            return by_rules
        seen = possible(see(said, context, self._model), context)
        return (
            self._questions(seen, context)
            or self._told_and_asked(said, context)
            or self._of_family(seen, by_rules, context)
        )

    def _questions(self, seen: Seen, context: Context) -> list[Command]:
        """The questions of a message that asks for several things about the records; none where it is one."""
        parts = several.parts_of(seen)
        if len(parts) < 2:
            return []
        read = [command for said in parts for command in self._alone(said, context)]
        return read if several.all_asked(read) else []

    def _told_and_asked(self, said: Said, context: Context) -> list[Command]:
        """The answer to what a report asks beside, then its card."""
        both = several.told_and_asked(said, context) if context.draft is None and context.question is None else None
        if both is None:
            return []
        told, asked = (self._alone(one, context) for one in both)
        written = all(isinstance(one, LogActivity | UpdateDeal) for one in told)
        return [*asked, *told] if written and several.all_asked(asked) else []

    def _alone(self, said: Said, context: Context) -> list[Command]:
        """A part of a message read as if it were all."""
        seen = possible(see(said, context, self._model), context)
        return self._of_family(seen, list(self._rules.read(said.text, context).commands), context)

    def _of_family(self, seen: Seen, by_rules: list[Command], context: Context) -> list[Command]:
        family, clear = family_of(seen, by_rules[0], context)
        if not clear and not names_a_record(seen, context):
            return [_unsure(seen, context)]
        return READ[family](seen, by_rules, context)


def _unsure(seen: Seen, context: Context) -> Command:
    """The three likeliest readings where nothing is sure."""
    readings: list[PossibleReading] = []
    for act in sorted(seen.acts, key=lambda act: -seen.acts[act])[:3]:
        only = replace(seen, acts={act: 1.0})
        command = READ[FAMILY[act]](only, [Unclear()], context)[0]
        if not isinstance(command, Unclear | Meaning):
            fields = command.model_dump(mode="json")
            readings.append(PossibleReading(act=act, command=type(command).__name__, fields=fields))
    return Meaning(readings=tuple(readings), words=seen.said.text) if readings else Unclear()


_EACH = worded(r"\b(?:both|all (?:two|three|four|five|\d|of them)|each|them all)\b|都", re.I)


def _for_several(told: list[Command], seen: Seen) -> list[Command]:
    """One change told of several accounts, or of all deals of one: `put both to feb 28`."""
    one = told[0] if len(told) == 1 else None
    if not isinstance(one, LogActivity | UpdateDeal) or one.changes.empty:
        return []
    accounts = list(dict.fromkeys(p.words for p in seen.kinds("account")))
    if len(accounts) > 1 and _EACH.search(seen.said.own):
        return [one.model_copy(update={"deal": words}) for words in accounts]
    if BOTH.search(seen.said.own):
        return [ChangeMany(words=seen.said.text, selection=ListDeals(deal=one.deal), changes=one.changes)]
    return []


def _write(seen: Seen, by_rules: list[Command], context: Context) -> list[Command]:
    first = by_rules[0]
    if isinstance(first, ChangeMany) or type(first).__name__.startswith("Create"):
        return by_rules
    customer = read_new_customer(seen.said, context)
    if customer:
        return [customer]
    act = seen.likeliest(("new_deal", "new_account", "new_contact"))
    if seen.acts.get(act, 0) >= LIKELY:
        made = {"new_deal": read_new_deal, "new_account": read_new_account, "new_contact": read_new_contact}[act](
            seen.said, context
        )
        if made:
            return [made]
    if context.draft is not None and isinstance(first, CorrectDraft) and not seen.kinds("account"):
        return _thread(seen, by_rules, context)
    told = read_telling(seen, context)
    several = _for_several(told, seen)
    if several:
        return several
    return told or ([first] if not isinstance(first, Unclear | AskLibrary) else [UpdateDeal(changes=DealChanges())])


def _thread(seen: Seen, by_rules: list[Command], context: Context) -> list[Command]:
    first = by_rules[0]
    act = seen.likeliest(FAMILIES["threads"])
    sure = seen.acts.get(act, 0) >= LIKELY
    if act == "undo" and seen.acts[act] >= SURE and "?" not in seen.said.own:
        return [Undo()]
    if act == "confirm" and sure:
        return [ConfirmDraft()]
    if act == "discard" and seen.acts[act] >= DISCARDS:
        return [DiscardDraft()]
    if act == "answer" and context.question is not None:
        return [AnswerQuestion(words=seen.said.text)]
    if act == "same_for" and sure and (same := correcting.read_same(seen, context)):
        return [same]
    if act == "narrow" and isinstance(first, SummarizePipeline | ListDeals):
        return by_rules
    if context.draft is not None:
        read = correcting.read_taken_off if act == "take_off" else correcting.read_correction
        found = read(seen, context)
        if found:
            return [found]
    if TOLD.get(type(first)) == "threads":
        return by_rules
    return _next(seen, by_rules, context, "threads")


def _next(seen: Seen, by_rules: list[Command], context: Context, tried: Family) -> list[Command]:
    """The second likeliest family, where the likeliest makes nothing of the message."""
    rest: dict[Family, float] = {
        f: seen.likelihood(acts) for f, acts in FAMILIES.items() if f not in {tried, "threads"}
    }
    if OPENS_A_QUESTION.search(seen.said.own):
        rest.pop("writing", None)
    vote = vote_of(by_rules[0])
    if vote and vote[0] in rest:
        rest[vote[0]] += vote[1]
    return READ[max(rest, key=lambda f: rest[f])](seen, by_rules, context)


def _ask(seen: Seen, by_rules: list[Command], context: Context) -> list[Command]:
    return [one for asked in _question(seen, by_rules, context) for one in several.beside(asked, seen, context)]


def _question(seen: Seen, by_rules: list[Command], context: Context) -> list[Command]:
    first = by_rules[0]
    act = seen.likeliest(FAMILIES["asking"])
    cannot = impossible(seen, act)
    if cannot:
        return [cannot]
    if isinstance(first, SummarizePipeline) and (VIEWS.get(act) == "conversion" or first.whose):
        meant = filter_of(seen, context).get("whose", "")
        first = first.model_copy(update={"whose": meant or (first.whose and stranger(seen, context))})
        by_rules = [first]
        if VIEWS.get(act) == "conversion":
            return [read_question(seen, act, context)]
    if w.ONE.search(seen.said.own) and act in {"status", "list", "fact", "rank", "number", "summary"}:
        return [with_left_out(read_question(seen, "list", context), seen)]
    if isinstance(first, ShowDeal) and act in {"list", "status", "activity"} and not w.names_activities(seen):
        return by_rules
    if isinstance(first, ListDeals):
        conditioned = first.min_pushes is not None or first.finding is not None
        if act in ({"list", "changed", "hygiene"} if conditioned else {"list"}) and seen.acts.get(act, 0) < SURE:
            return by_rules
    if isinstance(first, SummarizePipeline) and first.view == "hygiene" and act == "priorities":
        return by_rules
    if act in {"compare", "summary"} and w.names_a_measure(seen):
        return [with_left_out(read_question(seen, "number", context), seen)]
    if w.EACH.search(seen.said.own) and w.names_a_measure(seen):
        return [with_left_out(read_question(seen, "number", context), seen)]
    counted = _HOW_MANY.search(seen.said.own) and (w.DEALS.search(seen.said.own) or seen.of("versus"))
    if isinstance(first, SummarizePipeline) and act in {"number", "list", "compare"} and counted:
        return [with_left_out(read_question(seen, "list" if act == "list" else "number", context), seen)]
    if isinstance(first, SummarizePipeline) and w.WHICH_DEALS.search(seen.said.own) and not w.broken_down(seen):
        return [with_left_out(read_question(seen, "list", context), seen)]
    of_the_whole = not w.names_a_measure(seen) and not w.broken_down(seen)
    unsure = act in {"number", "list"} and seen.acts[act] < SURE
    if isinstance(first, SummarizePipeline) and of_the_whole and (unsure or (first.by and act == "number")):
        return by_rules
    if isinstance(first, SummarizePipeline) and act in VIEWS and not w.broken_down(seen):
        view = VIEWS[act]
        if view == "forecast" and first.view == "summary":
            return [read_question(seen, act, context)]
        return [first if first.view != "summary" or view == "summary" else first.model_copy(update={"view": view})]
    return [with_left_out(read_question(seen, act, context), seen)]


_HOW_MANY = worded(r"\bhow (?:many|much)\b|\bnumber of\b|多少(?:个|单)|几(?:个|单)", re.I)


def _coach(seen: Seen, by_rules: list[Command], context: Context) -> list[Command]:
    if TOLD.get(type(by_rules[0])) == "coaching":
        return by_rules
    if seen.likeliest(FAMILIES["coaching"]) == "coach_person":
        return [CoachPerson(whose=filter_of(seen, context).get("whose", ""))]
    if not names_a_record(seen, context):
        return _next(seen, by_rules, context, "coaching")
    return [CoachDeal(deal=about(seen, context))]


def _plan(seen: Seen, by_rules: list[Command], context: Context) -> list[Command]:
    act = seen.likeliest(FAMILIES["planning"])
    colleague = seen.kinds("colleague") and not seen.kinds("account", "deal", "contact")
    if act == "brief" and colleague:
        return [CoachPerson(whose=seen.kinds("colleague")[0].words)]
    if isinstance(by_rules[0], WritePlan):
        return by_rules
    whom = filter_of(seen, context).get("whose", "") if act == "territory_plan" else about(seen, context)
    return [WritePlan.model_validate({"plan": act.removesuffix("_plan"), "about": whom})]


_HOW_TO = worded(r"^\W*(?:how (?:do|can|could|would|to)|is there a way)\b|怎么(?:设置|让|弄)|如何", re.I)


def _digest(seen: Seen, by_rules: list[Command], context: Context) -> list[Command]:
    if not _HOW_TO.search(seen.said.own) and TOLD.get(type(by_rules[0])) == "digests":
        return by_rules
    if _HOW_TO.search(seen.said.own):
        return [Chat(topic="how_to")]
    match seen.likeliest(FAMILIES["digests"]):
        case "schedules":
            return [ListSchedules()]
        case "unschedule":
            return [CancelSchedule(words=seen.said.text)]
        case "unsnooze":
            return [SnoozeNudges(on=True)]
        case "snooze":
            return [SnoozeNudges()]
        case _:
            return [Unsupported(what="schedule_when")]


def _guide(seen: Seen, by_rules: list[Command], context: Context) -> list[Command]:
    first = by_rules[0]
    act = seen.likeliest(FAMILIES["guiding"])
    missing = w.absent(seen, "number" if _FIGURE.search(seen.said.own) else "summary")
    if missing and not isinstance(first, FindAid):
        return [Unsupported(what="field", words=missing)]
    if seen.kinds("product") and _PRICE_ASKED.search(seen.said.own) and not seen.kinds("account", "deal"):
        return [read_fact(seen, context)]
    likely = seen.likelihood(FAMILIES["guiding"]) >= LIKELY or ADVICE.search(seen.said.own)
    about_records = seen.kinds("account", "deal") and not likely
    if about_records and isinstance(first, AskLibrary | Unclear):
        return _next(seen, [Unclear()], context, "guiding")
    if act in {"report_aids", "aid"} and _RUNS_OUT.search(seen.said.own):
        return [ReportAids()]
    read = TOLD.get(type(first), "guiding") == "guiding" and not isinstance(first, Unclear)
    if read and not (isinstance(first, AskLibrary) and act == "aid"):
        return by_rules
    if act == "report_aids":
        return [ReportAids()]
    if act == "follow_aid" and context.aids_in_thread:
        return [FollowAid(words=seen.said.text)]
    kind = kind_asked_for(seen.said.own)
    if act == "aid" and kind:
        return [FindAid(kind=kind, words=seen.said.text, deal=deal_words(seen.said.own, context))]
    return [AskLibrary(question=seen.said.text)]


_FIGURE = worded(r"\b(?:avg|average|mean|median|total|how (?:much|many))\b|平均|多少|总共", re.I)
_PRICE_ASKED = worded(
    r"^\W*(?:what(?:'s|s| is| are)? )?(?:the )?(?:list )?(?:price|pricing|cost)s?(?: list)? (?:of|for)\b"
    r"|^\W*(?:what (?:does|do|would)|how much (?:is|are|does|do|for))\b.*(?:cost|\bis\b|\bare\b|\bfor\b)|多少钱|价格是",
    re.I,
)
_RUNS_OUT = worded(r"\b(?:run(?:s|ning)? out|expir\w+|out ?dated|out of date|lapse)\b|过期|到期|失效", re.I)


def _talk(seen: Seen, by_rules: list[Command], context: Context) -> list[Command]:
    if isinstance(by_rules[0], Help | Unsupported) and topic_of(seen) is None:
        return by_rules
    command = read_talk(seen, context)
    if command is not None:
        return [command]
    if names_a_record(seen, context):
        return _next(seen, by_rules, context, "talking")
    return [_unsure(seen, context)]


READ: Mapping[Family, Callable[[Seen, list[Command], Context], list[Command]]] = {
    "writing": _write, "threads": _thread, "asking": _ask, "coaching": _coach, "planning": _plan,
    "digests": _digest, "guiding": _guide, "talking": _talk,
}  # fmt: skip
