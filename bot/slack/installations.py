"""The workspaces that Caddie is installed in, and the tokens to talk to each."""

import logging
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from cryptography.fernet import Fernet, InvalidToken
from slack_bolt.error import BoltError
from slack_bolt.oauth.oauth_flow import OAuthFlow
from slack_bolt.oauth.oauth_settings import OAuthSettings
from slack_bolt.request import BoltRequest
from slack_sdk import WebClient
from slack_sdk.http_retry.builtin_handlers import RateLimitErrorRetryHandler
from slack_sdk.oauth.installation_store import Bot, Installation
from slack_sdk.oauth.installation_store.sqlalchemy import SQLAlchemyInstallationStore
from slack_sdk.oauth.state_store.sqlalchemy import SQLAlchemyOAuthStateStore
from slack_sdk.oauth.token_rotation import TokenRotator
from sqlalchemy import Dialect, Engine, MetaData, Table, Text, delete, select, update
from sqlalchemy.types import TypeDecorator

from bot.errors import NotConfigured
from bot.storage.database import writing
from bot.storage.lease import Leases

log = logging.getLogger(__name__)
SCOPES = (
    "app_mentions:read", "assistant:write", "canvases:write", "channels:history", "channels:read", "chat:write",
    "commands", "files:read", "files:write",
    "groups:history", "groups:read", "im:history", "im:read", "im:write", "links:read", "links:write", "reactions:read",
    "users:read", "users:read.email",
)  # fmt: skip
SECRETS = ("bot_token", "bot_refresh_token", "user_token", "user_refresh_token", "incoming_webhook_url")
STATE_SECONDS = 600
RENEW_BEFORE = timedelta(hours=2)
LOOKED_SECONDS, KEEP_TRIES = 60.0, 5


def web_client(token: str, api_url: str) -> WebClient:
    """A client that honours 429 and never re-sends after a broken connection: a post could double."""
    return WebClient(
        token, base_url=api_url, timeout=15, retry_handlers=[RateLimitErrorRetryHandler(max_retry_count=3)]
    )


class Installations(Protocol):
    """Where Caddie is installed."""

    def client(self, team: str) -> WebClient:
        """The client for a workspace, with a token that is good now. Raises NotConfigured where Caddie is not
        installed.
        """

    def teams(self) -> list[str]:
        """The ids of all workspaces."""

    def remove(self, team: str, told_at: datetime) -> bool:
        """Forget a workspace and its tokens; False where it was installed again since Slack told of the removal."""

    def tidy(self, now: datetime) -> None:
        """Drop what is of no use any more."""


class OneWorkspace:
    """The workspace of a token from the settings. It knows its id once Slack was asked."""

    def __init__(self, token: str, api_url: str) -> None:
        self._client, self._team = web_client(token, api_url), ""

    def client(self, team: str) -> WebClient:
        return self._client

    def teams(self) -> list[str]:
        if not self._team:
            self._team = str(self._client.auth_test()["team_id"])
        return [self._team]

    def remove(self, team: str, told_at: datetime) -> bool:
        log.warning("Caddie was removed from its workspace; SLACK_BOT_TOKEN is of no use any more")
        return True

    def tidy(self, now: datetime) -> None:
        """There is nothing to drop."""


class Sealed(TypeDecorator[str]):
    """A secret, encrypted in the database (Fernet: AES-128-CBC with HMAC-SHA256)."""

    impl = Text
    cache_ok = False

    def __init__(self, cipher: Fernet) -> None:
        super().__init__()
        self._cipher = cipher

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        return None if value is None else self._cipher.encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> str | None:
        try:
            return None if value is None else self._cipher.decrypt(value.encode()).decode()
        except InvalidToken:
            raise NotConfigured(
                "CADDIE_KEY is not the key that Slack's tokens were encrypted with. Set the old key, or "
                "install Caddie again."
            ) from None


class SealedStore(SQLAlchemyInstallationStore):
    """The SDK's store, with every secret sealed."""

    def __init__(self, engine: Engine, client_id: str, cipher: Fernet) -> None:
        self._cipher = cipher
        super().__init__(engine=engine, client_id=client_id)

    def build_installations_table(self, metadata: MetaData, table_name: str) -> Table:  # type: ignore[override]
        return self._sealing(super().build_installations_table(metadata, table_name))

    def build_bots_table(self, metadata: MetaData, table_name: str) -> Table:  # type: ignore[override]
        return self._sealing(super().build_bots_table(metadata, table_name))

    def _sealing(self, table: Table) -> Table:
        for name in SECRETS:
            if name in table.c:
                table.c[name].type = Sealed(self._cipher)
        return table


class AllowedAlone(OAuthFlow):
    """Bolt's flow, for named workspaces: behind one Caddie stands one company's CRM, and whoever has an e-mail of it
    reads there.
    """

    allowed: frozenset[str] = frozenset()

    def store_installation(self, request: BoltRequest, installation: Installation) -> None:
        if installation.team_id not in self.allowed:
            raise BoltError(
                f"the workspace {installation.team_id} may not install Caddie; its id is not in SLACK_TEAMS"
            )
        super().store_installation(request, installation)


