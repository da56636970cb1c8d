"""Every sentence that the code names is there, in every language, and nothing of ours says more than a sentence."""

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter

import pytest

from bot.contract.phrases import aid_kinds, phrases
from bot.errors import BadRequest, CaddieError, Conflict, CrmRefused, CrmUnavailable, NotFound, OperatorError
from bot.handlers.guard import guarded
from knowledge.kinds import kinds
from tests.conftest import tree_of

ROOT = Path(__file__).parents[2]
SECOND, FIRST = {"phrase", "refuse"}, {"BadRequest", "NotFound", "Conflict", "Flaw"}
KEYWORD = {"Refusal", "NotUnderstood"}


def named() -> Iterator[tuple[str, str]]:
    """(name, where) of each sentence that is named in so many letters."""
    for folder in ("bot", "knowledge", "ingest"):
        for file in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(tree_of(file)):
                if not isinstance(node, ast.Call):
                    continue
                name = getattr(node.func, "id", getattr(node.func, "attr", ""))
                said = node.args[1:2] if name in SECOND else node.args[:1] if name in FIRST else []
                said += [k.value for k in node.keywords if k.arg == "say"] if name in KEYWORD else []
                for value in said:
                    for option in [value.body, value.orelse] if isinstance(value, ast.IfExp) else [value]:
                        if isinstance(option, ast.Constant) and isinstance(option.value, str):
                            yield option.value, f"{file.name}:{node.lineno}"


def test_every_sentence_that_the_code_names_is_there():
    found = dict(named())
    assert len(found) > 150
    assert not {name: where for name, where in found.items() if name not in phrases("en")}


def test_the_languages_have_the_same_sentences_with_the_same_gaps():
    english, chinese = phrases("en"), phrases("zh")
    assert english.keys() == chinese.keys()

    def gaps(text: str) -> set[str]:
        return {name for _, name, _, _ in Formatter().parse(text) if name}

    assert not {name for name in english if gaps(english[name]) != gaps(chinese[name])}


def test_every_kind_of_aid_has_its_model_and_its_texts():
    assert set(aid_kinds()) == set(kinds())


def leaves(kind: type[CaddieError]) -> list[type[CaddieError]]:
    below = [leaf for sub in kind.__subclasses__() for leaf in leaves(sub)]
    return below or [kind]


def test_the_tree_of_errors_is_the_one_that_is_drawn():
    import bot.errors

    for kind in (*leaves(CaddieError), OperatorError):
        assert f"── {kind.__name__}" in bot.errors.__doc__
        assert kind.__module__ == "bot.errors"


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("kind", leaves(CaddieError), ids=lambda kind: kind.__name__)
def test_no_error_of_ours_gets_past_a_handler(house, kind, language):
    from bot.contract.replies.notices import Refusal
    from bot.domain.audience import DIRECT
    from bot.handlers.turn import Turn
    from bot.views import render
    from tests.conftest import NOW

    made = {
        BadRequest: lambda: BadRequest("file_refused", BadRequest("file_empty"), name="a.md"),
        NotFound: lambda: NotFound("deal_gone"),
        Conflict: lambda: Conflict("changed_elsewhere"),
        CrmUnavailable: lambda: CrmUnavailable("socket closed"),
        CrmRefused: lambda: CrmRefused("It must be positive.", "amount"),
    }
    error = made.get(kind, lambda: kind("a sentence for the operator alone"))()
    turn = Turn(house.desk.organization.people["q05"], DIRECT, "t", NOW, house.desk, language)

    def fail() -> list:
        raise error

    (reply,) = guarded(fail, turn)
    assert isinstance(reply, Refusal)
    assert reply.audience == "ephemeral"
    text = render(reply).text
    assert "operator alone" not in text
    assert "socket closed" not in text
    assert str(error) not in text
