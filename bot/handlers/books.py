"""Whose deals are meant, and loading them with all that their numbers need."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal

from bot.domain.people import Role
from bot.domain.periods import Period
from bot.handlers.turn import Turn
from bot.pipeline.book import Book, stage_experience
from bot.replies import Refusal


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose deals: a label to state, the owners, and the person at the head where there is one."""

    label: str
    owners: frozenset[str]
    head: str | None


def scope_of(words: str, turn: Turn) -> Scope | Refusal:
    """The scope that words name, if the asker may read all of it."""
    scope = _named(words, turn)
    if scope is None:
        return turn.refuse("not_found", "no_such_scope", words=words)
    if not scope.owners <= turn.readable:
        return turn.refuse("not_allowed", "not_your_scope", scope=scope.label)
    if not sells(scope.owners, turn):
        return turn.refuse("not_allowed" if scope.head == turn.person.id else "not_found", "no_deals_here", scope=scope.label)
    return scope


def sells(owners: frozenset[str], turn: Turn) -> bool:
    """Whether any of these people owns or leads deals: marketing people do not."""
    mirror, organization = turn.desk.mirror, turn.organization
    selling = mirror.snapshot.once("selling", mirror.sellers)
    return bool(owners & selling) or any(organization.role(o) is not Role.REP for o in owners)


def scopes_of(words: str, turn: Turn) -> list[Scope | Refusal]:
    return [scope_of(part, turn) for part in words.split(", ")]


def _named(words: str, turn: Turn) -> Scope | None:
    organization, me = turn.organization, turn.person
    role = organization.role(me.id)
    parts = [part for part in words.split(", ") if part]
    team = any("team" in part.casefold() or "团队" in part or "我们" in part for part in parts)
    named = [part for part in parts if "team" not in part.casefold() and "团队" not in part and part not in {"me", "all"}]
    for part in named:
        region = next((r for r in regions(turn) if r.casefold() == part.casefold()), None)
        if region:
            return region_scope(region, turn)
        people = turn.names.find(part, {"person"})
        if people:
            person = organization.people[people[0].id]
            return Scope(person.name, organization.tree(person.id), person.id)
        return None
    if "all" in parts and role is not Role.REP:
        return Scope("all" if role is Role.EXECUTIVE else f"{me.name}'s team", organization.tree(me.id), me.id)
    if "me" in parts and not team:
        return Scope(me.name, organization.tree(me.id), me.id)
    if role is Role.REP:
        manager = organization.people.get(me.manager_id or "")
        if team and manager:
            return Scope(f"{manager.name}'s team", organization.tree(manager.id), manager.id)
        return Scope(me.name, frozenset({me.id}), me.id)
    return Scope("all" if role is Role.EXECUTIVE else f"{me.name}'s team", organization.tree(me.id), me.id)


def regions(turn: Turn) -> list[str]:
    """The regions in which people sell, in the CRM's order."""
    organization = turn.organization
    found = [p.region for p in organization.people.values() if p.region and organization.role(p.id) is not Role.EXECUTIVE]
    selling = [r for r in dict.fromkeys(found) if any(sells(frozenset({p.id}), turn) for p in organization.people.values() if p.region == r)]
    return selling


def region_scope(region: str, turn: Turn) -> Scope:
    """All people of a region; its head is the one manager whose tree they are, where there is one."""
    organization = turn.organization
    people = frozenset(p.id for p in organization.people.values() if p.region == region)
    head = next((p for p in people if people <= organization.tree(p)), None)
    return Scope(region, organization.tree(head) if head else people, head)


def load_book(owners: frozenset[str], turn: Turn, *, since: Period | None = None, closed: bool = False) -> Book:
    """The open deals of the owners, those closed since the period began (or all with `closed`), and their histories."""
    mirror, desk = turn.desk.mirror, turn.desk
    first = datetime.combine(since.start, time(), UTC) - timedelta(days=2) if since else turn.now - timedelta(days=9)
    first = min(first, turn.now - timedelta(days=9))
    deals = mirror.deals(owners=owners) if closed else mirror.deals(owners=owners, open_or_closed_since=first)
    ids = [d.id for d in deals] if len(deals) < 900 else None
    snapshot = mirror.snapshot

    def experience() -> tuple[dict[str, Decimal], dict[str, float]]:
        return stage_experience(mirror.deals(), mirror.stage_changes(), snapshot.stages)

    probabilities, typical = snapshot.once("experience", experience)
    return Book(
        deals=deals,
        stage_changes=mirror.stage_changes(ids),
        field_changes=mirror.field_changes(ids, ["close_date", "next_step"]),
        last_activity=mirror.last_activity([d.id for d in deals] if ids else None, turn.now),
        quotas=[],
        stages=snapshot.stages,
        probabilities=probabilities,
        typical_days=typical,
        as_of=turn.now,
        timezone=turn.company_timezone,
        fiscal=desk.fiscal,
        thresholds=desk.thresholds,
    )