class ManyWorkspaces:
    """Workspaces that installed Caddie by OAuth; tokens are sealed at rest and renewed in time, by one process at a
    time.
    """

    def __init__(
        self,
        engine: Engine,
        *,
        client_id: str,
        client_secret: str,
        key: str,
        teams: frozenset[str],
        api_url: str,
        redirect_uri: str | None = None,
    ) -> None:
        try:
            cipher = Fernet(key)
        except ValueError:
            raise NotConfigured("CADDIE_KEY is no key. Make one: python -m bot key") from None
        self._engine, self._api_url, self._client_id, self._allowed = engine, api_url, client_id, teams
        self._store = SealedStore(engine, client_id, cipher)
        self._states = SQLAlchemyOAuthStateStore(expiration_seconds=STATE_SECONDS, engine=engine)
        self._store.create_tables()  # type: ignore[no-untyped-call]
        self._states.create_tables()  # type: ignore[no-untyped-call]
        self._leases = Leases(engine)
        self._rotator = TokenRotator(
            client_id=client_id, client_secret=client_secret, client=WebClient(base_url=api_url)
        )
        settings = OAuthSettings(
            client_id=client_id,
            client_secret=client_secret,
            scopes=SCOPES,
            redirect_uri=redirect_uri,
            installation_store=self._store,
            state_store=self._states,
        )
        self.flow = AllowedAlone(client=WebClient(base_url=api_url), settings=settings)
        self.flow.allowed = teams
        self._lock = threading.Lock()
        self._clients: dict[str, tuple[float, WebClient]] = {}

    def client(self, team: str) -> WebClient:
        with self._lock:
            known = self._clients.get(team)
        if known and time.monotonic() - known[0] < LOOKED_SECONDS:
            return known[1]
        bot = self._bot(team) if team in self._allowed else None
        if bot is None or bot.bot_token is None:
            raise NotConfigured(f"Caddie is not installed in the workspace {team}.")
        token = self._renewed(bot).bot_token
        with self._lock:
            client = self._clients[team][1] if team in self._clients else web_client("", self._api_url)
            client.token = token
            self._clients[team] = (time.monotonic(), client)
            return client

    def _bot(self, team: str) -> Bot | None:
        """The newest installation of a workspace, which may belong to an Enterprise organisation."""
        bots = self._store.bots.c
        with self._engine.connect() as connection:
            query = (
                select(bots.enterprise_id)
                .where(bots.client_id == self._client_id, bots.team_id == team)
                .order_by(bots.id.desc())
                .limit(1)
            )
            row = connection.execute(query).first()
        return self._store.find_bot(enterprise_id=row[0], team_id=team) if row else None

    def _renewed(self, bot: Bot) -> Bot:
        """The installation with a token that is good for a while; the one there is where it cannot be renewed now."""
        if bot.bot_token_expires_at is None or bot.bot_token_expires_at - time.time() > RENEW_BEFORE.total_seconds():
            return bot
        if not self._leases.take(f"token:{bot.team_id}", timedelta(minutes=1)):
            return bot  # another process renews it; a refresh token can be spent once only
        try:
            fresh = self._rotator.perform_bot_token_rotation(
                bot=bot, minutes_before_expiration=int(RENEW_BEFORE.total_seconds() // 60)
            )
        except Exception as error:  # Slack may be away; the token is good for two hours more
            log.warning("a token could not be renewed (%s)", type(error).__name__)
            return bot
        if fresh is None:
            return bot
        self._keep(fresh)
        return fresh

    def _keep(self, fresh: Bot) -> None:
        """Keep a renewed token, in one transaction and with patience: the one before it is spent."""
        bots = self._store.bots
        ends = (
            datetime.fromtimestamp(fresh.bot_token_expires_at, UTC).replace(tzinfo=None)
            if fresh.bot_token_expires_at
            else None
        )
        values = {
            "bot_token": fresh.bot_token,
            "bot_refresh_token": fresh.bot_refresh_token,
            "bot_token_expires_at": ends,
        }
        for attempt in range(KEEP_TRIES):
            try:
                with writing(self._engine) as connection:
                    connection.execute(
                        update(bots)
                        .where(bots.c.client_id == self._client_id, bots.c.team_id == fresh.team_id)
                        .values(**values)
                    )
                return
            except Exception:
                if attempt == KEEP_TRIES - 1:
                    raise
                log.exception("a renewed token could not be kept; trying again")
                time.sleep(attempt + 1.0)

    def teams(self) -> list[str]:
        bots = self._store.bots.c
        with self._engine.connect() as connection:
            found: list[Any] = list(
                connection.execute(select(bots.team_id).where(bots.client_id == self._client_id).distinct())
            )
        return [team for team in sorted(str(row[0]) for row in found) if team in self._allowed]

    def remove(self, team: str, told_at: datetime) -> bool:
        bot = self._bot(team)
        if bot is not None and bot.installed_at > told_at.timestamp():
            return False
        if bot is not None:
            self._store.delete_all(enterprise_id=bot.enterprise_id, team_id=team)
        with self._lock:
            self._clients.pop(team, None)
        return True

    def tidy(self, now: datetime) -> None:
        """Drop the states of installations that nobody finished."""
        states = self._states.oauth_states
        with writing(self._engine) as connection:
            connection.execute(delete(states).where(states.c.expire_at < now.astimezone(UTC).replace(tzinfo=None)))
