"""The embedded CRM: the mirror's own tables, written in one transaction a card."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, insert, select

from bot.crm.mirror import tables as t
from bot.crm.mirror.keep import keep_push
from bot.crm.mirror.reads import Mirror
from bot.crm.port import Capabilities, Fetched, Pushed, Record, Write
from bot.errors import Conflict, CrmRefused, NotFound
from bot.storage.database import writing


class EmbeddedCrm:
    """Crm over our own database; history is kept as the company's stages and fields change."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._mirror = Mirror(engine)

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities("embedded", is_mirror=True)

    def pull(self, since: datetime | None) -> Iterator[Record]:
        snapshot = self._mirror.snapshot
        yield from snapshot.organization.people.values()
        yield from self._mirror.accounts()
        yield from self._mirror.contacts()
        yield from snapshot.products.values()
        yield from snapshot.stages.values()
        yield from self._mirror.deals()

    def fetch(self, deal_id: str) -> Fetched:
        deal = self._mirror.deal(deal_id)
        if deal is None:
            raise NotFound("deal_gone")
        return Fetched(deal, str(deal.version))

    def push(self, write: Write, key: str, version: str | None) -> Pushed:
        with writing(self._engine) as connection:
            done = connection.execute(select(t.pushes).where(t.pushes.c.key == key)).first()
            if done:
                return Pushed(done.ref, str(done.version), f"{key}-a", repeated=True)
            ref, new_version = self._judged(connection, write, key, version)
            pushed = Pushed(ref, str(new_version), f"{key}-a" if write.activity else None)
            keep_push(connection, write, pushed)
            connection.execute(insert(t.pushes).values(key=key, ref=ref, version=new_version, at=write.at))
            return pushed

    def _judged(self, connection: Connection, write: Write, key: str, version: str | None) -> tuple[str, int]:
        """(id, version) that the record will have; raises where it must not be written."""
        given: dict[str, Any] = dict(write.fields)
        if "stage" in given:
            known = select(t.stages.c.name).where(t.stages.c.name == given["stage"])
            if connection.execute(known).first() is None:
                raise CrmRefused(f"There is no stage {given['stage']}.", "stage")
        if write.removes_created:
            return write.removes_created, 0
        if write.create:
            return f"{write.create[0]}-{key}", 1
        if write.contact_id is not None:
            known = select(t.contacts.c.id).where(t.contacts.c.id == write.contact_id).with_for_update()
            if connection.execute(known).first() is None:
                raise NotFound("contact_gone")
            return write.contact_id, 0
        if write.deal_id is None:
            return write.account_id or "", 0
        known = select(t.deals.c.version).where(t.deals.c.id == write.deal_id).with_for_update()
        row = connection.execute(known).first()
        if row is None:
            raise NotFound("deal_gone")
        if version is not None and str(row.version) != version:
            raise Conflict("changed_elsewhere")
        return write.deal_id, int(row.version) + (1 if write.fields else 0)
