"""The inbox: once each, in order, taken over after a crash."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.inbox import ATTEMPTS, LEASE, Inbox
from tests.conftest import house_in


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 11, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(params=["sqlite", "postgres"])
def inbox(request, tmp_path) -> Inbox:
    url = request.getfixturevalue("postgres") if request.param == "postgres" else None
    made = Inbox(house_in(tmp_path, database_url=url).engine, Clock())
    while item := made.take():
        made.done(item.key)
    return made


def test_a_key_is_taken_once_and_lanes_keep_their_order(inbox, request):
    tag = request.node.name
    assert [inbox.store(f"{tag}{k}", f"{tag}{lane}", {"n": k}) for k, lane in (("1", "a"), ("2", "a"), ("3", "b"), ("1", "a"))] == [True, True, True, False]
    first, second = inbox.take(), inbox.take()
    assert [first.payload["n"], second.payload["n"]] == ["1", "3"]
    assert inbox.take() is None, "the second of lane a waits for the first"
    inbox.done(first.key)
    assert inbox.take().payload["n"] == "2"


def test_what_a_dead_process_left_is_taken_over(inbox, request):
    inbox.store(request.node.name, request.node.name, {})
    assert inbox.take().attempt == 1
    assert inbox.take() is None
    inbox._clock.now += LEASE + timedelta(seconds=1)
    assert inbox.take().attempt == 2


def test_an_item_that_keeps_failing_is_given_up(inbox, request):
    inbox.store(request.node.name, request.node.name, {})
    for _ in range(ATTEMPTS - 1):
        assert not inbox.failed(inbox.take(), "broken")
    assert inbox.failed(inbox.take(), "broken")
    assert inbox.take() is None
