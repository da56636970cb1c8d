"""Annotated messages, one file a command family and language: what help shows, and what tests read back."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict

FOLDER = Path(__file__).parent


class Example(BaseModel):
    """A message and the command that it means; `after` is what was said before it in the thread."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    say: str
    means: str
    after: str | None = None
    help: bool = False
    role: Literal["manager", "marketing"] | None = None


@cache
def examples(language: str) -> Mapping[str, tuple[Example, ...]]:
    """The examples of each command family in a language (`en`, `zh`)."""
    files = sorted(FOLDER.glob(f"*.{language}.yaml"))
    return {
        file.name.split(".")[0]: tuple(
            Example.model_validate(one) for one in yaml.safe_load(file.read_text(encoding="utf-8"))
        )
        for file in files
    }
