"""The annotated messages are sound, the model was trained on them, and help shows them to those for whom they are."""

import re

import pytest

from bot.contract.message import Message
from bot.domain.audience import DIRECT
from bot.handlers.registry import COMMANDS
from bot.language.acts import FAMILIES, FAMILY
from bot.language.examples import Example, every, examples
from bot.language.trained.features import of_message
from bot.language.trained.fitting import NAME_OF, PARTS, as_read, fingerprint, fitted
from bot.language.trained.model import MODEL, Model, trained
from tests.conftest import NOW, Talk

EVERY = list(every())
ASKER = {"manager": "solomon", "marketing": "imogen", None: "tamsin"}
MARKS = {*NAME_OF, "whose", "step", "reason", "name", "title", "email", "phone", "source"} | {
    part for parts in PARTS.values() for part in parts
}


def test_every_example_says_what_it_does_in_words_that_the_guide_knows():
    for family, language, one in EVERY:
        assert one.acts, one.say
        assert set(one.acts) <= FAMILY.keys(), one.say
        assert {mark.role for mark in one.marks} <= MARKS, one.say
        assert "](" not in one.text, f"{family} {language}: {one.say}"
        assert bool(re.search("[\u4e00-\u9fff]", one.text)) == (language == "zh"), one.say


def test_every_act_has_examples_in_both_languages():
    for language in ("en", "zh"):
        acts = {act for _, of, one in EVERY if of == language for act in one.acts}
        assert not FAMILY.keys() - acts


def test_the_model_was_trained_on_these_very_examples():
    learned = [one for _, _, one in EVERY if not one.set_aside]
    assert trained().examples == fingerprint(learned), "run python -m bot train"
    assert {act for acts in FAMILIES.values() for act in acts} == set(trained().acts.labels)


def test_what_was_set_aside_is_understood_for_the_most_part():
    right = family = of = 0
    for _, _, one in EVERY:
        if one.set_aside:
            said = trained().acts(of_message(as_read(one).tokens, one.thread))
            best = max(said, key=lambda act: said[act])
            of, right, family = (
                of + 1,
                right + (best in one.acts),
                family + (FAMILY[best] in {FAMILY[a] for a in one.acts}),
            )
    assert of > 1000
    assert right / of > 0.79
    assert family / of > 0.90


def test_the_same_examples_make_the_same_model(tmp_path):
    few = [one for _, _, one in EVERY if not one.set_aside][::12]
    fitted(few).save(tmp_path / "a.zip")
    fitted(few).save(tmp_path / "b.zip")
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()
    kept = Model.read(tmp_path / "a.zip")
    said = kept.acts(of_message(as_read(few[0]).tokens, None))
    assert set(said) == set(kept.acts.labels)
    assert MODEL.stat().st_size < 6_000_000


def test_marks_stand_where_their_words_do():
    one = Example(say="[globex](account) is [190k](amount) now", acts=("amount",))
    assert one.text == "globex is 190k now"
    assert [(one.text[m.start : m.end], m.role) for m in one.marks] == [("globex", "account"), ("190k", "amount")]


SHOWN = [
    (language, family, one)
    for language in ("en", "zh")
    for family, l in examples(language).items()
    for one in l
    if one.help
]


@pytest.mark.parametrize(("language", "family", "example"), SHOWN, ids=lambda v: getattr(v, "text", v))
def test_what_help_shows_is_understood(house, language, family, example):
    person = f"{ASKER[example.role]}@quayline.example"
    if example.thread == "card":
        Talk(house, ASKER[example.role]).say("globex inbound dock rollout is 190k now")
    understood = house.caddie.understand(Message(example.text, person, DIRECT, "t", NOW))
    meant = {COMMANDS[type(command).__name__].family() for command in understood}
    assert meant <= ({"writing"} if family == "threads" else {family})


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
