"""Marketing's view of the library, and the life of an aid: draft, approved, retired."""

import re
from collections import Counter, defaultdict
from datetime import datetime, timedelta

from rapidfuzz import fuzz, process

from bot.contract.commands.guiding import AnnounceAid, BlankAid, ChangeAid, ReportAids
from bot.contract.phrases import phrase
from bot.contract.replies.aids import AidChanged, AidForm, AidsReport
from bot.contract.replies.base import PeriodShown, Reply, ReportRow
from bot.domain.deals import StageKind
from bot.domain.people import Person
from bot.domain.periods import Clock, Period
from bot.errors import BadRequest
from bot.handlers.desk import Desk
from bot.handlers.guard import refused
from bot.handlers.guiding.aids import shown_alone, source_of
from bot.handlers.turn import Turn
from knowledge.blank_form import blank
from knowledge.gaps import clusters
from knowledge.kinds.base import Aid

DAYS, ENDING_DAYS = 90, 30
GAPS_SHOWN, UNUSED_SHOWN = 15, 15
TITLE_ALIKE, OWNER_TOLD_DAYS = 60, 14
_CHANNEL = re.compile(r"<#(C\w+)")


def report_aids(command: ReportAids, turn: Turn) -> list[Reply]:
    """What the library is used for; for marketing people and managers, because questions may name accounts."""
    period = Period(command.period_from, command.period_to) if command.period_from and command.period_to else None
    of = None if turn.in_marketing else turn.readable
    return [
        usage(turn.desk, turn.clock, period, turn.now, turn.language, of).model_copy(update={"audience": "ephemeral"})
    ]


def usage(
    desk: Desk, clock: Clock, period: Period | None, now: datetime, language: str, of: frozenset[str] | None = None
) -> AidsReport:
    """How often each aid was shown, how it was rated, what became of the deals it was used for, and what is missing; by
    all, or by some people.
    """
    period = period or Period(clock.today - timedelta(days=DAYS), clock.today)
    uses = [use for use in desk.library_use.between(*clock.bounds(period)) if of is None or use.person_id in of]
    shown, up, down = Counter[str](), Counter[str](), Counter[str]()
    deals: dict[str, set[str]] = defaultdict(set)
    for use in uses:
        counted = {"asked": shown, "up": up, "down": down}.get(use.kind)
        if counted is None:
            continue
        counted.update(use.sources)
        for source in use.sources if use.deal_id and use.kind == "asked" else ():
            deals[source].add(use.deal_id or "")
    stages = desk.mirror.snapshot.stages
    kinds = (
        {d.id: stages[d.stage].kind for d in desk.mirror.deals(ids=sorted(set().union(*deals.values())))}
        if deals
        else {}
    )
    aids = {aid.id: aid for aid in desk.library.shelf.newest()}
    rows = [
        ReportRow(
            label=aids[i].title,
            metrics={
                "shown_count": shown[i],
                "up_count": up[i],
                "down_count": down[i],
                "won_count": sum(kinds.get(d) is StageKind.WON for d in deals[i]),
                "lost_count": sum(kinds.get(d) is StageKind.LOST for d in deals[i]),
            },
        )
        for i in sorted({*shown, *up, *down} & aids.keys(), key=lambda i: (-shown[i], i))
    ]
    missing = clusters([use.question for use in uses if use.kind == "gap"])
    current = desk.library.shelf.current_aids(clock.today)
    return AidsReport(
        scope=phrase(language, "scope_library"),
        period=PeriodShown(start=period.start, end=period.end),
        as_of=now,
        metrics={
            "asked_count": sum(use.kind == "asked" for use in uses),
            "gap_count": sum(use.kind == "gap" for use in uses),
            "people_count": len({use.person_id for use in uses}),
            "current_count": len(current),
            "unused_count": sum(not shown[aid.id] for aid in current),
        },
        rows=tuple(rows),
        gaps=tuple(
            f"{cluster[0]} ({len(cluster)}×)" if len(cluster) > 1 else cluster[0] for cluster in missing[:GAPS_SHOWN]
        ),
        unused=tuple(sorted(aid.title for aid in current if not shown[aid.id]))[:UNUSED_SHOWN],
        ending=tuple(
            _ending(aid)
            for aid in sorted(current, key=lambda a: (a.valid_until is None, a.valid_until))
            if aid.valid_until and aid.valid_until <= clock.today + timedelta(days=ENDING_DAYS)
        ),
        language=language,
    )


def _ending(aid: Aid) -> str:
    return f"{aid.title}: {aid.valid_until}" + (f" ({aid.owner})" if aid.owner else "")


