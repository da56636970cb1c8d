"""Logs on standard error, as lines or as JSON, without what people wrote and without tokens."""

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime
from typing import Literal

_TOKEN = re.compile(r"\bx(?:ox[abeprs]|app)[a-z.]*-[\w.-]+|(?<=://)[^/@\s:]+:[^/@\s]+(?=@)")
TALKATIVE = ("slack_bolt", "slack_sdk", "httpx", "httpcore", "urllib3", "chromadb", "sqlalchemy")
"""At their finer levels these write down requests whole."""


def set_up(level: str, form: Literal["text", "json"]) -> None:
    """All logs of this process from now on. Raises ValueError for an unknown level."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines() if form == "json" else Lines("%(levelname)s %(name)s: %(message)s"))
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    for name in TALKATIVE:
        logging.getLogger(name).setLevel(max(logging.WARNING, logging.getLogger().level))


def without_secrets(text: str) -> str:
    return _TOKEN.sub("…", text)


def frames(error: BaseException) -> list[str]:
    """Where an error came from. Its own words stay away: those of a check quote what was checked."""
    return [
        f"{type(error).__module__}.{type(error).__qualname__}",
        *(f"{f.filename}:{f.lineno} {f.name}" for f in traceback.extract_tb(error.__traceback__)),
    ]


class Lines(logging.Formatter):
    """One line an entry, an error's frames below it."""

    def format(self, record: logging.LogRecord) -> str:
        return without_secrets(super().format(record))

    def formatException(self, found: object) -> str:
        error = found[1] if isinstance(found, tuple) else None
        return "\n".join(f"  {frame}" for frame in frames(error)) if error else ""


class JsonLines(logging.Formatter):
    """One JSON object an entry."""

    def format(self, record: logging.LogRecord) -> str:
        entry: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "thread": record.threadName,
            "message": without_secrets(record.getMessage()),
        }
        if record.exc_info and record.exc_info[1]:
            entry["error"] = frames(record.exc_info[1])
        return json.dumps(entry, ensure_ascii=False)
