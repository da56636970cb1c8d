"""Digests by schedule: made, listed and cancelled by talking, posted with the maker's rights of that moment."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from bot.contract.commands.asking import SummarizePipeline
from bot.contract.commands.digests import CancelSchedule, ListSchedules, ScheduleDigest, SnoozeNudges
from bot.contract.phrases import phrase
from bot.contract.replies.base import Reply
from bot.contract.replies.digests import Schedule, Schedules
from bot.contract.replies.notices import Refusal
from bot.contract.replies.reports import DealsFound, PipelineReport
from bot.domain.people import Role
from bot.handlers.asking.buttons import fix_value
from bot.handlers.asking.lists import deals_found
from bot.handlers.asking.scopes import Scope, scope_of
from bot.handlers.asking.sections import said
from bot.handlers.asking.summaries import summarize_pipeline
from bot.handlers.desk import Desk
from bot.handlers.turn import Turn
from bot.pipeline.selection import Selection
from bot.storage.schedules import WEEKDAYS, Digest, next_time

SCHEDULES_MOST = 20
NUDGED_MOST = 8
SNOOZED_DAYS = 7


def schedule_digest(command: ScheduleDigest, turn: Turn) -> list[Reply]:
    """A digest of what the thread asked last, or of the pipeline, at a wall-clock time of the maker's zone."""
    query = command.query or _last(turn) or SummarizePipeline()
    scope = scope_of(query.whose, turn)
    if isinstance(scope, Refusal):
        return [scope]
    if len(turn.desk.schedules.at(turn.audience.key)) >= SCHEDULES_MOST:
        return [turn.refuse("unsupported", "schedules_many", most=str(SCHEDULES_MOST))]
    days, zone = command.days or ("mon",), turn.person.timezone
    digest = Digest(
        id=turn.desk.new_id(),
        owner_id=turn.person.id,
        place=turn.audience.key,
        channel=turn.audience.channel,
        query=query.model_dump(mode="json"),
        what=phrase(
            turn.language, "schedule_what", view=phrase(turn.language, f"view_{query.view}"), scope=_named(scope, turn)
        ),
        language=turn.language,
        days=days,
        hour=command.hour,
        minute=command.minute,
        monthly=command.monthly,
        timezone=zone,
        next_at=next_time(turn.now, days, command.hour, command.minute, zone, monthly=command.monthly),
    )
    turn.desk.schedules.add(digest, turn.now)
    turn.conversation = turn.conversation.model_copy(update={"schedule_id": digest.id})
    return [_told("created", [digest], turn)]


def _last(turn: Turn) -> SummarizePipeline | None:
    kept = dict(turn.conversation.last_query or {})
    return SummarizePipeline.model_validate(kept) if kept.pop("command", None) == "SummarizePipeline" else None


def _named(scope: Scope, turn: Turn) -> str:
    return scope.label if scope.label != "all" else phrase(turn.language, "scope_all")


def list_schedules(command: ListSchedules, turn: Turn) -> list[Reply]:
    """The digests of this place."""
    found = turn.desk.schedules.at(turn.audience.key)
    if len(found) == 1:
        turn.conversation = turn.conversation.model_copy(update={"schedule_id": found[0].id})
    return [_told("listed", found, turn)]


def cancel_schedule(command: CancelSchedule, turn: Turn) -> list[Reply]:
    """Stop the digest meant: the thread's, else the one of the place that the words fit; its maker or their managers
    may.
    """
    found = turn.desk.schedules.at(turn.audience.key)
    meant = [d for d in found if d.id == turn.conversation.schedule_id]
    if not meant:
        words = command.words.casefold()
        meant = [
            d
            for d in found
            if any(
                phrase("en", f"day_{day}").casefold() in words or phrase("zh", f"day_{day}") in words for day in d.days
            )
        ] or found
    if not meant:
        return [turn.refuse("not_found", "schedule_none")]
    if len(meant) > 1:
        return [_told("listed", meant, turn, say="schedule_which")]
    if turn.person.id != meant[0].owner_id and meant[0].owner_id not in turn.organization.tree(turn.person.id):
        return [turn.refuse("not_allowed", "schedule_not_yours")]
    turn.desk.schedules.cancel(meant[0].id, turn.now)
    turn.conversation = turn.conversation.model_copy(update={"schedule_id": None})
    return [_told("cancelled", meant, turn)]


