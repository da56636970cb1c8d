"""Pulling a CRM into the mirror."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import islice

from sqlalchemy import Engine

from bot.crm.mirror.keep import keep, settle
from bot.crm.port import Crm, Record
from bot.storage.database import writing

BATCH = 500


def sync(crm: Crm, engine: Engine, since: datetime | None = None) -> dict[str, int]:
    """Keep all records of a CRM, or those changed since a moment: counts by kind."""
    counted: Counter[str] = Counter()
    for batch in _batches(crm.pull(since)):
        with writing(engine) as connection:
            keep(connection, batch)
        counted.update(type(record).__name__.lower() for record in batch)
    with writing(engine) as connection:
        settle(connection)
    return dict(counted)


def _batches(records: Iterator[Record]) -> Iterator[list[Record]]:
    while batch := list(islice(records, BATCH)):
        yield batch
