"""A courier for each workspace, chosen by what arrived."""

import logging
import threading
from collections.abc import Callable
from uuid import uuid4

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.contract.message import Finished
from bot.errors import NotConfigured
from bot.slack.answerer import TOKEN_TROUBLE, Answerer, kept_form, told
from bot.slack.installations import Installations
from bot.slack.intake.arrival import Arrival
from bot.storage.inbox import Inbox, Item
from bot.storage.outbox import Outbox

log = logging.getLogger(__name__)
NOT_HERE = {"channel_not_found", "users_not_found", "user_not_found"}
UNASKED = {"home", "prompts", "links", "reaction", "told"}
"""Nobody waits for these with a question."""


class Dispatch:
    """Couriers by workspace. What came due by the clock belongs to the workspace that has the channel or the person."""

    def __init__(
        self, make: Callable[[WebClient], Answerer], installations: Installations, inbox: Inbox, outbox: Outbox
    ) -> None:
        self._make, self._installations, self._inbox, self._outbox = make, installations, inbox, outbox
        self._lock = threading.Lock()
        self._made: dict[int, Answerer] = {}

    def _of(self, team: str) -> Answerer:
        """The courier of a workspace; its client is asked for each time, for tokens are renewed there."""
        client = self._installations.client(team)
        with self._lock:
            if id(client) not in self._made:
                self._made[id(client)] = self._make(client)
            return self._made[id(client)]

    def work(self, item: Item, arrival: Arrival) -> None:
        team = arrival.team or self._outbox.team(item.key)
        if team:
            self._of(team).work(item, arrival)
        else:
            self._wherever(lambda answerer: answerer.work(item, arrival))

    def check(self, arrival: Arrival) -> dict[str, str]:
        return self._of(arrival.team).check(arrival)

    def give_up(self, item: Item) -> None:
        """Nothing more is sent for an item; the person who waits for it is told, where somebody does."""
        arrival = Arrival.model_validate(item.payload)
        self._outbox.drop(item.key)
        if arrival.team and arrival.kind not in UNASKED:
            self._of(arrival.team).give_up(item.key, arrival)

    def tell(self, finished: Finished) -> None:
        """Have somebody told in a direct message what came of a write that had to wait: kept at once, sent by the
        workers.
        """
        key = f"told:{uuid4().hex}"
        self._outbox.put(key, kept_form(told(finished), ""))
        arrival = Arrival(kind="told", key=key, team="", user="", channel="", value=finished.email)
        self._inbox.store(key, arrival.lane, arrival.model_dump(mode="json", exclude_defaults=True))

    def _wherever(self, act: Callable[[Answerer], None]) -> None:
        """Have the first workspace do it that knows whom it is about; one whose token is of no use keeps nobody
        waiting.
        """
        trouble: Exception | None = None
        for team in self._installations.teams():
            try:
                act(self._of(team))
                return
            except NotConfigured as error:
                trouble = error
            except SlackApiError as error:
                code = error.response.get("error")
                if code in TOKEN_TROUBLE:
                    trouble = error
                elif code not in NOT_HERE:
                    raise
        if trouble is not None:
            raise trouble
        log.info("no workspace knows the channel or the person")
