"""What comes due by the clock, or is finished later, with its person's rights of that moment."""

import logging
from datetime import datetime

from bot.contract.commands.asking import SummarizePipeline
from bot.contract.message import Finished
from bot.domain.audience import DIRECT, Audience
from bot.handlers.desk import Desk
from bot.handlers.digests import digests
from bot.handlers.guard import guarded
from bot.handlers.guiding import marketing
from bot.handlers.turn import Turn
from bot.handlers.writing.confirming import pick_up
from bot.handlers.writing.undoing import take_back

log = logging.getLogger(__name__)


def resume(desk: Desk, now: datetime) -> list[Finished]:
    """Finish the writes and undos that waited for the CRM or that a crash cut off; what their people are to be told."""
    people = desk.organization.people
    finished = []
    for draft in desk.drafts.unfinished():
        author = people.get(draft.author_id)
        if author is None:
            log.error("draft %s waits for a person who is no longer in the CRM", draft.id)
            continue
        turn = Turn(author, DIRECT, draft.thread, now, desk, draft.language, locale=desk.locale_of(author))
        finished.append(Finished(author.email, draft.thread, tuple(pick_up(draft, turn))))
    for kept, by_id in desk.receipts.waiting_undos():
        if by_id in people and desk.receipts.take_undo(kept.id):
            turn = Turn(
                people[by_id], DIRECT, kept.thread, now, desk, kept.draft.language, locale=desk.locale_of(people[by_id])
            )
            finished.append(Finished(people[by_id].email, kept.thread, tuple(take_back(kept, turn))))
    return [done for done in finished if done.replies]


def digest(desk: Desk, digest_id: str, audience: Audience, now: datetime) -> Finished | None:
    """A scheduled digest for its place, asked anew in its maker's name; None where it was stopped or the maker left."""
    kept = desk.schedules.of(digest_id)
    maker = desk.organization.people.get(kept.owner_id) if kept else None
    if kept is None or maker is None:
        return None
    turn = Turn(maker, audience, f"digest:{digest_id}", now, desk, kept.language, locale=desk.locale_of(maker))
    return Finished(maker.email, turn.thread, tuple(guarded(lambda: digests.post_digest(kept, turn), turn)))


def follow(desk: Desk, thread: str, digest_id: str, now: datetime) -> None:
    """Let a thread know what the digest that began it asked, so that “by rep” below it is understood."""
    kept = desk.schedules.of(digest_id)
    if kept:
        query = {"command": SummarizePipeline.__name__, **kept.query}
        before = desk.conversations.of(thread)
        changed = before.model_copy(update={"last_query": query, "schedule_id": digest_id})
        desk.conversations.remember(thread, changed, now)


def nudge(desk: Desk, person_id: str, now: datetime) -> Finished | None:
    """The morning message of a rep; None where nothing needs a fix."""
    person = desk.organization.people.get(person_id)
    if person is None:
        return None
    locale = desk.locale_of(person)
    turn = Turn(person, DIRECT, f"nudge:{person_id}", now, desk, locale.language, locale=locale)
    replies = guarded(lambda: digests.nudge(turn), turn)
    return Finished(person.email, turn.thread, tuple(replies)) if replies else None


def ending(desk: Desk, aid_id: str, owner_email: str, now: datetime) -> Finished | None:
    """A word to the owner of an aid that runs out soon; None where that is no longer so."""
    person = desk.organization.with_email(owner_email)
    if person is None:
        return None
    turn = Turn(person, DIRECT, f"aid:{aid_id}", now, desk)
    replies = marketing.ending(aid_id, turn)
    return Finished(person.email, turn.thread, tuple(replies)) if replies else None
