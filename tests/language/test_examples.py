"""The annotated messages are read as what they say they mean, and help shows them to those for whom they are."""

import pytest

from bot.contract.message import Message
from bot.domain.audience import DIRECT
from bot.handlers.registry import COMMANDS
from bot.language.examples import examples
from tests.conftest import NOW, Talk

EVERY = [
    (language, family, one)
    for language in ("en", "zh")
    for family, listed in examples(language).items()
    for one in listed
]
ASKER = {"manager": "solomon", "marketing": "imogen", None: "tamsin"}


@pytest.mark.parametrize(("language", "family", "example"), EVERY, ids=lambda v: getattr(v, "say", v))
def test_an_example_is_read_as_its_command(house, language, family, example):
    person = f"{ASKER[example.role]}@quayline.example"
    if example.after:
        Talk(house, ASKER[example.role]).say(example.after)
    understood = house.caddie.understand(Message(example.say, person, DIRECT, "t", NOW))
    assert [type(command).__name__ for command in understood][:1] == [example.means]
    assert COMMANDS[example.means].family() == family


def test_every_command_has_an_example():
    # what needs an open question, and what is no request, is shown in the conversations
    spoken = set(COMMANDS) - {"AnswerQuestion", "Unsupported", "Unclear"}
    assert {one.means for _, _, one in EVERY} == spoken


@pytest.mark.parametrize(
    ("who", "knows", "not_"),
    [("tamsin", "my pipeline", "my team"), ("solomon", "my team", "blank form"), ("imogen", "blank form", "my team")],
)
def test_help_shows_what_is_for_the_asker(house, who, knows, not_):
    from bot.views import render

    (reply,) = Talk(house, who).say("help").replies
    text = render(reply).text
    assert knows in text
    assert not_ not in text
