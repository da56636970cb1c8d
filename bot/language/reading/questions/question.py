"""Which question a message asks, by the act that it is and by what its words can only mean."""

import re
from collections.abc import Iterator

from bot.contract.commands.asking import AskRecords, ListDeals, Prioritize, ShowDeal, SummarizePipeline
from bot.contract.commands.base import Command
from bot.contract.commands.talking import Unsupported
from bot.domain.text import worded
from bot.language.context import Context
from bot.language.lexicon import vocabulary
from bot.language.reading.questions import words as w
from bot.language.reading.questions.conditions import about, bounds_of, filter_of, stranger, when_of
from bot.language.reading.questions.facts import asks_for_others, asks_how_long, read_fact
from bot.language.reading.questions.figures import read_activity, read_figures
from bot.language.reading.questions.lists import read_list
from bot.language.reading.questions.summaries import VIEWS, read_summary, read_supposed
from bot.language.reading.seen import Seen
from bot.language.spans.dates import impossible_date

_CONVERTED = worded(
    r"\b(?:convert\w*|exchange rate)\b|\bcny\b.{0,20}\bin usd\b|\busd\b.{0,20}\bin (?:cny|rmb|eur)\b|换算|折合", re.I
)


def read_question(seen: Seen, act: str, context: Context) -> Command:
    """The command of a question."""
    if asks_how_long(seen) or (asks_for_others(seen) and act != "list"):
        return read_fact(seen, context)
    match _meant(seen, act, context):
        case "fact":
            return read_fact(seen, context)
        case "status":
            return ShowDeal(deal=about(seen, context))
        case "activity":
            return read_activity(seen, context, ranked=act == "rank")
        case "priorities":
            return Prioritize(whose=filter_of(seen, context).get("whose", ""))
        case "what_if":
            return read_supposed(seen, context)
        case "number" | "rank" as measured:
            return read_figures(seen, measured, context)
        case "list":
            return read_list(seen, context)
        case other:
            return read_summary(seen, other, context)


def _meant(seen: Seen, act: str, context: Context) -> str:
    """The act, where its words leave no other room the one that they can only mean."""
    text = w.text_of(seen)
    measures = w.measures_said(text)
    records = seen.kinds("account", "deal", "contact")
    if act != "what_if" and w.meanings("subjects", text).keys() & {"people"} and bounds_of(seen, measures):
        return "rank"
    if w.SORTED.search(text) and act in {"list", "number", "status", "summary"} and not w.names_a_measure(seen):
        return "list"
    if (
        act in {"changed", "summary", "number", "compare"}
        and w.WHICH_DEALS.search(text)
        and not set(measures) - w.GENERIC
    ):
        return "list"
    finding = filter_of(seen, context).get("finding")
    if act in {"fact", "list", "status"} and finding and not seen.kinds("account", "deal", "contact"):
        return "list"
    if w.LOSES.search(text) and w.reasons_said(text) > 1 and w.INTERROGATES.search(text):
        return "number"
    subjects = w.meanings("subjects", text).keys()
    done = w.names_activities(seen) or (vocabulary("lacking")["activity"].search(text) and subjects)
    if act in {"status", "list", "fact"} and done and not records and not w.DEALS.search(text):
        return "activity"
    if re.search(r"如果|要是|假如|的话", text) and act not in {"what_if", "priorities"}:
        return "what_if"
    if act == "number" and set(measures) <= {"count", "amount"} and re.search(r"\bwhich\b|哪些|哪几", text, re.I):
        return "list"
    if act in VIEWS and w.names_a_measure(seen) and w.dimensions_said(text):
        return "number"
    if act in {"list", "summary", "changed", "compare", "outlook"} and w.broken_down(seen):
        return "number"
    if act in {"status", "fact"} and w.ONE.search(text):
        return "list"
    ended = w.meanings("states", text).keys() & {"won", "lost"}
    if (
        act in {"status", "fact"}
        and ended
        and (w.EVER.search(text) or re.search(r"\banything\b|几单|多少", text, re.I))
    ):
        return "number" if w.counts_activities(text) or w.EVER.search(text) else "list"
    if act == "status" and not records and not stranger(seen, context):
        return "list" if w.DEALS.search(text) else "summary"
    if act == "priorities" and (w.WHY.search(text) or ended):
        return "number"
    if act == "priorities" and w.DEALS.search(text) and when_of(seen, "open", context)["period_from"]:
        return "list"
    if act in {"changed", "number", "summary"} and w.MOVED_BACK.search(text):
        return "list"
    if act in {"changed", "fact", "number"} and w.CLOSED.search(text) and not measures:
        return "list"
    return act


def impossible(seen: Seen, act: str) -> Command | None:
    """What a question asks for that no record holds and nothing here works out."""
    never = impossible_date(seen.said.own)
    if never:
        return Unsupported(what="condition", words=never)
    absent = w.absent(seen, act)
    if absent:
        return Unsupported(what="field", words=absent)
    limits = [word for word, limiting in w.unread(seen) if limiting]
    if limits and act in {"list", "number", "rank"} and not seen.kinds("account", "deal"):
        return Unsupported(what="condition", words=limits[0])
    return Unsupported(what="convert") if _CONVERTED.search(seen.said.own) else None


def with_left_out(command: Command, seen: Seen) -> Command:
    """The question with the words that it does not hold, to be told with the answer."""
    if not isinstance(command, AskRecords | ListDeals | SummarizePipeline):
        return command
    words = (*command.left_out, *(word for word, _ in w.unread(seen)), *_unheld(command, seen))
    return command.model_copy(update={"left_out": tuple(dict.fromkeys(words))[:LEFT_OUT_MOST]}) if words else command


def _unheld(command: AskRecords | ListDeals | SummarizePipeline, seen: Seen) -> Iterator[str]:
    """Values and names that stand in a question and in no field of its command; what it excludes likewise."""
    held = command.model_dump(exclude_defaults=True, exclude={"left_out"})
    text = " ".join(map(str, held.values())).casefold()
    for part in seen.parts:
        match part.place.kind:
            case "money" if not held.keys() & {"min_amount", "max_amount", "below", "above"}:
                yield part.words
            case "date" if part.part in {"period", "until"} and not any(_OF_TIME.search(name) for name in held):
                yield part.words
            case "stage" if str(part.place.value).casefold() not in text and part.part == "in_stage":
                yield part.words
            case "industry" if "industry" not in held and "industry" not in (held.get("by") or ()):
                yield part.words
            case "product" | "region" | "colleague" if part.words.casefold() not in text and part.part != "other":
                yield part.words
    hit = _EXCLUDED.search(seen.said.own)
    if hit and not held.keys() & EXCLUDES:
        yield hit.group().strip()


EXCLUDES = frozenset({"not_stages", "not_forecast", "lacking", "finding", "min_days_quiet", "max_amount", "below"})
"""The fields that hold what a question excludes."""
LEFT_OUT_MOST = 4
_OF_TIME = re.compile(r"_from$|_to$|days")
_EXCLUDED = worded(
    r"\b(?:never|besides|other than|except|excluding|without|nobody)\b(?: \w+){1,3}"
    r"|(?:除了|不含)[\u4e00-\u9fff]{1,6}",
    re.I,
)
