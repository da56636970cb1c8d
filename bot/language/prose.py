"""Putting found sentences into an answer: as they are, or through a model that may not add anything."""

import logging
from concurrent.futures import ThreadPoolExecutor

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import HumanMessage, SystemMessage

from bot.language.grounding import grounded
from bot.prompts import prompt

log = logging.getLogger(__name__)


class Prose:
    """Answers from passages alone. `passages` are (citation, sentence); no sentence comes without its citation."""

    def __init__(self, model: BaseChatModel | None, timeout: float) -> None:
        self._model, self._timeout = model, timeout
        self._pool = ThreadPoolExecutor(max_workers=4, thread_name_prefix="prose") if model else None

    def answer(self, question: str, passages: list[tuple[str, str]], language: str) -> str:
        """The model's wording where it is wholly grounded, else the sentences themselves."""
        plain = "\n".join(f"{sentence} {mark}" for mark, sentence in passages)
        if self._model is None or self._pool is None:
            return plain
        facts = "\n".join(f"{mark} {sentence}" for mark, sentence in passages)
        messages = [SystemMessage(prompt("answer", language=language)), HumanMessage(f"{question}\n\n{facts}")]
        try:
            said = str(self._pool.submit(self._model.invoke, messages).result(timeout=self._timeout).content)
        except Exception as error:  # every vendor has its own tree of errors; the sentences stand in for all of them
            log.warning("the model's wording is missing (%s); showing the sentences", type(error).__name__)
            return plain
        return said if grounded(said, facts) else plain
