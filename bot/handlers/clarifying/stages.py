"""A stage as somebody may call it becomes the company's own name for it."""

from typing import TypeVar, cast

from bot.contract.commands.writing import ChangeMany, LogActivity, UpdateDeal
from bot.handlers.turn import Turn
from bot.language.rules.stages import stage_words

Changing = TypeVar("Changing", bound=LogActivity | UpdateDeal | ChangeMany)


def with_own_stage(command: Changing, turn: Turn) -> Changing:
    """The command with the company's name of its stage; as it was where none fits."""
    stages, said = turn.desk.mirror.snapshot.stages, command.changes.stage
    if said is None or said in stages:
        return command
    own = stage_words(said, tuple(stages.values()), turn.desk.process)
    if own is None:
        return command
    named = command.changes.model_copy(update={"stage": own})
    return cast(Changing, command.model_copy(update={"changes": named}))
