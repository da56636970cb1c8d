"""What is configured, reachable and allowed: a line each."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.contract.phrases import sentence
from bot.errors import CaddieError
from bot.language.model.loading import load_model
from bot.storage.database import HEAD
from bot.wiring import House

NEEDED = {"chat:write", "im:history", "users:read", "users:read.email"}
"""Without these nothing works."""


@dataclass(frozen=True, slots=True)
class Check:
    """`vital` checks that fail mean the bot could not work."""

    name: str
    good: bool
    says: str
    vital: bool = True


def examine(house: House) -> Iterator[Check]:
    """All checks in order; each stands alone, so that one failure does not hide the next."""
    for name, check in (
        ("database", _database),
        ("crm", _crm),
        ("library", _library),
        ("model", _model),
        ("slack", _slack),
        ("sockets", _sockets),
        ("queues", _queues),
    ):
        try:
            yield check(house)
        except CaddieError as error:
            yield Check(name, False, sentence("en", error))
        except Exception as error:  # a doctor reports whatever breaks
            yield Check(name, False, f"{type(error).__name__}: {error}")


def _database(house: House) -> Check:
    return Check("database", True, f"{house.engine.dialect.name}, schema {HEAD}")


def _crm(house: House) -> Check:
    people = house.desk.organization.people
    return Check(
        "crm",
        bool(people),
        f"{house.desk.crm.capabilities.name}, {len(people)} people"
        if people
        else "nobody in the CRM: run `python -m bot crm import DIR`",
    )


def _library(house: House) -> Check:
    library = house.library
    documents, passages, waiting = library.catalogue.counts()
    if not documents:
        return Check("library", False, "no documents: run `python -m ingest PATH`", vital=False)
    held = library.vectors.count() if library.vectors.exists else 0
    good = held == passages and not waiting
    mend = "" if good else "; run `python -m ingest` again on the same folder"
    return Check(
        "library",
        good,
        f"{documents} documents, {passages} passages, {held} vectors by {library.embedder.name}{mend}",
        vital=False,
    )


def _model(house: House) -> Check:
    name = house.settings.caddie_model
    model = load_model(name, house.settings.caddie_model_timeout)
    if model is None:
        return Check("model", True, "offline")
    try:
        model.invoke("Answer with the word ready.")
    except Exception as error:  # every vendor has its own tree of errors
        return Check(
            "model",
            False,
            f"{name} does not answer ({type(error).__name__}); messages are understood offline meanwhile",
            vital=False,
        )
    return Check("model", True, f"{name} answers")


def _slack(house: House) -> Check:
    settings = house.settings
    if not settings.slack_configured:
        return Check("slack", True, "no token: the playground will be served", vital=False)
    from bot.cli.slack_side import installations
    from bot.slack.installations import SCOPES

    door = (
        "HTTP" if settings.port and settings.slack_signing_secret else "Socket Mode" if settings.slack_app_token else ""
    )
    if not door:
        return Check("slack", False, "set SLACK_APP_TOKEN, or PORT and SLACK_SIGNING_SECRET")
    where = installations(house)
    if settings.slack_bot_token is None:
        return Check("slack", True, f"installed in {len(where.teams())} workspaces by OAuth, {door}")
    answer = where.client("").auth_test()
    scopes = {s for s in str(answer.headers.get("x-oauth-scopes", "")).split(",") if s}
    missing = set(SCOPES) - scopes if scopes else set()
    lacking = (
        (
            f"; scopes missing, so that what they are for in slack-manifest.yaml does not work: "
            f"{', '.join(sorted(missing))}"
        )
        if missing
        else ""
    )
    return Check("slack", not missing & NEEDED, f"{answer['team']} by {door}{lacking}")


def _sockets(house: House) -> Check:
    token = house.settings.slack_app_token
    if token is None or house.settings.slack_signing_secret is not None:
        return Check("sockets", True, "Socket Mode is not used", vital=False)
    from bot.slack.installations import web_client

    web_client("", house.settings.slack_api_url).apps_connections_open(app_token=token.get_secret_value())
    return Check("sockets", True, "Slack opens Socket Mode connections")


def _queues(house: House) -> Check:
    from bot.storage.inbox import Inbox
    from bot.storage.outbox import Outbox

    arrived, leaving = Inbox(house.engine).counts(), Outbox(house.engine).counts()
    failed, refused = arrived.get("failed", 0), leaving.get("refused", 0)
    told = (
        f"{arrived.get('waiting', 0)} waiting, {failed} given up, {refused} refused by Slack, "
        f"{leaving['doubted']} perhaps sent twice"
    )
    return Check("queues", not failed, told, vital=False)
