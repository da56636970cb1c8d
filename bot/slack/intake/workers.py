"""Threads that work the inbox off, apart from the threads that receive."""

import logging
import threading
import time
from collections.abc import Callable

from bot.storage.inbox import Inbox, Item

log = logging.getLogger(__name__)


IDLE_SECONDS = 1.0


URGENT_WORKERS, RENEW_SECONDS = 2, 5.0


class Workers:
    """Threads that work the inbox off, apart from the threads that receive; two of them take urgent items alone."""

    def __init__(
        self,
        inbox: Inbox,
        work: Callable[[Item], None],
        give_up: Callable[[Item], None],
        count: int = 8,
        away: Callable[[Exception], bool] = lambda error: False,
    ) -> None:
        self._inbox, self._work, self._give_up, self._away = inbox, work, give_up, away
        self._stopping = threading.Event()
        self._in_hand: set[str] = set()
        self._threads = [
            threading.Thread(target=self._run, args=(n < URGENT_WORKERS,), name=f"worker-{n}", daemon=True)
            for n in range(count + URGENT_WORKERS)
        ]
        self._threads.append(threading.Thread(target=self._renew, name="leases", daemon=True))

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, seconds: float = 10) -> None:
        """Take no new items and let running ones end, for so many seconds in all; others are taken over after a crash's
        lease.
        """
        self._stopping.set()
        self._inbox.arrived.set()
        until = time.monotonic() + seconds
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))

    def _run(self, urgent: bool) -> None:
        while not self._stopping.is_set():
            self._inbox.arrived.clear()
            try:
                item = self._inbox.take(urgent=urgent)
                if item is None:
                    self._inbox.arrived.wait(IDLE_SECONDS)
                else:
                    self._do(item)
            except Exception:  # the database may be away for a while; the worker must outlive it
                log.exception("the inbox cannot be read or written")
                self._stopping.wait(IDLE_SECONDS)

    def _do(self, item: Item) -> None:
        self._in_hand.add(item.key)
        try:
            self._work(item)
            self._inbox.done(item.key)
        except Exception as error:  # one bad item must not end the worker
            away = self._away(error)
            log.log(
                logging.WARNING if away else logging.ERROR,
                "item %s failed at attempt %d (%s)",
                item.key,
                item.attempt,
                type(error).__name__,
                exc_info=not away,
            )
            if self._inbox.failed(item, type(error).__name__, away=away):
                self._give_up(item)
        finally:
            self._in_hand.discard(item.key)

    def _renew(self) -> None:
        while not self._stopping.wait(RENEW_SECONDS):
            keys = tuple(self._in_hand)
            try:
                if keys:
                    self._inbox.renew(keys)
            except Exception:  # the database may be away for a while
                log.exception("leases could not be renewed")
