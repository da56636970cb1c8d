"""Every kind of reply with hostile and oversized content: Slack takes what is drawn, and outside words stay words."""

import importlib
import pkgutil
import re
import string
from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from io import StringIO
from itertools import cycle, islice
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
import yaml
from annotated_types import MinLen
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel
from rich.console import Console
from slack_sdk.models.blocks import Block

from bot.cli.terminal import show
from bot.contract import replies
from bot.contract.commands.talking import Topic
from bot.contract.phrases import FOLDER, aid_kinds, phrases
from bot.contract.replies.aids import AidsFound, Answer, Chain, ChainNode, FoundAid
from bot.contract.replies.base import Reply
from bot.contract.replies.cards import Change, LogForm
from bot.contract.replies.coaching import Document
from bot.contract.replies.digests import Schedules
from bot.contract.replies.notices import ChatText, Refusal
from bot.contract.replies.records import Found
from bot.contract.replies.reports import Home
from bot.domain.activities import ActivityKind
from bot.handlers.talking import FAMILIES
from bot.language.acts import FAMILY
from bot.pipeline.measures import MEASURES
from bot.playground.limits import block_problems, check_view
from bot.slack.outgoing.attachments import attachment
from bot.views import VIEWS, render
from bot.views.forms import modal

KINDS = sorted(VIEWS, key=lambda kind: kind.__name__)
WORDS = (
    "Globex",
    "",
    " ",
    "\n",
    "<!channel>",
    "<@U1> <!subteam^S1> <#C1|x>",
    "<https://evil.example|click>",
    "<mailto:a@b.c|m>",
    "&lt;!here&gt;",
    "&",
    "<",
    "a|b>c",
    "`x` ```\nfence",
    "*bold* ** _it_",
    "> q\n# h\n- a",
    "{words} %s",
    "\u202egnp\u200f\u200b",
    "👩‍👩‍👧:smile:",
    "Z̸̡̛a̵",
    "环球科技，第一期",
    "a\x00\x1bb\x0bc\u2028d",
    "@channel",
)
LIMITS = st.sampled_from((75, 76, 150, 151, 201, 256, 2000, 2001, 3000, 3001, 12_001, 60_000))
LONG = st.builds(
    lambda pad, word, most: ("x" * pad + word * most)[:most],
    st.integers(0, 5),
    st.sampled_from([w for w in WORDS if w]),
    LIMITS,
)
PLACES = {
    name: [field for _, field, _, _ in string.Formatter().parse(text) if field] for name, text in phrases("en").items()
}
COUNTS = [
    f"{name}_count"
    for name in ("open", "won", "lost", "shown", "up", "down", "asked", "gap", "people", "current", "unused", "stalled")
]
FIGURES = (
    "open_amount",
    "weighted_amount",
    "won_amount",
    "lost_amount",
    "quota",
    "coverage",
    "win_rate_count",
    "cycle_days_median",
    "velocity_per_day",
)
NUMBERS = st.sampled_from((0, 1, -1, 10**15, -(10**12)))
PLAIN = {
    str: st.sampled_from(WORDS) | LONG,
    bool: st.booleans(),
    int: NUMBERS,
    float: st.sampled_from((0.0, -0.5, 1e15)),
    date: st.sampled_from((date(2026, 2, 28), date.min, date.max)),
}
PLAIN |= {
    datetime: st.just(datetime(2026, 2, 28, 9, tzinfo=UTC)),
    Decimal: st.sampled_from([Decimal(d) for d in ("0", "-5.5", "0.001", "9999999999999.99", "1E+30")]),
}
OWN = {  # what no outside text can fill: names of phrases and aids, addresses, figures
    "language": st.sampled_from(("en", "zh")),
    "link": st.sampled_from((None, "https://crm.example/deal/1")),
    "metrics": st.sampled_from(
        [dict.fromkeys(COUNTS, n) | dict.fromkeys(FIGURES, f) for n in (0, 1, -1, 10**15) for f in (n, 0.333, None)]
    ),
    "Refusal.say": st.sampled_from(sorted(PLACES)),
    "Schedules.say": st.sampled_from(("schedule_created", "schedule_listed", "nudges_until")),
    "NotUnderstood.say": st.sampled_from(("unclear", "too_long")),
    "DealsFound.title": st.sampled_from(("", "nudge_title", "nothing_changes")),
    "Opening.name": st.sampled_from(("open", "won", "advanced", "slipped")),
    "DraftCard.missing": st.just(("stage", "close_date")),
    "Coaching.weakest": st.sampled_from((None, "pain")),
    "Schedule.timezone": st.sampled_from(("UTC", "Asia/Shanghai")),
    "locale": st.sampled_from(("en-US", "de-DE", "zh-CN", "en-IN")),
    "PipelineReport.measures": st.sampled_from(((), MEASURES)),
    "PipelineReport.by": st.sampled_from(((), ("rep",), ("loss_reason", "month"))),
    "RestsOn.field": st.sampled_from((None, "amount")),
    "PipelineReport.others": st.just({"EUR": {"amount": 1.0, "average_amount": None}}),
    "AccountsFound.say": st.sampled_from(("accounts_found", "accounts_without_deal", "accounts_untouched")),
    "ContactsFound.say": st.just("contacts_found"),
    "PeopleFound.say": st.sampled_from(("people_found", "people_silent")),
    "ActivitiesFound.say": st.just("activities_found"),
    "ActivityRow.kind": st.sampled_from([kind.value for kind in ActivityKind]),
    "ChatText.say": st.sampled_from([f"chat_{topic}" for topic in get_args(Topic)]),
    "Meant.label": st.sampled_from([text for name, text in phrases("en").items() if name.startswith("act_")]),
    "Meant.id": st.sampled_from(sorted(FAMILY)),
    "Offer.value": st.sampled_from(("190000", "5.50")),
    "AidForm.aid": st.sampled_from(list(aid_kinds())),
    "HelpText.topics": st.lists(
        st.tuples(st.sampled_from(FAMILIES), st.lists(st.sampled_from(WORDS), min_size=1, max_size=9).map(tuple)),
        max_size=6,
    ).map(tuple),
} | {f"{model}.kind": st.sampled_from((*aid_kinds(), "document")) for model in ("FoundAid", "Source", "Nearest")}


