"""What is configured, reachable and allowed: a line each."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.database import HEAD
from bot.errors import CaddieError
from bot.language.models import load_model
from bot.wiring import House


@dataclass(frozen=True, slots=True)
class Check:
    """`vital` checks that fail mean the bot could not work."""

    name: str
    good: bool
    says: str
    vital: bool = True


def examine(house: House) -> Iterator[Check]:
    """All checks in order; each stands alone, so that one failure does not hide the next."""
    for name, check in (("database", _database), ("people", _people), ("library", _library), ("model", _model), ("slack", _slack)):
        try:
            yield check(house)
        except CaddieError as error:
            yield Check(name, False, str(error))
        except Exception as error:  # a doctor reports whatever breaks
            yield Check(name, False, f"{type(error).__name__}: {error}")


def _database(house: House) -> Check:
    return Check("database", True, f"{house.engine.dialect.name}, schema {HEAD}")


def _people(house: House) -> Check:
    people = house.desk.organization.people
    return Check("people", bool(people), f"{len(people)} people in the CRM" if people else "nobody in the CRM: run `python -m bot crm import DIR`")


def _library(house: House) -> Check:
    library = house.library
    documents, passages, waiting = library.catalogue.counts()
    if not documents:
        return Check("library", False, "no documents: run `python -m ingest PATH`", vital=False)
    held = library.vectors.count() if library.vectors.exists else 0
    good = held == passages and not waiting
    mend = "" if good else "; run `python -m ingest` again on the same folder"
    return Check("library", good, f"{documents} documents, {passages} passages, {held} vectors by {library.embedder.name}{mend}", vital=False)


def _model(house: House) -> Check:
    name = house.settings.caddie_model
    load_model(name, house.settings.caddie_model_timeout)
    return Check("model", True, name or "offline")


def _slack(house: House) -> Check:
    settings = house.settings
    if settings.slack_bot_token is None:
        return Check("slack", True, "no token: the playground will be served", vital=False)
    from bot.slack.installations import web_client

    answer = web_client(settings.slack_bot_token.get_secret_value(), settings.slack_api_url).auth_test()
    scopes = {s for s in str(answer.headers.get("x-oauth-scopes", "")).split(",") if s}
    missing = {"chat:write", "im:history", "users:read.email"} - scopes if scopes else set()
    door = "HTTP" if settings.port and settings.slack_signing_secret else "Socket Mode" if settings.slack_app_token else "no door"
    if door == "no door":
        return Check("slack", False, "set SLACK_APP_TOKEN, or PORT and SLACK_SIGNING_SECRET")
    return Check("slack", not missing, f"{answer['team']} by {door}" + (f"; scopes missing: {', '.join(sorted(missing))}" if missing else ""))
