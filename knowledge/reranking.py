"""A second look at the best hits by a cross-encoder, where one is named in the settings."""

from collections.abc import Sequence
from functools import cached_property
from threading import Lock
from typing import Any

from bot.errors import NotConfigured


class Reranker:
    """Any sentence-transformers CrossEncoder; loaded on first use."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._lock = Lock()

    @cached_property
    def _model(self) -> Any:
        from sentence_transformers import CrossEncoder

        try:
            return CrossEncoder(self.name, device="cpu")
        except (OSError, ValueError) as error:
            raise NotConfigured(
                f"The reranker {self.name} cannot be loaded: {error}. Check CADDIE_RERANKER."
            ) from error

    def order(self, question: str, texts: Sequence[str]) -> list[int]:
        """The places of texts, the one that answers best first."""
        with self._lock:
            scores = self._model.predict([(question, text) for text in texts], show_progress_bar=False)
        return sorted(range(len(texts)), key=lambda n: -float(scores[n]))