def of(hint: Any, where: str, least: int = 0) -> st.SearchStrategy[Any]:
    """Values for a type; a list repeats few entries, or drawing three hundred would take all the time."""
    inner, own = get_args(hint), next((OWN[key] for key in (where, where.split(".")[1]) if key in OWN), None)
    if own is not None:
        return own
    match get_origin(hint) or hint:
        case o if o in (Annotated, Literal):
            return of(inner[0], where) if o is Annotated else st.sampled_from(inner)
        case o if o in (Union, UnionType):
            return st.one_of(*(st.none() if part is type(None) else of(part, where) for part in inner))
        case o if o is tuple and inner[1] is ...:
            few = st.lists(of(inner[0], where), min_size=1, max_size=2)
            return st.builds(
                lambda some, n: tuple(islice(cycle(some), n)),
                few,
                st.sampled_from([n for n in (0, 1, 2, 60, 300) if n >= least]),
            )
        case o if o is tuple:
            return st.tuples(*(of(part, where) for part in inner))
        case o if o is dict:
            return st.fixed_dictionaries(
                {
                    key: of(inner[1], where)
                    for key in (("pain", "urgency") if where == "Coaching.factors" else ("EUR", "USD"))
                }
            )
        case o if issubclass(o, BaseModel):
            return drawn(o)
    return PLAIN[hint] if hint in PLAIN else st.sampled_from(list(hint))


def drawn(model: type[BaseModel]) -> st.SearchStrategy[Any]:
    least = {
        name: next((m.min_length for m in f.metadata if isinstance(m, MinLen)), 0)
        for name, f in model.model_fields.items()
    }
    return st.builds(
        model,
        **{name: of(f.annotation, f"{model.__name__}.{name}", least[name]) for name, f in model.model_fields.items()},
    ).map(sound)


def sound(made: Any) -> Any:
    """Amounts as the CRM writes them, and every place of a phrase filled."""
    if isinstance(made, Change) and made.field == "amount":
        return made.model_copy(update={"old": "-5.50", "new": "9999999999999.99"})
    if isinstance(made, Refusal | Schedules | ChatText | Found):
        filled = dict.fromkeys(
            [p for p in PLACES[made.say] if p != "n" or not isinstance(made, Found)], made.values["EUR"]
        )
        return made.model_copy(update={"values": filled})
    return made


