"""Putting found sentences into an answer: as they are, or through a model that may not add anything."""

import logging
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Event
from typing import cast

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import BaseMessage, HumanMessage, SystemMessage

from bot.language.model.grounding import grounded
from bot.language.model.loading import Rest
from bot.language.model.prompts import prompt

log = logging.getLogger(__name__)
_SENTENCE = re.compile(r"(?<=\])[.!?。！？]?\s+|(?<=[.!?。！？])\s+(?=[^\s\[])")
"""Where a sentence ends: behind its citation, or before the next one begins."""


class Prose:
    """Answers from passages alone. `passages` are (citation, sentence); no sentence comes without its citation."""

    def __init__(self, model: BaseChatModel | None, timeout: float) -> None:
        self._model, self._timeout = model, timeout
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="prose") if model else None
        self._rest = Rest()

    def answer(
        self, question: str, passages: list[tuple[str, str]], language: str, heard: Callable[[str], None] | None = None
    ) -> str:
        """The model's wording where it is wholly grounded, else the sentences themselves.

        `heard` gets each grounded sentence as soon as the model has written it; the first one that is not ends that.
        """
        plain = "\n".join(f"{sentence} {mark}" for mark, sentence in passages)
        if self._model is None or self._pool is None or not self._rest.over:
            return plain
        facts = "\n".join(f"{mark} {sentence}" for mark, sentence in passages)
        messages = [SystemMessage(prompt("answer", language=language)), HumanMessage(f"{question}\n\n{facts}")]
        late = Event()
        try:
            said = self._pool.submit(self._written, messages, facts, heard, late).result(timeout=self._timeout)
        except Exception as error:  # every vendor has its own tree of errors; the sentences stand in for all of them
            log.warning("the model's wording is missing (%s); showing the sentences", type(error).__name__)
            late.set()
            self._rest.note(good=False)
            return plain
        self._rest.note(good=True)
        return said if grounded(said, facts) else plain

    def _written(
        self, messages: list[BaseMessage], facts: str, heard: Callable[[str], None] | None, late: Event
    ) -> str:
        """All that the model writes, its good sentences told on the way; what comes late is told to nobody."""
        assert self._model is not None
        if heard is None:
            return str(self._model.invoke(messages).content)
        said, told, listener = "", 0, cast("Callable[[str], None] | None", heard)
        for piece in self._model.stream(messages):
            said += str(piece.content)
            while listener and not late.is_set() and (end := _SENTENCE.search(said, told)):
                listener = _told(said[told : end.end()], facts, listener)
                told = end.end()
        if listener and said[told:].strip() and not late.is_set():
            _told(said[told:], facts, listener)
        return said


def _told(sentence: str, facts: str, heard: Callable[[str], None]) -> Callable[[str], None] | None:
    """Whoever is to hear the next sentence too: nobody, once one is not grounded."""
    if not grounded(sentence, facts):
        return None
    heard(sentence)
    return heard
