"""A CRM with a store of its own, which can be away, refuse, or lose its answers: what a vendor's may do."""

import copy
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime

from bot.crm.port import Capabilities, Fetched, Pushed, Record, Write
from bot.domain.activities import Activity
from bot.domain.deals import Account, Contact, Deal, Stage
from bot.errors import Conflict, CrmRefused, CrmUnavailable, NotFound


class FakeCrm:
    """Records by id and a version a deal; knows nothing of any mirror.

    `away` makes every call fail, with `after` only once the write is done.
    `refusing` is (field, reason) for each write; `after_fetch` are done one a fetch, behind the back of who fetched.
    """

    def __init__(self, records: list[Record]) -> None:
        self.others = [r for r in records if not isinstance(r, Deal | Account | Contact | Activity)]
        self.deals = {r.id: r for r in records if isinstance(r, Deal)}
        self.accounts = {r.id: r for r in records if isinstance(r, Account)}
        self.contacts = {r.id: r for r in records if isinstance(r, Contact)}
        self.activities = {r.id: r for r in records if isinstance(r, Activity)}
        self.versions = dict.fromkeys(self.deals, 1)
        self.pushes: dict[str, Pushed] = {}
        self.writes = 0
        self.away = self.after = False
        self.refusing: tuple[str | None, str] | None = None
        self.after_fetch: list[Callable[[], None]] = []

    @property
    def capabilities(self) -> Capabilities:
        return Capabilities("fake")

    def pull(self, since: datetime | None) -> Iterator[Record]:
        self._reach()
        yield from self.others
        yield from (*self.accounts.values(), *self.contacts.values(), *self.deals.values(), *self.activities.values())

    def fetch(self, deal_id: str) -> Fetched:
        self._reach()
        if deal_id not in self.deals:
            raise NotFound("deal_gone")
        fetched = Fetched(self.deals[deal_id], f"v{self.versions[deal_id]}")
        if self.after_fetch:
            self.after_fetch.pop(0)()
        return fetched

    def push(self, write: Write, key: str, version: str | None) -> Pushed:
        if not self.after:
            self._reach()
        if key not in self.pushes:
            before = copy.deepcopy(self.__dict__)
            try:
                self.pushes[key] = self._written(write, key, version)
            except Exception:
                self.__dict__.update(before)
                raise
            self.writes += 1
            pushed = self.pushes[key]
        else:
            pushed = replace(self.pushes[key], repeated=True)
        self._reach()
        return pushed

    def change(self, deal_id: str, **fields: object) -> None:
        """Somebody changes a deal in the CRM itself."""
        self.deals[deal_id] = replace(self.deals[deal_id], **fields)
        self.versions[deal_id] += 1

    def _reach(self) -> None:
        if self.away:
            raise CrmUnavailable("away")

    def _written(self, write: Write, key: str, version: str | None) -> Pushed:
        given = dict(write.fields)
        if self.refusing:
            field, reason = self.refusing
            raise CrmRefused(reason, field)
        if "stage" in given and given["stage"] not in {r.name for r in self.others if isinstance(r, Stage)}:
            raise CrmRefused(f"There is no stage {given['stage']}.", "stage")
        if write.removes_created:
            return self._removed(write.removes_created)
        if write.removes_activity:
            self.activities.pop(write.removes_activity, None)
        ref = self._created(write, given) if write.create else self._changed(write, given, version)
        if write.activity:
            done = write.activity
            self.activities[f"note-{key}"] = Activity(f"note-{key}", done.kind, done.at, done.summary, deal_id=ref)
        return Pushed(ref, f"v{self.versions.get(ref, 1)}", f"note-{key}" if write.activity else None)

    def _changed(self, write: Write, given: dict[str, object], version: str | None) -> str:
        if write.contact_id is not None:
            if write.contact_id not in self.contacts:
                raise NotFound("contact_gone")
            self.contacts[write.contact_id] = replace(self.contacts[write.contact_id], **given)
            return write.contact_id
        if write.deal_id is None:
            return write.account_id or ""
        if write.deal_id not in self.deals:
            raise NotFound("deal_gone")
        if version is not None and version != f"v{self.versions[write.deal_id]}":
            raise Conflict("changed_elsewhere")
        if given:
            self.change(write.deal_id, **given)
        return write.deal_id

    def _created(self, write: Write, given: dict[str, object]) -> str:
        ref = f"{write.create}-{len(self.pushes) + 1}"
        match write.create:
            case "account":
                self.accounts[ref] = Account(ref, owner_id=write.by_id, **given)
            case "contact":
                self.contacts[ref] = Contact(ref, account_id=write.account_id, **given)
            case _:
                empty = {"amount": None, "created": None, "currency": "USD"}
                self.deals[ref] = Deal(**{**empty, "id": ref, "account_id": write.account_id, **given})
                self.versions[ref] = 1
        return ref

    def _removed(self, ref: str) -> Pushed:
        if any(deal.account_id == ref for deal in self.deals.values()):
            raise Conflict("used_since")
        for kept in (self.deals, self.accounts, self.contacts):
            kept.pop(ref, None)
        return Pushed(ref, "")