def objects(found: Any, kinds: set[str]) -> Iterator[dict[str, Any]]:
    if isinstance(found, dict) and found.get("type") in kinds:
        yield found
    for value in found.values() if isinstance(found, dict) else found if isinstance(found, list) else ():
        yield from objects(value, kinds)


def problems(blocks: list[dict[str, Any]], link: str | None) -> Iterator[str]:
    """What Slack's own models, our stand-in, and neither of them would refuse."""
    yield from (
        re.sub(r" \[json-pointer.*", "", problem)
        for problem in block_problems([block for block in blocks if block["type"] != "input"])
    )
    for block in Block.parse_all(blocks):
        block.validate_json()
    texts = list(objects(blocks, {"mrkdwn", "plain_text"}))
    ids = [
        found["action_id"] for found in objects(blocks, {"button", "static_select", "plain_text_input", "datepicker"})
    ]
    yield from ["an action_id stands twice"] * (len(ids) > len(set(ids)))
    yield from ["msg_blocks_too_long: more than 12,000 characters in all blocks"] * (
        sum(len(text["text"]) for text in texts) > 12_000
    )
    yield from (f"nothing to read in a {text['type']}" for text in texts if not text["text"].strip())
    for text in objects(blocks, {"mrkdwn"}):
        rest = re.sub(rf"<{re.escape(link or 'none')}\|[^<>]*>", "", text["text"].replace("\n", " "))
        yield from (
            f"not escaped or cut in half: {found!r}"
            for found in re.findall(r"<.{0,9}|&(?!(?:amp|lt|gt);).{0,2}", rest)[:1]
        )


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_slack_takes_what_is_drawn_and_outside_words_stay_words(kind):
    found: set[str] = set()

    @settings(
        max_examples=70,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(drawn(kind))
    def tried(reply: Reply) -> None:
        try:
            view = render(reply)
            found.update(
                problems(
                    view.blocks,
                    "https://crm.example/deal/1" if isinstance(reply, Home) else getattr(reply, "link", None),
                )
            )
            found.update(
                f"notification: {told!r}"
                for told in re.findall(r"<[!@#\w]|\x1b", view.text[:3900]) or ([] if view.text.strip() else ["empty"])
            )
            if isinstance(reply, LogForm):
                form = modal(reply, {"ref": "d" * 64, "channel": "C0", "ts": "1700000000.000100"})
                found.update(f"form: {problem}" for problem in problems(form["blocks"], None))
                check_view(form)
        except Exception as error:  # all that goes wrong is told at once
            found.add(f"{type(error).__name__}: {error} {getattr(error, 'messages', '')}"[:120])

    tried()
    assert not found, "\n".join(sorted(found))


@pytest.mark.filterwarnings("ignore:Glyph")
@pytest.mark.parametrize(
    "words", ["a\x08b\x00", "costs $5m, 30% of the $16m budget", "[/b] [link=https://evil.example]"]
)
def test_files_and_the_terminal_take_any_words(words, tmp_path):
    chain = Chain(title=words, nodes=(ChainNode(id="a", role=words, pain=words),), edges=(), alt=words)
    aid = FoundAid(id="a", kind="pain_chain", title=words, version=1, score=1, why=words, chain=chain)
    assert all(
        attachment(reply, tmp_path)
        for reply in (Document(title=words, markdown=f"# t\n- {words}"), AidsFound(aids=(aid,)))
    )
    shown = StringIO()
    show((Answer(prose=words),), Console(file=shown, width=200))
    assert "[" not in words or words in shown.getvalue()


def concrete(kind: type[Reply]) -> Iterator[type[Reply]]:
    """The kinds of reply that are drawn: those that no other one extends."""
    for one in kind.__subclasses__():
        yield from concrete(one) if one.__subclasses__() else [one]


def test_no_kind_is_forgotten_and_no_phrase_stands_twice():
    for module in pkgutil.iter_modules(replies.__path__):
        importlib.import_module(f"{replies.__name__}.{module.name}")
    assert set(concrete(Reply)) == set(KINDS)
    for file in FOLDER.glob("phrases.*.yaml"):
        names = [key.value for key, _ in yaml.compose(file.read_text(encoding="utf-8")).value]
        assert not {name for name in names if names.count(name) > 1}
