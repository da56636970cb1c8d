"""The real Bolt app against the stand-in, in one server on this machine."""

import secrets
import threading
from typing import Any

import uvicorn

from bot.cli.slack_side import slack_side
from bot.errors import NotConfigured
from bot.playground.delivery import Deliverer
from bot.playground.server import PlaygroundServer
from bot.playground.workspace import SlackWorkspace
from bot.slack.doors import metrics_route, slack_routes
from bot.slack.installations import OneWorkspace
from bot.wiring import House


class Playground:
    """The real Bolt app against the stand-in, in one server on this machine."""

    def __init__(self, house: House, port: int) -> None:
        token, app_token, secret = "xoxb-playground", "xapp-playground", secrets.token_hex(16)
        base = f"http://127.0.0.1:{port}"
        self.workspace = workspace_of(house)
        self.workspace.upload_base = base
        self.deliverer = Deliverer(self.workspace, secret, f"{base}/slack/events", base_url=base)
        self.side = slack_side(house, OneWorkspace(token, f"{base}/api/"), secret)
        self.secret, self.app_token, self.base = secret, app_token, base
        server = PlaygroundServer(
            self.workspace, self.deliverer, token, app_token, [*slack_routes(self.side), metrics_route(self.side)]
        )
        self._uvicorn = uvicorn.Server(
            uvicorn.Config(server.asgi, host="127.0.0.1", port=port, log_level="warning", ws="websockets-sansio")
        )

    def run(self) -> None:
        """Serve in this thread until stopped."""
        self.side.start()
        try:
            self._uvicorn.run()
        finally:
            self.side.stop()

    def __enter__(self) -> "Playground":
        """Serve in a thread of its own, for tests and benchmarks."""
        self._thread = threading.Thread(target=self._uvicorn.run, daemon=True)
        self._thread.start()
        self.side.start()
        while not self._uvicorn.started:
            if not self._thread.is_alive():
                raise NotConfigured("The playground could not start: is its port taken?")
            threading.Event().wait(0.02)
        return self

    def __exit__(self, *_: Any) -> None:
        self.side.stop()
        self._uvicorn.should_exit = True
        self._thread.join(10)


def workspace_of(house: House) -> SlackWorkspace:
    """A workspace with the CRM's people and the imported channels; outside addresses become guests."""
    workspace = SlackWorkspace()
    mirror = house.desk.mirror
    users: dict[str, str] = {}
    for person in mirror.snapshot.organization.people.values():
        users[person.email.casefold()] = workspace.add_member(
            person.name, person.email, person.slack_user_id, locale=person.locale or house.settings.caddie_locale
        ).id
    for channel in mirror.channels():
        members = list(users.values()) if channel.members is None else []
        for email in channel.members or ():
            if email.casefold() not in users:
                users[email.casefold()] = workspace.add_member(email.split("@")[0], email, guest=True).id
            members.append(users[email.casefold()])
        workspace.add_channel(channel.channel, channel.kind.value, members)
    return workspace
