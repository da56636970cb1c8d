"""Loading a chat model by name: any LangChain vendor, or none."""

import logging
import time
from collections.abc import Callable
from typing import Any

from langchain_core.language_models import BaseChatModel

from bot.errors import NotConfigured

log = logging.getLogger(__name__)


FAILURES, REST_SECONDS = 3, 60.0


class Rest:
    """Leaves a model alone for a minute once it failed three times in a row, so that one that hangs keeps nobody
    waiting.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failed, self._until = 0, 0.0

    @property
    def over(self) -> bool:
        """Whether the model is to be asked."""
        return self._clock() >= self._until

    def note(self, *, good: bool) -> None:
        """What became of a call."""
        self._failed = 0 if good else self._failed + 1
        if self._failed >= FAILURES:
            self._until = self._clock() + REST_SECONDS
            log.warning("the model failed %d times in a row; offline answers for %g s", self._failed, REST_SECONDS)


def load_model(name: str | None, timeout: float) -> BaseChatModel | None:
    """The chat model that a setting such as `openai:gpt-4o-mini` names; None for offline.

    Keys and addresses come from the vendor's own environment variables. `timeout` is in seconds; nothing is retried,
    since offline stands ready. Raises NotConfigured where the vendor's package or key is missing.
    """
    if not name or name == "offline":
        return None
    from langchain.chat_models import init_chat_model

    options: dict[str, Any] = {"timeout": timeout, "max_retries": 0, "temperature": 0}
    try:
        model: BaseChatModel = init_chat_model(name, **options)
        return model
    except (ImportError, ValueError) as error:
        raise NotConfigured(
            f"CADDIE_MODEL={name} cannot be loaded: {error}. Install caddie[openai] or caddie[anthropic] "
            f"and set its key."
        ) from error
    except Exception as error:  # vendors raise their own classes for a missing key
        raise NotConfigured(f"CADDIE_MODEL={name} cannot be loaded: {error}.") from error
