"""Installing: the manifest, OAuth into several workspaces, sealed tokens, renewal, removal, and the doctor."""

import base64
import itertools
import re
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest
import yaml
from cryptography.fernet import Fernet
from sqlalchemy import text
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.cli.doctor import examine
from bot.cli.slack_side import installations, slack_side
from bot.contract.message import Finished
from bot.contract.replies.notices import HelpText
from bot.errors import NotConfigured
from bot.playground.delivery import Deliverer
from bot.slack.doors import slack_routes
from bot.slack.installations import SCOPES, ManyWorkspaces
from tests.conftest import house_in
from tests.ops.test_operations import ROOT, free_port, served, stand_in
from tests.slack.test_slack import until

CLIENT, SECRET, KEY = "1.2", "client-secret", Fernet.generate_key().decode()


class Slack:
    """oauth.v2.access as Slack does it: a code or a refresh token is good once; and the few methods an answer takes."""

    def __init__(self) -> None:
        self.codes = {"code-1": "T1", "code-2": "T2", "code-3": "T_STRANGE"}
        self.lifetime = 43_200
        self.refresh: dict[str, str] = {}
        self.tokens: dict[str, str] = {}
        self.called: list[tuple[str, str]] = []
        self.failing: dict[str, list[str]] = {}
        self._count = itertools.count(1)

    def issue(self, team: str) -> dict[str, object]:
        n = next(self._count)
        token, refresh = f"xoxe.xoxb-{team}-{n}", f"xoxe-{team}-{n}"
        self.tokens[token], self.refresh[refresh] = team, team
        return {
            "ok": True,
            "token_type": "bot",
            "access_token": token,
            "refresh_token": refresh,
            "expires_in": self.lifetime,
            "bot_user_id": f"UB{team}",
            "scope": ",".join(SCOPES),
        }

    async def api(self, request: Request) -> Response:
        method, body = request.path_params["method"], dict(parse_qsl((await request.body()).decode()))
        given = request.headers.get("authorization", "")
        if method == "oauth.v2.access":
            if base64.b64decode(given.removeprefix("Basic ")).decode() != f"{CLIENT}:{SECRET}":
                return JSONResponse({"ok": False, "error": "bad_client_secret"})
            known, name = (
                (self.refresh, "refresh_token") if body.get("grant_type") == "refresh_token" else (self.codes, "code")
            )
            team = known.pop(body.get(name, ""), None)
            if team is None:
                return JSONResponse({"ok": False, "error": f"invalid_{name}"})
            return JSONResponse(
                {
                    **self.issue(team),
                    "app_id": "A1",
                    "team": {"id": team, "name": team},
                    "authed_user": {"id": "U1"},
                    "is_enterprise_install": False,
                }
            )
        team = self.tokens.get(given.removeprefix("Bearer "))
        if team is None:
            return JSONResponse({"ok": False, "error": "invalid_auth"})
        self.called.append((method, team))
        if self.failing.get(method):
            return JSONResponse({"ok": False, "error": self.failing[method].pop(0)})
        if method == "users.lookupByEmail" and team == "T1":
            return JSONResponse({"ok": False, "error": "users_not_found"})
        answers = {
            "auth.test": {
                "team_id": team,
                "user_id": f"UB{team}",
                "bot_id": "B1",
                "url": "https://x.slack.example/",
                "team": team,
                "user": "caddie",
            },
            "users.info": {"user": {"id": "U1", "profile": {"email": "tamsin@quayline.example"}}},
            "conversations.info": {"channel": {"id": "D1", "is_im": True}},
            "chat.postMessage": {"ts": "1.1", "channel": "D1"},
            "users.conversations": {"channels": []},
            "users.lookupByEmail": {"user": {"id": "U1"}},
            "conversations.open": {"channel": {"id": "D1"}},
            "conversations.history": {"messages": []},
        }
        return JSONResponse(
            {"ok": True, **answers[method]} if method in answers else {"ok": False, "error": "unknown_method"}
        )


@pytest.fixture
def slack() -> Iterator[tuple[Slack, str]]:
    fake, port = Slack(), free_port()
    with served(Starlette(routes=[Route("/api/{method}", fake.api, methods=["POST", "GET"])]), port):
        yield fake, f"http://127.0.0.1:{port}/api/"


@pytest.fixture
def app(house, tmp_path, slack) -> Iterator[tuple[object, str]]:
    """Caddie with OAuth settings, served; the address of its doors."""
    set_up = house_in(
        tmp_path,
        slack_client_id=CLIENT,
        slack_client_secret=SECRET,
        caddie_key=KEY,
        slack_teams="T1, T2",
        slack_api_url=slack[1],
        slack_signing_secret="s" * 32,
        port=1,
    )
    side = slack_side(set_up, installations(set_up), "s" * 32)
    port = free_port()
    with served(Starlette(routes=slack_routes(side)), port):
        side.workers.start()
        yield side, f"http://127.0.0.1:{port}"
        side.stop()


def install(base: str, code: str) -> httpx.Response:
    with httpx.Client(base_url=base) as browser:
        page = browser.get("/slack/install")
        address = re.search(r'href="(https://slack\.com/oauth/v2/authorize[^"]*)"', page.text)[1].replace("&amp;", "&")
        asked = dict(parse_qsl(urlsplit(address).query))
        assert set(asked["scope"].split(",")) == set(SCOPES)
        cookie = page.headers["set-cookie"].split(";")[0]  # marked secure, which a test without TLS cannot keep
        return browser.get(
            "/slack/oauth_redirect", params={"code": code, "state": asked["state"]}, headers={"Cookie": cookie}
        )


