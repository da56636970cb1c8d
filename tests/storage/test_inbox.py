"""The inbox: once each, in order, taken over after a crash."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import delete, select

from bot.storage.database import writing
from bot.storage.inbox import ATTEMPTS, LEASE, Inbox
from bot.storage.inbox import inbox as table
from tests.conftest import house_in


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 11, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(params=["sqlite", "postgres"])
def inbox(request, tmp_path) -> Inbox:
    url = request.getfixturevalue("postgres") if request.param == "postgres" else None
    engine = house_in(tmp_path, database_url=url).engine
    with writing(engine) as connection:  # the server is shared by the tests
        connection.execute(delete(table))
    return Inbox(engine, Clock())


def test_a_key_is_taken_once_and_lanes_keep_their_order(inbox, request):
    tag = request.node.name
    assert [
        inbox.store(f"{tag}{k}", f"{tag}{lane}", {"n": k})
        for k, lane in (("1", "a"), ("2", "a"), ("3", "b"), ("1", "a"))
    ] == [True, True, True, False]
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
        assert inbox.take() is None, "not at once again"
        inbox._clock.now += timedelta(minutes=1)
    assert inbox.failed(inbox.take(), "broken")
    assert inbox.take() is None


def _row(inbox: Inbox, key: str):
    with inbox._engine.connect() as connection:
        return connection.execute(select(table).where(table.c.key == key)).one()


def test_while_slack_is_away_an_item_waits_longer_and_longer(inbox, request):
    tag = request.node.name
    inbox.store(tag, tag, {"n": 1})
    waits = []
    while not inbox.failed(inbox.take(), "away", away=True):
        again = _row(inbox, tag).retry_at
        waits.append((again - inbox._clock.now).total_seconds())
        inbox._clock.now = again
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256] + [300] * 14
    assert timedelta(hours=1) < timedelta(seconds=sum(waits)) < timedelta(hours=3)


def test_what_ended_is_kept_with_its_time_and_its_error(inbox, request):
    """The retention deletes by the time."""
    tag = request.node.name
    for n in ("1", "2"):
        inbox.store(f"{tag}{n}", f"{tag}{n}", {"n": n})
    inbox.done(inbox.take().key)
    assert (_row(inbox, f"{tag}1").done_at, _row(inbox, f"{tag}1").error) == (inbox._clock.now, None)
    while not inbox.failed(inbox.take(), "broken"):
        kept = _row(inbox, f"{tag}2")
        assert (kept.done_at, kept.error) == (None, "broken")
        inbox._clock.now = kept.retry_at
    kept = _row(inbox, f"{tag}2")
    assert (kept.done_at, kept.retry_at, kept.error) == (inbox._clock.now, None, "broken")
    inbox._clock.now += LEASE * 2
    inbox.renew([f"{tag}1"])
    assert inbox.take() is None, "what ended is not taken over"


def test_urgent_items_have_workers_of_their_own_and_leases_are_renewed(inbox, request):
    tag = request.node.name
    inbox.store(f"{tag}1", f"{tag}a", {"n": 1})
    inbox.store(f"{tag}2", f"{tag}b", {"n": 2}, urgent=True)
    held = inbox.take(urgent=True)
    assert held.payload["n"] == 2
    for _ in range(3):
        inbox._clock.now += LEASE * 0.9
        inbox.renew([held.key])
        assert inbox.take(urgent=True) is None, "still in hand"
    inbox.done(held.key)
    assert inbox.take().payload["n"] == 1


def test_a_waiting_earlier_item_keeps_its_lane(inbox, request):
    """What failed and waits for another try still comes before what was said after it."""
    tag = request.node.name
    for n in ("1", "2"):
        inbox.store(f"{tag}{n}", f"{tag}lane", {"n": n})
    inbox.store(f"{tag}3", f"{tag}other", {"n": "3"})
    first = inbox.take()
    assert first.key == f"{tag}1"
    assert not inbox.failed(first, "away", away=True)
    assert inbox.take().key == f"{tag}3", "the other lane goes on"
    assert inbox.take() is None, "the second waits for the first, which waits for its time"
    inbox._clock.now += timedelta(seconds=2)
    again = inbox.take()
    assert (again.key, again.attempt) == (f"{tag}1", 2)
    assert inbox.take() is None
    inbox.done(f"{tag}1")
    assert inbox.take().key == f"{tag}2"


def test_urgent_workers_take_urgent_items_alone_and_leases_are_renewed(inbox, request):
    tag = request.node.name
    inbox.store(f"{tag}slow", f"{tag}a", {})
    inbox.store(f"{tag}press", f"{tag}b", {}, urgent=True)
    assert inbox.take(urgent=True).key == f"{tag}press"
    assert inbox.take(urgent=True) is None
    assert inbox.take().key == f"{tag}slow"
    inbox._clock.now += LEASE - timedelta(seconds=1)
    inbox.renew([f"{tag}slow"])
    inbox._clock.now += timedelta(seconds=2)
    assert inbox.take().key == f"{tag}press", "its lease ran out"
    assert inbox.take() is None, "the other one was held on to"
    assert inbox.counts() == {"running": 2}
    inbox.done(f"{tag}slow")
    assert inbox.counts() == {"running": 1, "done": 1}


def _due(inbox: Inbox) -> bool:
    with inbox._engine.connect() as connection:
        return bool(connection.execute(select(table.c.seq).where(table.c.retry_at <= inbox._clock.now)).first())


def test_waits_grow_by_the_attempt_and_end(inbox, request):
    tag = request.node.name
    inbox.store(tag, tag, {})
    waits = []
    while not inbox.failed(inbox.take(), "broken"):
        began = inbox._clock.now
        while not _due(inbox):
            inbox._clock.now += timedelta(milliseconds=250)
        waits.append((inbox._clock.now - began).total_seconds())
    assert waits == [0.5, 1.0, 1.5]
    assert inbox.counts() == {"failed": 1}


def test_what_was_heard_last_and_what_waits_longest(inbox, request):
    tag = request.node.name
    assert (inbox.newest(), inbox.oldest_waiting()) == (None, None)
    began = inbox._clock.now
    inbox.store(f"msg:{tag}", f"{tag}a", {})
    inbox._clock.now += timedelta(seconds=5)
    inbox.store(f"digest:{tag}", f"{tag}b", {})
    assert (inbox.newest(), inbox.oldest_waiting()) == (began, began), "what came by the clock was not said"
    inbox.take()
    assert inbox.oldest_waiting() == began + timedelta(seconds=5)
    for kind in ("act", "cmd", "view"):
        inbox._clock.now += timedelta(seconds=1)
        inbox.store(f"{kind}:{tag}", f"{tag}b", {})
        assert inbox.newest() == inbox._clock.now
