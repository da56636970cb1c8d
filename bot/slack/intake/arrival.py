"""What came from Slack, small enough to keep."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict


class SharedFile(BaseModel):
    """A file in a message, as far as it is needed to fetch it."""

    model_config = ConfigDict(frozen=True)

    id: str
    name: str
    size: int = 0
    url: str = ""


class Arrival(BaseModel):
    """What came from Slack, small enough to keep: who did what where. `key` is the same for every redelivery."""

    model_config = ConfigDict(frozen=True)

    kind: Literal[
        "message",
        "press",
        "command",
        "form",
        "shared",
        "submission",
        "digest",
        "nudge",
        "ending",
        "home",
        "prompts",
        "links",
        "reaction",
        "removed",
        "told",
    ]
    key: str
    team: str
    user: str
    channel: str
    ts: str = ""
    thread_ts: str | None = None
    text: str = ""
    mentioned: bool = False
    direct: bool = False
    action: str = ""
    value: str = ""
    ephemeral: bool = False
    response_url: str | None = None
    trigger_id: str = ""
    said_by: str = ""
    said_in: str = ""
    replies: int = 0
    files: tuple[SharedFile, ...] = ()
    form: dict[str, Any] = {}

    @property
    def lane(self) -> str:
        """What must stay in order: one thread, or one direct conversation; without either, what is about one person."""
        if (
            self.urgent and self.channel
        ):  # a press is about what is shown, and need not wait for what is still being read
            return f"{self.team}:{self.channel}:{self.user}:press"
        if not self.channel:
            return f"{self.team}:{self.user or self.value}:{self.kind}"
        return f"{self.team}:{self.channel}" if self.direct else f"{self.team}:{self.channel}:{self.root}"

    @property
    def concerns_us(self) -> bool:
        """False for what people say to each other in a channel: that is not even kept. In a thread Caddie may be
        meant.
        """
        return self.kind != "message" or self.direct or self.mentioned or self.thread_ts is not None

    @property
    def urgent(self) -> bool:
        """What somebody waits for with a card or a form before them."""
        return self.kind in {"press", "form", "submission", "home", "prompts", "reaction"}

    @property
    def root(self) -> str:
        """The thread's first message, which this may be itself."""
        return self.thread_ts or self.ts
