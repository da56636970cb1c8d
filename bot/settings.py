"""Every setting, read once from the environment."""

from decimal import Decimal
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from bot.domain.locale import DEFAULT, known
from bot.errors import NotConfigured


class Settings(BaseSettings):
    """Names are the environment variables' own, in lower case; a `.env` file in the working folder is read too."""

    model_config = SettingsConfigDict(env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True)

    caddie_data: Path = Field(Path("data"), description="Folder of all state: database and index")
    database_url: str | None = Field(None, description="SQL database; a SQLite file in CADDIE_DATA where unset")
    chroma_url: str | None = Field(None, description="Chroma server; embedded in CADDIE_DATA where unset")
    caddie_model: str | None = Field(
        None, description="LangChain chat model, such as openai:gpt-4o-mini; offline where unset"
    )
    caddie_model_timeout: float = Field(12.0, gt=0, description="Seconds before a model call gives way to offline")
    caddie_reranker: str | None = Field(
        None, description="A sentence-transformers cross-encoder that looks at the best hits again"
    )
    caddie_embedder: str | None = Field(None, description="A sentence-transformers model other than the packaged one")
    slack_bot_token: SecretStr | None = Field(None, description="xoxb-…, to talk as the bot")
    slack_app_token: SecretStr | None = Field(None, description="xapp-…, for Socket Mode")
    slack_signing_secret: SecretStr | None = Field(None, description="Checks that requests come from Slack (HTTP)")
    slack_client_id: str | None = Field(
        None, description="With secret and CADDIE_KEY: install into several workspaces by OAuth (HTTP)"
    )
    slack_client_secret: SecretStr | None = Field(None, description="Of the Slack app, for OAuth")
    slack_redirect_uri: str | None = Field(
        None, description="Public address of /slack/oauth_redirect; that of the app's settings where unset"
    )
    slack_teams: str | None = Field(
        None, description="Ids of the workspaces that may install by OAuth, with commas between (T…,T…)"
    )
    caddie_key: SecretStr | None = Field(
        None, description="Encrypts Slack's tokens at rest; make one with `python -m bot key`"
    )
    slack_api_url: str = Field("https://slack.com/api/", description="Another Web API, for tests")
    port: int | None = Field(None, description="HTTP port; with a signing secret this chooses HTTP over Socket Mode")
    visibility: Literal["hierarchy", "open"] = Field(
        "hierarchy", description="open: everybody in the CRM may read all deals"
    )
    fiscal_year_start: int = Field(1, ge=1, le=12, description="Month in which the fiscal year begins")
    caddie_timezone: str | None = Field(
        None, description="Company time zone; that of the top of the reporting line where unset"
    )
    caddie_locale: str = Field(
        DEFAULT, description="How days and numbers are written where nobody's own setting says it, such as en-GB"
    )
    caddie_currency: str | None = Field(None, description="Main currency; that of most deals in view where unset")
    crm_link: str | None = Field(
        None, pattern=r"^https?://.*\{id\}", description="Address of a record in the CRM with {kind} and {id}"
    )
    stalled_days: int = Field(30, gt=0, description="Days without activity until an open deal is stalled")
    stalled_days_closing: int = Field(14, gt=0, description="The same for deals closing this quarter")
    next_step_days: int = Field(21, gt=0, description="Days until an unchanged next step is a finding")
    close_date_days: int = Field(60, gt=0, description="Days until an unchanged close date is a finding")
    single_contact_amounts: dict[str, Decimal] = Field(
        {"USD": Decimal(100_000), "EUR": Decimal(100_000), "CNY": Decimal(700_000)},
        description="Above this amount one contact only is a finding, by currency (JSON)",
    )
    overaged_factor: float = Field(1.5, gt=0, description="Times the median of won deals until a stage is overaged")
    morning_messages: bool = Field(
        True, description="One message each working morning to reps whose deals need a fix; each may turn it off"
    )
    morning_hour: int = Field(
        8,
        ge=5,
        le=12,
        description="Hour, where the rep is, from which the morning message may come; none after two hours",
    )
    process_file: Path | None = Field(None, description="Another process.yaml")
    log_level: str = Field("WARNING", description="Level of the logs on standard error")
    log_format: Literal["text", "json"] = Field("text", description="Form of the logs")
    health_port: int | None = Field(
        None, description="A port for /health, /ready and Prometheus' /metrics; keep it inside"
    )
    otel_exporter_otlp_endpoint: str | None = Field(
        None, description="OpenTelemetry collector (OTLP over gRPC) for traces"
    )
    keep_days: int = Field(90, ge=7, description="Days that conversations, open cards and questions are kept")

    @field_validator("caddie_locale")
    @classmethod
    def _known_locale(cls, tag: str) -> str:
        if not known(tag):
            raise ValueError("it is no locale such as en-GB")
        return tag

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.caddie_data / 'caddie.db'}"

    @property
    def charts(self) -> Path:
        """Where pictures are drawn; they may be deleted at any time."""
        return self.caddie_data / "charts"

    @property
    def slack_configured(self) -> bool:
        return self.slack_bot_token is not None or self.slack_client_id is not None


def read_settings() -> Settings:
    """The settings of this process. Raises NotConfigured naming the variable at fault."""
    try:
        return Settings()
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]).upper()
        raise NotConfigured(
            f"The setting {name} is wrong: {first['msg']}. See the table of settings in the README."
        ) from error
