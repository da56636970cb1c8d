"""Loading a chat model by name: any LangChain vendor, or none."""

from typing import Any

from langchain_core.language_models import BaseChatModel

from bot.errors import NotConfigured


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
        raise NotConfigured(f"CADDIE_MODEL={name} cannot be loaded: {error}. Install caddie[openai] or caddie[anthropic] and set its key.") from error
    except Exception as error:  # vendors raise their own classes for a missing key
        raise NotConfigured(f"CADDIE_MODEL={name} cannot be loaded: {error}.") from error