def event(team: str, **about: object) -> dict[str, object]:
    return {
        "type": "event_callback",
        "team_id": team,
        "event_id": f"Ev{team}{time.time_ns()}",
        "event_time": int(time.time()) + 1,
        "authorizations": [{"user_id": f"UB{team}", "is_bot": True}],
        "event": about,
    }


def test_the_manifest_asks_for_the_scopes_that_are_used() -> None:
    manifest = yaml.safe_load((ROOT / "slack-manifest.yaml").read_text(encoding="utf-8"))
    assert tuple(sorted(manifest["oauth_config"]["scopes"]["bot"])) == SCOPES


def test_two_workspaces_install_are_answered_and_one_leaves(app, slack, house):
    (side, base), (fake, _api) = app, slack
    for code in ("code-1", "code-2"):
        assert install(base, code).status_code == 200
    assert install(base, "code-3").status_code in {401, 500}, "a workspace that is not named may not install"
    assert install(base, "code-1").status_code in {401, 500}, "a code is good once"
    assert httpx.get(f"{base}/slack/oauth_redirect", params={"code": "x", "state": "made-up"}).status_code in {400, 401}
    assert sorted(side.installations.teams()) == ["T1", "T2"]
    with house.engine.connect() as connection:
        kept = str(connection.execute(text("SELECT * FROM slack_bots")).all()) + str(
            connection.execute(text("SELECT * FROM slack_installations")).all()
        )
    assert "xox" not in kept, "no token stands in the database as it is"
    deliverer = Deliverer(None, "s" * 32, f"{base}/slack/events")
    for team in ("T1", "T2"):
        assert deliverer.deliver(
            event(team, type="message", channel_type="im", channel="D1", user="U1", text="my pipeline", ts="1.0")
        )
    until(lambda: [team for method, team in fake.called if method == "chat.postMessage"].__len__() == 2)
    assert {team for method, team in fake.called if method == "chat.postMessage"} == {"T1", "T2"}, (
        "each with its own token"
    )
    assert deliverer.deliver(event("T1", type="tokens_revoked", tokens={"oauth": ["U1"]}))
    assert deliverer.deliver(event("T1", type="app_uninstalled"))
    until(lambda: side.installations.teams() == ["T2"])
    until(lambda: "T1:" not in str(house.engine.connect().execute(text("SELECT thread FROM conversations")).all()))
    assert "T2:" in str(house.engine.connect().execute(text("SELECT thread FROM conversations")).all())


def test_tokens_are_renewed_once_and_before_they_end(app, slack, house):
    (_side, base), (fake, api) = app, slack
    fake.lifetime = 600
    assert install(base, "code-1").status_code == 200
    first = max(fake.tokens)
    others = [
        ManyWorkspaces(
            house.engine, client_id=CLIENT, client_secret=SECRET, key=KEY, teams=frozenset({"T1"}), api_url=api
        )
        for _ in range(4)
    ]
    used: list[str] = []
    threads = [threading.Thread(target=lambda other=other: used.append(other.client("T1").token)) for other in others]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(fake.tokens) == 2, "a refresh token is spent once"
    assert set(used) <= set(fake.tokens)
    assert max(fake.tokens) != first
    with pytest.raises(NotConfigured, match="CADDIE_KEY"):
        ManyWorkspaces(
            house.engine,
            client_id=CLIENT,
            client_secret=SECRET,
            key=Fernet.generate_key().decode(),
            teams=frozenset({"T1"}),
            api_url=api,
        ).client("T1")
    with pytest.raises(NotConfigured, match="python -m bot key"):
        ManyWorkspaces(
            house.engine, client_id=CLIENT, client_secret=SECRET, key="short", teams=frozenset(), api_url=api
        )


def test_the_doctor_looks_at_everything(house, tmp_path):
    with stand_in(house, "http://127.0.0.1:1/slack/events", "s" * 32) as (_, api):
        for token, good in (("xoxb-procfile", True), ("xoxb-revoked", False)):
            set_up = house_in(tmp_path, slack_bot_token=token, slack_app_token="xapp-procfile", slack_api_url=api)
            checks = {check.name: check for check in examine(set_up)}
            assert set(checks) == {"database", "crm", "library", "model", "slack", "sockets", "queues"}
            assert checks["slack"].good is good
            assert checks["sockets"].good
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        away = f"http://127.0.0.1:{probe.getsockname()[1]}/api/"
    checks = {
        check.name: check
        for check in examine(house_in(tmp_path, slack_bot_token="xoxb-x", slack_app_token="xapp-x", slack_api_url=away))
    }
    assert not checks["slack"].good
    assert "xoxb" not in checks["slack"].says


def test_who_is_known_in_the_second_workspace_alone_is_told_there_whatever_fails_first(app, slack):
    (side, base), (fake, _) = app, slack
    for code in ("code-1", "code-2"):
        install(base, code)
    fake.failing["chat.postMessage"] = ["internal_error"]
    side.dispatch.tell(Finished("tamsin@quayline.example", "t", (HelpText(),)))
    until(lambda: side.inbox.counts() == {"done": 1})
    assert [team for method, team in fake.called if method == "chat.postMessage"] == ["T2", "T2"]
    assert side.outbox.counts() == {"sent": 1, "doubted": 0}


def test_an_old_word_of_removal_does_not_remove_what_was_installed_since(app, slack):
    (side, base), _ = app, slack
    install(base, "code-1")
    assert not side.installations.remove("T1", datetime.now(UTC) - timedelta(minutes=5))
    assert side.installations.teams() == ["T1"]
    assert side.installations.remove("T1", datetime.now(UTC) + timedelta(minutes=5))
    assert side.installations.teams() == []
