"""The offline chat model: it answers with the same tool calls as a language model, from rules."""

from typing import Any

from langchain_core.callbacks import CallbackManagerForLLMRun
from langchain_core.language_models import BaseChatModel
from langchain_core.messages import AIMessage, BaseMessage
from langchain_core.outputs import ChatGeneration, ChatResult
from langchain_core.runnables import Runnable
from pydantic import InstanceOf

from bot.language.context import Reading
from bot.language.rules.router import read_message


class OfflineModel(BaseChatModel):
    """Reads the last message by rules and emits one tool call a command; it writes no prose."""

    reading: InstanceOf[Reading]

    @property
    def _llm_type(self) -> str:
        return "offline"

    def bind_tools(self, tools: Any, *, tool_choice: Any = None, **kwargs: Any) -> Runnable[Any, AIMessage]:
        return self.bind(**kwargs)

    def _generate(
        self,
        messages: list[BaseMessage],
        stop: list[str] | None = None,
        run_manager: CallbackManagerForLLMRun | None = None,
        **kwargs: Any,
    ) -> ChatResult:
        calls = [
            {
                "name": type(command).__name__,
                "args": command.model_dump(mode="json", exclude_defaults=True),
                "id": f"call_{n}",
            }
            for n, command in enumerate(read_message(str(messages[-1].content), self.reading))
        ]
        return ChatResult(generations=[ChatGeneration(message=AIMessage(content="", tool_calls=calls))])
