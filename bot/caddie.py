"""Caddie.reply and Caddie.press: the whole path from what a person says or presses to the replies."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from bot.contract.commands.base import Command
from bot.contract.message import Action, Answered, Message, Press
from bot.contract.phrases import phrase
from bot.contract.replies.base import Reply
from bot.contract.replies.cards import FormValues
from bot.contract.replies.notices import Refusal
from bot.contract.replies.reports import DealsFound
from bot.documents.notes import Notes
from bot.domain.audience import DIRECT
from bot.domain.text import chinese
from bot.handlers.desk import Desk
from bot.handlers.guard import guarded
from bot.handlers.guiding import marketing
from bot.handlers.opening import home, links
from bot.handlers.presses import pressed
from bot.handlers.reading import context_of
from bot.handlers.registry import carry_out
from bot.handlers.turn import Turn
from bot.handlers.writing import forms
from bot.language.reader import NotesReader, Reader

CARDS_MOST = 20
TURNS_KEPT, TURN_MOST = 6, 300


class Caddie:
    """Answers people. Everything that differs between installations comes in with the desk and the readers."""

    def __init__(self, desk: Desk, reader: Reader, notes: NotesReader) -> None:
        self.desk, self._reader, self._notes = desk, reader, notes

    def reply(self, message: Message) -> Answered:
        """Understand a message and do what it asks; writes only ever yield a card."""
        return self._answer(message, message.text, lambda turn: self._done(self._understood(turn), turn))

    def reply_shared(self, message: Message) -> Answered:
        """Log somebody else's message or thread, handed over by the person: a note, whatever it says."""
        return self._answer(
            message, message.text, lambda turn: self._done(self._notes.shared(turn.text, context_of(turn)), turn)
        )

    def reply_notes(self, message: Message, notes: Notes) -> Answered:
        """Cards for each thing found in a file of the person's own notes, or one for a transcript; or its draft aid."""

        def read(turn: Turn) -> list[Reply]:
            draft = marketing.take_draft(notes.text, turn)
            return draft if draft else self._done(self._commands_in(notes, turn)[:CARDS_MOST], turn)

        return self._answer(message, message.text, read)

    def press(self, press: Press) -> Answered:
        """Do what a button stands for, for the right person, once."""
        return self._answer(press, "", lambda turn: guarded(lambda: pressed(press, turn), turn))

    def submit(self, asked: Press, values: FormValues) -> Answered:
        """The card that a filled form asks for."""

        def take(turn: Turn) -> list[Reply]:
            turn.text = values.summary
            return guarded(lambda: forms.submit(values, asked.ref, turn), turn)

        return self._answer(asked, values.summary + values.next_step, take)

    def form(self, asked: Press) -> Reply:
        """The log form on the card that `ref` names, or an empty one."""
        turn = self._turn(asked, "")
        return turn if isinstance(turn, Refusal) else guarded(lambda: [forms.open_form(asked.ref, turn)], turn)[0]

    def check(self, asked: Press, values: FormValues) -> dict[str, str]:
        """What is wrong with a filled form, a sentence a field; empty where it can be taken."""
        turn = self._turn(asked, values.summary + values.next_step)
        if isinstance(turn, Refusal):
            return {"deal": phrase(turn.language, turn.say, **turn.values)}
        problems = forms.problems(values, asked.ref, turn)
        return {field: phrase(turn.language, say, **fill) for field, (say, fill) in problems.items()}

    def understand(self, message: Message) -> tuple[Command, ...]:
        """The commands that a message means, without doing them; none for somebody unknown."""
        turn = self._turn(message, message.text)
        return () if isinstance(turn, Refusal) else self._understood(turn)

    def home(self, email: str, thread: str, now: datetime, locale: str | None = None) -> Reply:
        """What a person sees on opening Caddie; a refusal for somebody unknown."""
        turn = self._opening(email, thread, now, locale)
        return turn if isinstance(turn, Refusal) else guarded(lambda: [home.home(turn)], turn)[0]

    def prompts(
        self, email: str, thread: str, now: datetime, locale: str | None = None
    ) -> tuple[str, tuple[tuple[str, str], ...]]:
        """A title, and (title, message) of what a person may want to ask first; none for somebody unknown."""
        turn = self._opening(email, thread, now, locale)
        if isinstance(turn, Refusal):
            return "", ()
        return phrase(turn.language, "prompts_title"), home.prompts(turn)

    def previews(self, urls: Sequence[str], asked: Press) -> dict[str, DealsFound]:
        """What stands behind links into the CRM, by link, as far as all in the place may see it."""
        turn = self._turn(asked, "")
        return {} if isinstance(turn, Refusal) or turn.audience.external else links.previews(urls, turn)

    def _answer(self, asked: Message | Press, words: str, do: Callable[[Turn], list[Reply]]) -> Answered:
        """The path of all that is said or pressed: a turn, its replies, and what the thread is about from now on."""
        started = time.perf_counter()
        turn = self._turn(asked, words)
        replies: list[Reply] = [turn] if isinstance(turn, Refusal) else do(turn)
        if isinstance(turn, Turn):
            self._remember(asked, turn)
        model = turn.model if isinstance(turn, Turn) else "offline"
        return Answered(asked.thread, model, round((time.perf_counter() - started) * 1000), tuple(replies))

    def _turn(self, asked: Message | Press, words: str) -> Turn | Refusal:
        language = "zh" if chinese(words) else "en"
        person = self.desk.organization.with_email(asked.email)
        if person is None:
            values = {"email": asked.email}
            return Refusal(reason="not_allowed", say="unknown_person", values=values, language=language)
        return Turn(
            person,
            asked.audience,
            asked.thread,
            asked.now,
            self.desk,
            language,
            words,
            conversation=self.desk.conversations.of(asked.thread),
            heard=asked.heard if isinstance(asked, Message) else None,
            locale=self.desk.locale_of(person, asked.locale),
        )

    def _opening(self, email: str, thread: str, now: datetime, locale: str | None) -> Turn | Refusal:
        """A turn in which nothing was said: the language is the person's own."""
        turn = self._turn(Press(Action.EDIT, email, DIRECT, thread, now, locale=locale), "")
        return turn if isinstance(turn, Refusal) else replace(turn, language=turn.locale.language)

    def _understood(self, turn: Turn) -> tuple[Command, ...]:
        read = self._reader.read(turn.text, context_of(turn))
        turn.model = read.model
        return read.commands

    def _commands_in(self, notes: Notes, turn: Turn) -> tuple[Command, ...]:
        if not notes.lines:
            return self._notes.notes(notes.text, context_of(turn))
        lines = [(line.who, line.said) for line in notes.lines]
        return self._notes.transcript(lines, notes.minutes, turn.person.name, context_of(turn))

    def _done(self, commands: Sequence[Command], turn: Turn) -> list[Reply]:
        replies: list[Reply] = []
        for command in commands:
            replies += guarded(partial(carry_out, command, turn), turn)
        return replies

    def _remember(self, asked: Message | Press, turn: Turn) -> None:
        if isinstance(asked, Message) and asked.text.strip():
            said = f"{turn.person.first_name}: {' '.join(asked.text.split())[:TURN_MOST]}"
            turns = (*turn.conversation.turns, said)[-TURNS_KEPT:]
            turn.conversation = turn.conversation.model_copy(update={"turns": turns})
        if turn.conversation != self.desk.conversations.of(asked.thread):
            self.desk.conversations.remember(asked.thread, turn.conversation, asked.now)