def snooze(command: SnoozeNudges, turn: Turn) -> list[Reply]:
    """Rest from morning messages until a day (a week where none is said), stop them, or get them again; the person's
    own alone.
    """
    until = None if command.on or command.off else command.until or turn.today + timedelta(days=SNOOZED_DAYS)
    turn.desk.schedules.rest(turn.person.id, off=command.off and not command.on, until=until)
    say = "nudges_on" if command.on else "nudges_until" if until else "nudges_off"
    return [
        Schedules(
            action="snoozed",
            say=say,
            values={"day": until.isoformat() if until else ""},
            audience="ephemeral",
            language=turn.language,
        )
    ]


def post_digest(digest: Digest, turn: Turn) -> list[Reply]:
    """The digest for its place now; where somebody there may not see it, a word to its maker instead."""
    replies = summarize_pipeline(SummarizePipeline.model_validate(digest.query), turn)
    if turn.audience.direct or all(isinstance(r, PipelineReport) and r.audience == "channel" for r in replies):
        return replies
    return [turn.refuse("not_allowed", "digest_not_posted", what=digest.what, channel=digest.channel)]


def nudges_due(desk: Desk, now: datetime, hour: int) -> list[tuple[str, date]]:
    """The reps for whom a morning message may go out now, with their day: a working day, early, none sent, none
    declined.
    """
    resting = desk.schedules.resting()
    due = []
    for person in desk.organization.people.values():
        there = now.astimezone(ZoneInfo(person.timezone))
        early = there.weekday() < 5 and hour <= there.hour < hour + 2
        rest = resting.get(person.id)
        if early and desk.organization.role(person.id) is Role.REP and not (rest and rest.keeps_from(there.date())):
            due.append((person.id, there.date()))
    return due


def nudge(turn: Turn) -> list[Reply]:
    """The person's own deals that need a fix today, in one message; nothing where all is well."""
    found = to_fix(frozenset({turn.person.id}), NUDGED_MOST, turn)
    return [found.model_copy(update={"title": "nudge_title"})] if found else []


def to_fix(owners: frozenset[str], most: int, turn: Turn) -> DealsFound | None:
    """The deals of these owners that need a fix today, each with its button; None where all is well."""
    selection = Selection(owners=owners, rules=frozenset({"close_date_past", "no_next_step", "stalled"}))
    listed = turn.desk.records.deals(selection, turn.sight, limit=most)
    if not listed.count:
        return None
    why = {
        s.deal.id: ", ".join(said(s, rule, turn) for rule in s.rules if rule in selection.rules)
        for s in listed.statuses
    }
    fixes = {
        s.deal.id: fix_value(s.deal.id, next(rule for rule in s.rules if rule in selection.rules))
        for s in listed.statuses
    }
    return deals_found(
        [s.deal for s in listed.statuses], turn, why=why, fixes=fixes, count=listed.count, total=listed.totals
    )


def _told(action: str, digests: list[Digest], turn: Turn, say: str = "") -> Schedules:
    return Schedules.model_validate(
        {
            "action": action,
            "schedules": [_shown(d, turn, ended=action == "cancelled") for d in digests],
            "say": say or f"schedule_{action}",
            "language": turn.language,
        }
    )


def _shown(digest: Digest, turn: Turn, *, ended: bool) -> Schedule:
    days = ", ".join(phrase(turn.language, f"day_{day}") for day in WEEKDAYS if day in digest.days)
    if len(digest.days) == len(WEEKDAYS):
        days = phrase(turn.language, "day_every")
    say = "schedule_when_monthly" if digest.monthly else "schedule_when"
    when = phrase(turn.language, say, days=days, time=f"{digest.hour:02}:{digest.minute:02}")
    coming: datetime | None = None if ended else digest.next_at
    return Schedule(
        id=digest.id, what=digest.what, channel=digest.channel, when=when, timezone=digest.timezone, next=coming
    )
