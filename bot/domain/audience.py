"""Who will see an answer, which is checked apart from who may ask."""

from dataclasses import dataclass
from enum import StrEnum

from bot.domain.people import Organization


class ChannelKind(StrEnum):
    DIRECT = "direct message"
    PRIVATE = "private"
    PUBLIC = "public"
    EXTERNAL = "external"


@dataclass(frozen=True, slots=True)
class Audience:
    """A place to talk: `members` are e-mails, None where everybody of the company may read along.

    `id` is how the messenger knows the place, where that is not its name.
    """

    channel: str
    kind: ChannelKind
    members: frozenset[str] | None = frozenset()
    id: str = ""

    @property
    def key(self) -> str:
        return self.id or self.channel

    @property
    def direct(self) -> bool:
        return self.kind is ChannelKind.DIRECT

    @property
    def external(self) -> bool:
        return self.kind is ChannelKind.EXTERNAL

    def may_see(self, owner_ids: frozenset[str], organization: Organization, *, asker_id: str) -> bool:
        """Whether deals of these owners may be posted here in the asker's name.

        All present must belong to the asker's own tree or stand above the asker: a manager may share the
        team's deals with the team. Somebody unknown to the CRM present means no.
        """
        if self.direct:
            return True
        if self.external:
            return False
        own_tree = organization.tree(asker_id)
        if not owner_ids <= own_tree:
            return False
        allowed = own_tree | set(organization.above(asker_id))
        present = [organization.with_email(email) for email in self.members or ()]
        if self.members is None:
            return set(organization.people) <= allowed
        return all(person is not None and person.id in allowed for person in present)


DIRECT = Audience("dm", ChannelKind.DIRECT)
