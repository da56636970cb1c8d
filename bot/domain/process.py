"""The sales process: stages in order, with what the buyer must have done to leave each."""

from collections.abc import Sequence

from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot.domain.deals import StageKind


class ProcessStage(BaseModel):
    """One stage of the process. Evidence is something the buyer did, not something the rep feels."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    probability: int = Field(ge=0, le=100)
    kind: StageKind = StageKind.OPEN
    evidence: tuple[str, ...] = ()
    fields: tuple[str, ...] = ()
    typical_days: int | None = Field(default=None, gt=0)
    synonyms: tuple[str, ...] = ()


class Process(BaseModel):
    """The company's process, as `process.yaml` holds it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    stages: tuple[ProcessStage, ...]

    @model_validator(mode="after")
    def _names_differ(self) -> "Process":
        names = [stage.name.casefold() for stage in self.stages]
        if len(set(names)) != len(names):
            raise ValueError("two stages have the same name")
        return self

    def stage(self, name: str | None) -> ProcessStage | None:
        wanted = (name or "").casefold()
        return next((stage for stage in self.stages if stage.name.casefold() == wanted), None)

    def fields_needed(self, name: str | None) -> Sequence[str]:
        """The deal fields that a stage asks for."""
        stage = self.stage(name)
        return stage.fields if stage else ()
