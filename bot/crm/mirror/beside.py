"""A CRM that has a store of its own, with the mirror kept beside it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime

from sqlalchemy import Engine

from bot.crm.mirror.keep import keep_change, keep_push
from bot.crm.port import Capabilities, Crm, Fetched, Pushed, Record, Write
from bot.storage.database import writing


class CrmBesideMirror:
    """A Crm whose writes, and the deals fetched from it, are kept in the mirror at once.

    A process that dies between the two repeats the push under its key, which writes nothing anew, and keeps it then.
    """

    def __init__(self, crm: Crm, engine: Engine, clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._crm, self._engine, self._clock = crm, engine, clock

    @property
    def capabilities(self) -> Capabilities:
        return self._crm.capabilities

    def pull(self, since: datetime | None) -> Iterator[Record]:
        return self._crm.pull(since)

    def fetch(self, deal_id: str) -> Fetched:
        fetched = self._crm.fetch(deal_id)
        with writing(self._engine) as connection:
            keep_change(connection, fetched.deal, None, self._clock())
        return fetched

    def push(self, write: Write, key: str, version: str | None) -> Pushed:
        pushed = self._crm.push(write, key, version)
        with writing(self._engine) as connection:
            keep_push(connection, write, pushed)
        if pushed.repeated and write.deal_id:  # it was written a while ago: others may have changed it since
            self.fetch(write.deal_id)
        return pushed
