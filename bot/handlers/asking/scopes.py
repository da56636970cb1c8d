"""Whose deals are meant, and which of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from bot.contract.commands.asking import DealFilter, SummarizePipeline
from bot.contract.commands.coaching import CoachPerson
from bot.contract.replies.cards import Question
from bot.contract.replies.notices import Refusal
from bot.domain.deals import Quota
from bot.domain.people import Role
from bot.domain.periods import Period
from bot.handlers.clarifying.ask import ask, person_options
from bot.handlers.clarifying.names import meant_deal, names_the_deal
from bot.handlers.turn import Turn
from bot.language.lexicon import said
from bot.pipeline.figures import Tallies
from bot.pipeline.selection import Selection


@dataclass(frozen=True, slots=True)
class Scope:
    """Whose deals: a label to state, the owners, and the person at the head where there is one."""

    label: str
    owners: frozenset[str]
    head: str | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to the pipeline with all names and days resolved."""

    command: SummarizePipeline
    scope: Scope
    parts: tuple[Scope, ...]
    selection: Selection
    period: Period
    currency: str
    quotas: tuple[Quota, ...]
    tallies: Tallies

    @property
    def whole_book(self) -> bool:
        """Whether all deals of the scope count, so that its quota may stand beside them."""
        return self.selection == Selection(owners=self.selection.owners, moved_in=self.selection.moved_in)


def scope_of(words: str, turn: Turn) -> Scope | Refusal:
    """The scope that words name, if the asker may read all of it."""
    scope = _named(words, turn)
    if scope is None:
        return turn.refuse("not_found", "no_such_scope", words=words)
    if not scope.owners <= turn.readable:
        return turn.refuse("not_allowed", "not_your_scope", scope=scope.label)
    if not sells(scope.owners, turn):
        return turn.refuse(
            "not_allowed" if scope.head == turn.person.id else "not_found", "no_deals_here", scope=scope.label
        )
    return scope


def which_person(command: DealFilter | CoachPerson, turn: Turn) -> Question | None:
    """The question that words take which name several people equally well; None where it is clear who is meant."""
    for part in command.whose.split(", "):
        alike = _people(part, turn)
        if len(alike) > 1:
            return ask("scope", person_options(turn.organization.people[i] for i in alike), command, turn, part)
    return None


def _people(part: str, turn: Turn) -> list[str]:
    """The ids of the people whom words name best, of equals those whose deals the asker may read."""
    if part in turn.organization.people:
        return [part]
    matches = turn.names.find(part, {"person"}) if part else []
    alike = [m.id for m in matches if m.score == matches[0].score]
    return [i for i in alike if i in turn.readable] or alike


def sells(owners: frozenset[str], turn: Turn) -> bool:
    """Whether any of these people owns or leads deals, or is to: marketing people do not, somebody newly hired to sell
    does.
    """
    mirror, organization = turn.desk.mirror, turn.organization
    selling = mirror.snapshot.once("selling", mirror.sellers)
    if owners & selling or any(organization.role(o) is not Role.REP for o in owners):
        return True
    return any(said("selling_title", organization.people[o].title or "") for o in owners if o in organization.people)


def scopes_of(words: str, turn: Turn) -> list[Scope | Refusal]:
    return [scope_of(part, turn) for part in words.split(", ")]


def joined(scopes: Sequence[Scope]) -> Scope:
    """Several scopes as one."""
    if len(scopes) == 1:
        return scopes[0]
    return Scope(" / ".join(s.label for s in scopes), frozenset(o for s in scopes for o in s.owners), None)


def _named(words: str, turn: Turn) -> Scope | None:
    organization, me = turn.organization, turn.person
    role = organization.role(me.id)
    parts = [part for part in words.split(", ") if part]
    team = any(said("team", part) or said("we", part) for part in parts)
    named = [part for part in parts if not said("team", part) and part not in {"me", "all"}]
    for part in named:
        region = next((r for r in regions(turn) if r.casefold() == part.casefold()), None)
        if region:
            return region_scope(region, turn)
        people = _people(part, turn)
        if people:
            person = organization.people[people[0]]
            return Scope(person.name, organization.tree(person.id), person.id)
        return None
    if "all" in parts and turn.desk.open_to_all:
        return Scope("all", frozenset(organization.people), None)
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
    found = [
        p.region for p in organization.people.values() if p.region and organization.role(p.id) is not Role.EXECUTIVE
    ]
    selling = [
        r
        for r in dict.fromkeys(found)
        if any(sells(frozenset({p.id}), turn) for p in organization.people.values() if p.region == r)
    ]
    return selling


