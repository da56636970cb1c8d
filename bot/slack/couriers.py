"""A courier for each workspace, chosen by what arrived."""

import logging
import threading
from collections.abc import Callable

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError

from bot.caddie import Finished
from bot.inbox import Item
from bot.slack.courier import Courier
from bot.slack.installations import Installations
from bot.slack.listeners import Arrival

log = logging.getLogger(__name__)
NOT_HERE = {"channel_not_found", "users_not_found", "user_not_found"}


class Couriers:
    """Couriers by workspace. What came due by the clock belongs to the workspace that has the channel or the person."""

    def __init__(self, make: Callable[[WebClient], Courier], installations: Installations) -> None:
        self._make, self._installations = make, installations
        self._lock = threading.Lock()
        self._made: dict[int, Courier] = {}

    def _of(self, team: str) -> Courier:
        """The courier of a workspace; its client is asked for each time, for tokens are renewed there."""
        client = self._installations.client(team)
        with self._lock:
            if id(client) not in self._made:
                self._made[id(client)] = self._make(client)
            return self._made[id(client)]

    def work(self, item: Item, arrival: Arrival) -> None:
        if arrival.team:
            self._of(arrival.team).work(item, arrival)
        else:
            self._wherever(lambda courier: courier.work(item, arrival))

    def check(self, arrival: Arrival) -> dict[str, str]:
        return self._of(arrival.team).check(arrival)

    def give_up(self, item: Item) -> None:
        arrival = Arrival.model_validate(item.payload)
        if arrival.team:
            self._of(arrival.team).give_up(item.key, arrival)

    def tell(self, finished: Finished) -> None:
        self._wherever(lambda courier: courier.tell(finished))

    def tell_what_is_left(self) -> None:
        """Send what a crash kept from being told."""
        for team in self._installations.teams():
            self._of(team).tell_what_is_left()

    def _wherever(self, act: Callable[[Courier], None]) -> None:
        refused: SlackApiError | None = None
        for team in self._installations.teams():
            try:
                act(self._of(team))
                return
            except SlackApiError as error:
                if error.response.get("error") not in NOT_HERE:
                    raise
                refused = error
        if refused is not None:
            log.info("no workspace knows the channel or the person (%s)", refused.response.get("error"))
