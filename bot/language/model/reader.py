"""The reader that asks a language model, within a time limit; where that fails, another reader takes over."""

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as TooSlow
from threading import Semaphore

from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage, HumanMessage, SystemMessage
from pydantic import ValidationError

from bot.contract.commands.base import Command
from bot.errors import ModelUnavailable
from bot.language.context import LONGEST, Context, prepare
from bot.language.model.loading import Rest
from bot.language.model.prompts import prompt
from bot.language.reader import Reader, Reading

log = logging.getLogger(__name__)
CALLS_MOST = 8


class ModelReader:
    """Reads with a chat model that gets the commands as tools. Empty and overlong messages never reach it."""

    def __init__(
        self, model: BaseChatModel, name: str, timeout: float, commands: Mapping[str, type[Command]], otherwise: Reader
    ) -> None:
        """`timeout` in seconds; `otherwise` reads what the model does not, or too slowly."""
        self._model, self._name, self._timeout = model, name, timeout
        self._commands, self._otherwise = commands, otherwise
        self._pool = ThreadPoolExecutor(max_workers=CALLS_MOST, thread_name_prefix="model")
        self._free = Semaphore(CALLS_MOST)
        self._rest = Rest()

    def read(self, message: str, context: Context) -> Reading:
        if self._rest.over and _readable(message):
            try:
                return Reading(self._ask(message, context), self._name)
            except ModelUnavailable as error:
                log.warning("the model gives way: %s", error)
        return self._otherwise.read(message, context)

    def _ask(self, text: str, context: Context) -> tuple[Command, ...]:
        """One call with the prompt and the commands as tools, within the time limit. Raises ModelUnavailable."""
        if not self._free.acquire(blocking=False):
            raise ModelUnavailable(f"{CALLS_MOST} calls are under way")
        tools = self._model.bind_tools(list(self._commands.values()), tool_choice="any")
        call = self._pool.submit(tools.invoke, _messages(text, context))
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
        commands = self._commands_of(answer)
        if not commands:
            raise ModelUnavailable("no command in the answer")
        return commands

    def _commands_of(self, message: BaseMessage) -> tuple[Command, ...]:
        """The tool calls of an answer as commands. Raises ModelUnavailable where one does not fit its class."""
        calls = message.tool_calls if isinstance(message, AIMessage) else []
        try:
            return tuple(self._commands[call["name"]].model_validate(call["args"]) for call in calls)
        except (KeyError, ValidationError) as error:
            raise ModelUnavailable(f"malformed tool call ({type(error).__name__})") from error


def _readable(text: str) -> bool:
    return any(c.isalnum() for c in text) and len(text) <= LONGEST


def _messages(text: str, context: Context) -> Sequence[BaseMessage]:
    said = prepare(text)
    system = prompt(
        "understand",
        today=f"{context.today:%A %Y-%m-%d}",
        stages=", ".join(stage.name for stage in context.stages),
        regions=", ".join(context.regions),
        draft="yes" if context.draft else "no",
        question=", ".join(context.question or ()) or "none",
        turns=" / ".join(context.turns) or "nothing",
    )
    return [SystemMessage(system), HumanMessage(said.text)]