def blank_aid(command: BlankAid, turn: Turn) -> list[Reply]:
    """The form of a kind of aid, which comes back filled in as a draft."""
    return [AidForm(aid=command.aid, content=blank(command.aid, turn.person.email), language=turn.language)]


def change_aid(command: ChangeAid, turn: Turn) -> list[Reply]:
    """Approve or retire the aid that the words name; marketing people alone, audited, in answers at once."""
    library = turn.desk.library
    aid = _meant(command.words, [a for a in library.shelf.newest() if a.status != command.status])
    if aid is None:
        return [turn.refuse("not_found", "no_such_aid", words=command.words)]
    later = aid.valid_from if aid.valid_from and aid.valid_from > turn.company_today else None
    replaced = (
        None
        if later or command.status == "retired"
        else next((a.version for a in library.shelf.versions[aid.id] if a.current(turn.company_today)), None)
    )
    library.catalogue.set_status(aid.id, command.status, aid.version if command.status == "approved" else None)
    turn.desk.audit.aid(turn.person.id, command.status, source_of(aid).location or aid.id, turn.desk.new_id(), turn.now)
    return [
        AidChanged(
            id=aid.id,
            title=aid.title,
            version=aid.version,
            status=command.status,
            replaces=replaced,
            valid_from=later,
            language=turn.language,
        )
    ]


def announce(command: AnnounceAid, turn: Turn) -> list[Reply]:
    """A current aid for all in this place, or in the channels named; marketing people alone, audited."""
    aid = _meant(command.words, turn.desk.library.shelf.current_aids(turn.company_today))
    if aid is None:
        return [turn.refuse("not_found", "no_such_aid", words=command.words)]
    channels = tuple(dict.fromkeys(_CHANNEL.findall(turn.text)))
    turn.desk.audit.aid(turn.person.id, "announced", aid.id, turn.desk.new_id(), turn.now)
    return [
        shown_alone(aid, turn).model_copy(update={"announced": True, "announced_in": channels, "audience": "channel"})
    ]


def ending(aid_id: str, turn: Turn) -> list[Reply]:
    """A word to an aid's owner that it runs out; none where it was prolonged or retired meanwhile."""
    aid = turn.desk.library.aid(aid_id, turn.company_today)
    if (
        aid is None
        or aid.valid_until is None
        or not aid.current(turn.company_today)
        or aid.valid_until > turn.company_today + timedelta(days=OWNER_TOLD_DAYS)
    ):
        return []
    return [
        AidChanged(
            id=aid.id,
            title=aid.title,
            version=aid.version,
            status="ending",
            valid_until=aid.valid_until,
            language=turn.language,
        )
    ]


def aids_ending(desk: Desk, now: datetime) -> list[tuple[Aid, Person]]:
    """The current aids that run out within two weeks, with their owners, where those are people of the CRM."""
    day = now.date()
    found = [
        a
        for a in desk.library.shelf.current_aids(day)
        if a.valid_until and a.valid_until <= day + timedelta(days=OWNER_TOLD_DAYS)
    ]
    owners = ((aid, desk.organization.with_email(aid.owner or "")) for aid in found)
    return [(aid, owner) for aid, owner in owners if owner]


def _meant(words: str, aids: list[Aid]) -> Aid | None:
    """The aid whose id is said, else the one whose title the words are most like; none where two are equally near."""
    said = set(words.casefold().split())
    named = next((aid for aid in aids if aid.id.casefold() in said), None)
    if named:
        return named
    titles = {aid.id: f"{aid.title} {aid.kind.replace('_', ' ')}" for aid in aids}
    near = process.extract(words, titles, scorer=fuzz.token_set_ratio, score_cutoff=TITLE_ALIKE, limit=2)
    if not near or (len(near) > 1 and near[0][1] == near[1][1]):
        return None
    return next(aid for aid in aids if aid.id == near[0][2])


def take_draft(text: str, turn: Turn) -> list[Reply] | None:
    """A job aid that a marketing person sends as a file: a draft from now on, or what is wrong with it.

    None for any other file or person.
    """
    if not turn.in_marketing:
        return None
    try:
        aid = turn.desk.library.take_draft(text)
    except BadRequest as error:
        return [refused(error, turn)]
    if aid is None:
        return None
    turn.desk.audit.aid(turn.person.id, "draft", aid.id, turn.desk.new_id(), turn.now)
    return [AidChanged(id=aid.id, title=aid.title, version=aid.version, status="draft", language=turn.language)]
