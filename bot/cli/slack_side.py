"""Slack's side of the house, as the settings ask for it."""

from datetime import timedelta

from bot.errors import NotConfigured
from bot.slack.app import SlackSide
from bot.slack.installations import Installations, ManyWorkspaces, OneWorkspace
from bot.storage.inbox import Inbox
from bot.storage.outbox import Outbox
from bot.storage.retention import erase, purge
from bot.wiring import House


def installations(house: House) -> Installations:
    """Where Caddie is installed: in the workspace of the token, or in all that installed it by OAuth. Raises
    NotConfigured.
    """
    settings = house.settings
    if settings.slack_bot_token is not None:
        return OneWorkspace(settings.slack_bot_token.get_secret_value(), settings.slack_api_url)
    if (
        settings.slack_client_id is None
        or settings.slack_client_secret is None
        or settings.caddie_key is None
        or settings.slack_teams is None
    ):
        raise NotConfigured(
            "Set SLACK_BOT_TOKEN for one workspace, or SLACK_CLIENT_ID, SLACK_CLIENT_SECRET, SLACK_TEAMS "
            "and CADDIE_KEY for several."
        )
    return ManyWorkspaces(
        house.engine,
        client_id=settings.slack_client_id,
        client_secret=settings.slack_client_secret.get_secret_value(),
        key=settings.caddie_key.get_secret_value(),
        teams=frozenset(team.strip() for team in settings.slack_teams.split(",")),
        api_url=settings.slack_api_url,
        redirect_uri=settings.slack_redirect_uri,
    )


def slack_side(house: House, where: Installations, secret: str) -> SlackSide:
    settings = house.settings
    hour = settings.morning_hour if settings.morning_messages else None
    keep = timedelta(days=settings.keep_days)
    return SlackSide(
        house.caddie,
        Inbox(house.engine),
        Outbox(house.engine),
        where,
        secret=secret,
        charts=settings.charts,
        morning_hour=hour,
        tidy=lambda now: purge(house.engine, now, keep),
        erase=lambda team: erase(house.engine, team),
    )
