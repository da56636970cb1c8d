"""What people owe in a question's period."""

from collections.abc import Sequence
from decimal import Decimal

from bot.domain.deals import Quota
from bot.domain.people import Organization
from bot.domain.periods import Clock
from bot.pipeline.figures import quotas_for
from bot.pipeline.measures import OF_OWNER
from bot.records.question import Keys, Question


class Owed:
    """What people owe in the question's period, by group of owners."""

    def __init__(self, question: Question, quotas: Sequence[Quota], organization: Organization, clock: Clock) -> None:
        self._question, self._quotas, self._organization = question, quotas, organization
        self._period = question.period or clock.quarter

    def of(self, keys: Keys, currency: str) -> Decimal | None:
        """The quota of a group in a currency; None where the group is none of people, or has no quota."""
        owners = self._question.selection.owners
        members = frozenset(self._organization.people) if owners is None else owners
        root: str | None = None
        if keys:
            if len(keys) != 1 or self._question.by[0] not in OF_OWNER or keys[0] is None:
                return None
            match self._question.by[0]:
                case "rep":
                    members = members & {keys[0]}
                case "manager":
                    members, root = members & self._organization.tree(keys[0]), keys[0]
                case _:
                    members = frozenset(i for i in members if self._organization.people[i].region == keys[0])
                    root = _head(members, self._organization)
        else:
            root = _head(members, self._organization)
        found = quotas_for(self._quotas, self._period, root, members, self._organization)
        amounts = [q.target.amount for q in found if q.target.currency == currency]
        return sum(amounts, Decimal(0)) if amounts else None


def _head(members: frozenset[str], organization: Organization) -> str | None:
    """The person whose whole tree the members are, where there is one."""
    return next((p for p in sorted(members) if organization.tree(p) == members), None)