def region_scope(region: str, turn: Turn) -> Scope:
    """All people of a region; its head is the one manager whose tree they are, where there is one."""
    organization = turn.organization
    people = frozenset(p.id for p in organization.people.values() if p.region == region)
    head = next((p for p in people if people <= organization.tree(p)), None)
    return Scope(region, organization.tree(head) if head else people, head)


def selection_of(command: DealFilter, scope: Scope, turn: Turn) -> Selection | Refusal:
    """The command's conditions with every name resolved, never wider than the scope."""
    owners = scope.owners & turn.readable
    selection = Selection(owners=None if owners >= turn.organization.people.keys() else owners)
    if command.deal:
        meant = meant_deal(command.deal, (), turn, closed_too=True)
        ids = {d.id for d in ([meant.deal] if meant.deal else meant.options)}
        if meant.deal and names_the_deal(command.deal, meant.deal, turn):
            selection = replace(selection, ids=frozenset({meant.deal.id}))
        elif meant.account:
            selection = replace(selection, accounts=frozenset({meant.account.id}))
        elif ids:
            selection = replace(selection, ids=frozenset(ids))
        else:
            return turn.refuse("not_found", "no_such_deal", words=command.deal)
    if command.products:
        found = [_product(words, turn) for words in command.products]
        if None in found:
            return turn.refuse("not_found", "no_such_product", words=command.products[found.index(None)])
        selection = replace(selection, products=frozenset(ref for ref in found if ref))
    if command.industry:
        meant_by = turn.desk.library.taxonomy.meaning
        wanted = meant_by("industries", command.industry)
        narrow = command.industry in industries(turn) and command.industry.casefold() != wanted.casefold()
        known = frozenset(
            i for i in industries(turn) if i == command.industry or (not narrow and meant_by("industries", i) == wanted)
        )
        if not known:
            return turn.refuse("not_found", "no_such_industry", words=command.industry)
        selection = replace(selection, industries=known)
    if command.stage and command.stage not in turn.desk.mirror.snapshot.stages:
        return turn.refuse("not_found", "no_such_stage", words=command.stage)
    return replace(
        selection,
        stages=_stages(command, turn),
        forecasts=frozenset({command.forecast}) if command.forecast else None,
        not_forecasts=frozenset({command.not_forecast}) if command.not_forecast else None,
        not_stages=frozenset(command.not_stages) or None,
        currency=command.currency,
        named=command.named or None,
        created=_period(command.created_from, command.created_to),
        over=command.min_amount,
        under=command.max_amount,
        over_days_in_stage=command.min_days_in_stage,
        over_days_quiet=command.min_days_quiet,
        pushes=command.min_pushes,
        slipped=_period(command.slipped_from, command.slipped_to),
        rules=frozenset({command.finding}) if command.finding else frozenset(),
        loss_reason=command.loss_reason,
        moved=command.moved,
        moved_in=turn.clock.bounds(moved_in)
        if (moved_in := _period(command.moved_from, command.moved_to))
        else turn.clock.last_days(7),
    )


def _stages(command: DealFilter, turn: Turn) -> frozenset[str] | None:
    """The stage asked for, with the open ones after it where those are meant too."""
    if command.stages:
        return frozenset(command.stages)
    if command.stage is None:
        return None
    stages = turn.desk.mirror.snapshot.stages
    here = stages[command.stage]
    later = [s.name for s in stages.values() if command.stage_onward and s.kind is here.kind and s.order > here.order]
    return frozenset({here.name, *later})


def _product(words: str, turn: Turn) -> str | None:
    """The id of the product that is called so, else of the likeliest."""
    wanted = " ".join(words.casefold().split())
    for product in turn.desk.mirror.snapshot.products.values():
        if wanted in {name.casefold() for name in (product.name, *product.aliases)}:
            return product.id
    return next((match.id for match in turn.names.find(words, {"product"})), None)


def _period(start: date | None, end: date | None) -> Period | None:
    return Period(start, end) if start and end else None


def industries(turn: Turn) -> tuple[str, ...]:
    """The industries of the CRM's accounts."""
    mirror = turn.desk.mirror
    return mirror.snapshot.once("industries", mirror.industries)
