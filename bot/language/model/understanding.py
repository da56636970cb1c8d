"""From a message to commands, through a language model where one is set and always through the same tool calls."""

import logging
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from dataclasses import dataclass
from threading import Semaphore

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from pydantic import ValidationError

from bot.contract.commands import COMMANDS, Command, Unclear
from bot.contract.phrases import prompt
from bot.errors import ModelUnavailable
from bot.language.context import Reading, prepare
from bot.language.model.loading import Rest
from bot.language.model.offline import OfflineModel
from bot.language.rules.capture import read_capture
from bot.language.rules.router import LONGEST
from bot.language.rules.shared_text import read_shared, read_transcript

log = logging.getLogger(__name__)
CALLS_MOST = 8
NAMED = {command.__name__: command for command in COMMANDS}


@dataclass(frozen=True, slots=True)
class Understood:
    """The commands of a message with the model that read it."""

    commands: tuple[Command, ...]
    model: str


class Understanding:
    """Reads messages with a chat model; where that fails or is too slow, with the offline rules."""

    def __init__(self, model: BaseChatModel | None, name: str, timeout: float) -> None:
        self._model, self._name, self._timeout = model, name, timeout
        self._pool = ThreadPoolExecutor(max_workers=CALLS_MOST, thread_name_prefix="model") if model else None
        self._free = Semaphore(CALLS_MOST)
        self._rest = Rest()

    def understand(self, text: str, reading: Reading) -> Understood:
        """At least one command. Empty and overlong messages never reach a language model."""
        offline = OfflineModel(reading=reading)
        if self._model is not None and self._rest.over and _readable(text):
            try:
                return Understood(self._ask(self._model, text, reading), self._name)
            except ModelUnavailable as error:
                log.warning("model gives way to offline: %s", error)
        return Understood(commands_of(offline.bind_tools(COMMANDS).invoke([HumanMessage(text)])), "offline")

    def notes(self, text: str, reading: Reading) -> tuple[Command, ...]:
        """The cards in a person's own notes, of any length."""
        return tuple(read_capture(prepare(text), reading)) or (Unclear(),)

    def shared(self, text: str, reading: Reading) -> tuple[Command, ...]:
        """The one card for other people's words; read by rules alone, since a model might obey them."""
        return (read_shared(text, reading),)

    def transcript(
        self, lines: list[tuple[str, str]], minutes: int | None, own: str, reading: Reading
    ) -> tuple[Command, ...]:
        """The one card for a recorded conversation; by rules alone, for the same reason."""
        return (read_transcript(lines, minutes, own, reading),)

    def _ask(self, model: BaseChatModel, text: str, reading: Reading) -> tuple[Command, ...]:
        """One call with the prompt and the commands as tools, within the time limit. Raises ModelUnavailable."""
        assert self._pool is not None
        if not self._free.acquire(blocking=False):
            raise ModelUnavailable(f"{CALLS_MOST} calls are under way")
        call = self._pool.submit(model.bind_tools(list(COMMANDS), tool_choice="any").invoke, _messages(text, reading))
        call.add_done_callback(lambda _: self._free.release())
        try:
            answer = call.result(timeout=self._timeout)
        except Exception as error:  # every vendor has its own tree of errors; all mean the same here
            call.cancel()
            self._rest.note(good=False)
            raise ModelUnavailable(
                f"no answer within {self._timeout:g} s" if isinstance(error, TooSlow) else type(error).__name__
            ) from error
        self._rest.note(good=True)
        commands = commands_of(answer)
        if not commands:
            raise ModelUnavailable("no command in the answer")
        return commands


def commands_of(message: BaseMessage) -> tuple[Command, ...]:
    """The tool calls of an answer as commands. Raises ModelUnavailable where one does not fit its class."""
    calls: Sequence[dict[str, object]] = message.tool_calls if isinstance(message, AIMessage) else []  # type: ignore[assignment]
    try:
        return tuple(NAMED[str(call["name"])].model_validate(call["args"]) for call in calls)
    except (KeyError, ValidationError) as error:
        raise ModelUnavailable(f"malformed tool call ({type(error).__name__})") from error


def _readable(text: str) -> bool:
    return any(c.isalnum() for c in text) and len(text) <= LONGEST


def _messages(text: str, reading: Reading) -> list[BaseMessage]:
    said = prepare(text)
    system = prompt(
        "understand",
        today=f"{reading.today:%A %Y-%m-%d}",
        stages=", ".join(stage.name for stage in reading.stages),
        regions=", ".join(reading.regions),
        draft="yes" if reading.draft else "no",
        question=", ".join(reading.question or ()) or "none",
        turns=" / ".join(reading.turns) or "nothing",
    )
    return [SystemMessage(system), HumanMessage(said.text)]
