"""The people of the company, with the reporting lines between them."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property


class Role(StrEnum):
    """What the reporting line makes of a person."""

    REP = "rep"
    MANAGER = "manager"
    EXECUTIVE = "executive"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the own company, as the CRM knows them."""

    id: str
    name: str
    email: str
    manager_id: str | None = None
    title: str | None = None
    region: str | None = None
    timezone: str = "UTC"
    slack_user_id: str | None = None
    locale: str | None = None

    @property
    def first_name(self) -> str:
        return self.name.split()[0] if self.name.split() else self.name


class Organization:
    """Answers who reports to whom; built from all people of the CRM, free of loops (the import refuses those)."""

    def __init__(self, people: Iterable[Person]) -> None:
        self.people = {person.id: person for person in people}
        self._by_email = {person.email.casefold(): person for person in self.people.values()}
        self._reports: dict[str, list[Person]] = defaultdict(list)
        for person in self.people.values():
            if person.manager_id:
                self._reports[person.manager_id].append(person)

    def with_email(self, email: str) -> Person | None:
        return self._by_email.get(email.casefold())

    def reports(self, person_id: str) -> list[Person]:
        """The direct reports of a person, in the order of the CRM."""
        return self._reports.get(person_id, [])

    def tree(self, person_id: str) -> frozenset[str]:
        """The ids of a person and of everybody below."""
        found, frontier = {person_id}, [person_id]
        while frontier:
            below = [report.id for report in self.reports(frontier.pop()) if report.id not in found]
            found.update(below)
            frontier.extend(below)
        return frozenset(found)

    def above(self, person_id: str) -> list[str]:
        """The ids of the managers above a person, nearest first."""
        chain: list[str] = []
        person = self.people.get(person_id)
        while person and person.manager_id and person.manager_id not in chain:
            chain.append(person.manager_id)
            person = self.people.get(person.manager_id)
        return chain

    def role(self, person_id: str) -> Role:
        """Executive with managers below, manager with direct reports, rep otherwise."""
        reports = self.reports(person_id)
        if any(self.reports(report.id) for report in reports):
            return Role.EXECUTIVE
        return Role.MANAGER if reports else Role.REP

    @cached_property
    def timezone(self) -> str:
        """The company's own time zone: that of the person at the top with the most people below."""
        tops = [person for person in self.people.values() if person.manager_id not in self.people]
        return max(tops, key=lambda person: len(self.tree(person.id))).timezone if tops else "UTC"

    def readable(self, person_id: str, *, open_to_all: bool = False) -> frozenset[str]:
        """The owners whose deals a person may read; `open_to_all` is the setting VISIBILITY=open."""
        if open_to_all or self.role(person_id) is Role.EXECUTIVE:
            return frozenset(self.people)
        return self.tree(person_id)

    def writable(self, person_id: str) -> frozenset[str]:
        """The owners whose deals a person may change: the own ones and those of the tree below."""
        return self.tree(person_id)
