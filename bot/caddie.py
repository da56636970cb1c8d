"""Caddie.reply and Caddie.press: the whole path from what a person says or presses to the replies."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TypeVar, assert_never, cast

from bot.contract.commands import (
    AnnounceAid,
    AnswerQuestion,
    AnyCommand,
    AskLibrary,
    BlankAid,
    CancelSchedule,
    ChangeAid,
    ChangeMany,
    CoachDeal,
    CoachPerson,
    Command,
    CorrectDraft,
    CreateAccount,
    CreateContact,
    CreateDeal,
    FindAid,
    FollowAid,
    Help,
    ListDeals,
    ListSchedules,
    LogActivity,
    ReportAids,
    ScheduleDigest,
    ShowDeal,
    SnoozeNudges,
    SummarizePipeline,
    Unclear,
    Undo,
    Unsupported,
    UpdateDeal,
    WritePlan,
)
from bot.contract.phrases import phrase
from bot.contract.replies import DealsFound, FormValues, HelpText, NotUnderstood, Refusal, Reply
from bot.documents.notes import Notes
from bot.domain.audience import DIRECT, Audience
from bot.domain.people import Person, Role
from bot.domain.text import chinese
from bot.errors import CrmUnavailable
from bot.handlers.asking import lists as questions
from bot.handlers.asking import scopes, summaries
from bot.handlers.asking.buttons import asked_for
from bot.handlers.clarifying import answer as answering
from bot.handlers.coaching import coaching
from bot.handlers.digests import digests as scheduling
from bot.handlers.guiding import aids as guidance
from bot.handlers.guiding import marketing
from bot.handlers.opening import home, links
from bot.handlers.planning import plans as planning
from bot.handlers.turn import Desk, Message, Press, Turn
from bot.handlers.writing import bulk, capture, confirming, correcting, creating, forms, undoing
from bot.language.context import OpenDraft, Reading
from bot.language.model.understanding import Understanding, Understood
from bot.language.rules.stages import stage_words
from knowledge.aids import AidError

log = logging.getLogger(__name__)
CARDS_MOST = 20
TURNS_KEPT, TURN_MOST = 6, 300
Changing = TypeVar("Changing", bound=LogActivity | UpdateDeal | ChangeMany)


@dataclass(frozen=True, slots=True)
class Answered:
    """The replies to one message or press, the model that understood it, and the milliseconds it took."""

    thread: str
    model: str
    ms: int
    replies: tuple[Reply, ...]


@dataclass(frozen=True, slots=True)
class Finished:
    """What came of a write that had to wait, for its person."""

    email: str
    thread: str
    replies: tuple[Reply, ...]


class Caddie:
    """Answers people. Everything that differs between installations comes in with the desk."""

    def __init__(self, desk: Desk, understanding: Understanding) -> None:
        self.desk, self._understanding = desk, understanding

    def reply(self, message: Message) -> Answered:
        """Understand a message and do what it asks; writes only ever yield a card."""
        started = time.perf_counter()
        turn = self._turn(message, message.text)
        if isinstance(turn, Refusal):
            return _answered(message, "offline", started, [turn])
        understood = self._understood(turn)
        replies: list[Reply] = []
        for command in understood.commands:
            replies += self._guarded(partial(self._handle, command, turn), turn)
        return self._finish(message, turn, started, replies)

    def understand(self, message: Message) -> tuple[Command, ...]:
        """The commands that a message means, without doing them; none for somebody unknown."""
        turn = self._turn(message, message.text)
        return () if isinstance(turn, Refusal) else self._understood(turn).commands

    def _understood(self, turn: Turn) -> Understood:
        understood = self._understanding.understand(turn.text, self._reading(turn))
        turn.model = understood.model
        return understood

    def reply_shared(self, message: Message) -> Answered:
        """Log somebody else's message or thread, handed over by the person: a note, whatever it says."""
        return self._read(message, lambda turn: self._understanding.shared(turn.text, self._reading(turn)))

    def reply_notes(self, message: Message, notes: Notes) -> Answered:
        """Cards for each thing found in a file of the person's own notes, or one for a transcript."""

        def read(turn: Turn) -> tuple[Command, ...]:
            if not notes.lines:
                return self._understanding.notes(notes.text, self._reading(turn))
            lines = [(line.who, line.said) for line in notes.lines]
            return self._understanding.transcript(lines, notes.minutes, turn.person.name, self._reading(turn))

        return self._read(message, read, lambda turn: self._drafted(notes, turn))

    def _drafted(self, notes: Notes, turn: Turn) -> list[Reply] | None:
        """The draft in a file that a marketing person sent; what is wrong with it, where it is one and cannot be
        taken."""
        try:
            return marketing.take_draft(notes.text, turn)
        except AidError as error:
            return [turn.refuse("unsupported", "sentence", text=str(error))]

    def _read(
        self,
        message: Message,
        read: Callable[[Turn], tuple[Command, ...]],
        first: Callable[[Turn], list[Reply] | None] = lambda turn: None,
    ) -> Answered:
        """The replies to the commands that are read from words handed over; `first` answers by itself what needs no
        reading."""
        started = time.perf_counter()
        turn = self._turn(message, message.text)
        if isinstance(turn, Refusal):
            return _answered(message, "offline", started, [turn])
        replies = first(turn) or []
        for command in read(turn)[:CARDS_MOST] if not replies else ():
            replies += self._guarded(partial(self._handle, command, turn), turn)
        return self._finish(message, turn, started, replies)

    def form(self, asked: Press) -> Reply:
        """The log form on the card that `ref` names, or an empty one."""
        turn = self._turn(asked, "")
        return turn if isinstance(turn, Refusal) else forms.open_form(asked.ref, turn)

    def check(self, asked: Press, values: FormValues) -> dict[str, str]:
        """What is wrong with a filled form, a sentence a field; empty where it can be taken."""
        turn = self._turn(asked, values.summary + values.next_step)
        if isinstance(turn, Refusal):
            return {"deal": phrase(turn.language, turn.say, **turn.values)}
        return {
            field: phrase(turn.language, say, **fill)
            for field, (say, fill) in forms.problems(values, asked.ref, turn).items()
        }

    def submit(self, asked: Press, values: FormValues) -> Answered:
        """The card that a filled form asks for."""
        started = time.perf_counter()
        turn = self._turn(asked, values.summary + values.next_step)
        if isinstance(turn, Refusal):
            return _answered(asked, "offline", started, [turn])
        turn.text = values.summary
        return self._finish(asked, turn, started, self._guarded(partial(forms.submit, values, asked.ref, turn), turn))

    def press(self, press: Press) -> Answered:
        """Confirm, discard or undo, for the right person, once."""
        started = time.perf_counter()
        turn = self._turn(press, "")
        if isinstance(turn, Refusal):
            return _answered(press, "offline", started, [turn])
        replies = self._guarded(partial(self._pressed, press, turn), turn)
        return self._finish(press, turn, started, replies)

    def resume(self, now: datetime) -> list[Finished]:
        """Finish the writes and undos that waited for the CRM or that a crash cut off; what their people are to be
        told."""
        journal, people = self.desk.journal, self.desk.organization.people
        finished = []
        for draft in journal.unfinished():
            author = people.get(draft.author_id)
            if author is None:
                log.error("draft %s waits for a person who is no longer in the CRM", draft.id)
                continue
            turn = Turn(author, DIRECT, draft.thread, now, self.desk, draft.language)
            finished.append(Finished(author.email, draft.thread, tuple(confirming.pick_up(draft, turn))))
        for kept, by_id in journal.waiting_undos():
            if by_id in people and journal.claim_undo(kept.id):
                turn = Turn(people[by_id], DIRECT, kept.thread, now, self.desk, kept.draft.language)
                finished.append(Finished(people[by_id].email, kept.thread, tuple(undoing.take_back(kept, turn))))
        return [done for done in finished if done.replies]

    def digest(self, digest_id: str, audience: Audience, now: datetime) -> Finished | None:
        """A scheduled digest for its place, asked anew in its maker's name; None where it was stopped or the maker
        left."""
        digest = self.desk.schedules.of(digest_id)
        maker = self.desk.organization.people.get(digest.owner_id) if digest else None
        if digest is None or maker is None:
            return None
        turn = Turn(maker, audience, f"digest:{digest_id}", now, self.desk, digest.language)
        return Finished(
            maker.email, turn.thread, tuple(self._guarded(lambda: scheduling.post_digest(digest, turn), turn))
        )

    def follow(self, thread: str, digest_id: str, now: datetime) -> None:
        """Let a thread know what the digest that began it asked, so that “by rep” below it is understood."""
        digest = self.desk.schedules.of(digest_id)
        if digest:
            query = {"command": SummarizePipeline.__name__, **digest.query}
            before = self.desk.journal.conversation(thread)
            self.desk.journal.remember(
                thread, before.model_copy(update={"last_query": query, "schedule_id": digest_id}), now
            )

    def nudge(self, person_id: str, now: datetime) -> Finished | None:
        """The morning message of a rep; None where nothing needs a fix."""
        person = self.desk.organization.people.get(person_id)
        if person is None:
            return None
        turn = Turn(person, DIRECT, f"nudge:{person_id}", now, self.desk, _language_of(person))
        replies = self._guarded(lambda: scheduling.nudge(turn), turn)
        return Finished(person.email, turn.thread, tuple(replies)) if replies else None

    def ending(self, aid_id: str, owner_email: str, now: datetime) -> Finished | None:
        """A word to the owner of an aid that runs out soon; None where that is no longer so."""
        person = self.desk.organization.with_email(owner_email)
        if person is None:
            return None
        turn = Turn(person, DIRECT, f"aid:{aid_id}", now, self.desk)
        replies = marketing.ending(aid_id, turn)
        return Finished(person.email, turn.thread, tuple(replies)) if replies else None

    def home(self, email: str, thread: str, now: datetime) -> Reply:
        """What a person sees on opening Caddie; a refusal for somebody unknown."""
        turn = self._opening(email, thread, now)
        return turn if isinstance(turn, Refusal) else home.home(turn)

    def prompts(self, email: str, thread: str, now: datetime) -> tuple[str, tuple[tuple[str, str], ...]]:
        """A title, and (title, message) of each thing that a person may want to ask first; none for somebody
        unknown."""
        turn = self._opening(email, thread, now)
        return ("", ()) if isinstance(turn, Refusal) else (phrase(turn.language, "prompts_title"), home.prompts(turn))

    def previews(self, urls: Sequence[str], asked: Press) -> dict[str, DealsFound]:
        """What stands behind links into the CRM, by link, as far as all in the place may see it."""
        turn = self._turn(asked, "")
        return {} if isinstance(turn, Refusal) or turn.audience.external else links.previews(urls, turn)

    def _opening(self, email: str, thread: str, now: datetime) -> Turn | Refusal:
        """A turn in which nothing was said: the language is that of where the person is."""
        turn = self._turn(Press("edit", email, DIRECT, thread, now), "")
        return turn if isinstance(turn, Refusal) else replace(turn, language=_language_of(turn.person))

    def _turn(self, asked: Message | Press, text: str) -> Turn | Refusal:
        language = "zh" if chinese(text) else "en"
        person = self.desk.organization.with_email(asked.email)
        if person is None:
            return Refusal(reason="not_allowed", say="unknown_person", values={"email": asked.email}, language=language)
        conversation = self.desk.journal.conversation(asked.thread)
        heard = asked.heard if isinstance(asked, Message) else None
        return Turn(
            person,
            asked.audience,
            asked.thread,
            asked.now,
            self.desk,
            language,
            text,
            conversation=conversation,
            heard=heard,
        )

    def _reading(self, turn: Turn) -> Reading:
        """What the language side may know of the company and the thread."""
        snapshot, conversation = turn.desk.mirror.snapshot, turn.conversation
        question = conversation.question
        return Reading(
            today=turn.today,
            lexicon=turn.names,
            stages=tuple(snapshot.stages.values()),
            process=self.desk.process,
            regions=snapshot.once("regions", lambda: tuple(scopes.regions(turn))),
            industries=snapshot.once("industry_words", lambda: self._industry_words(turn)),
            fiscal=self.desk.fiscal,
            day_first=not turn.person.timezone.startswith("America/"),
            draft=self._open_draft(turn),
            question=tuple(o.name for o in question.options)
            if question and question.author_id == turn.person.id
            else None,
            last_query=conversation.last_query,
            deal_in_thread=conversation.deal_id is not None,
            schedule_in_thread=conversation.schedule_id is not None,
            aids_in_thread=conversation.aids is not None,
            competitors=self.desk.library.competitors(),
            turns=conversation.turns,
        )

    def _industry_words(self, turn: Turn) -> dict[str, str]:
        """What people may say for the industries of the CRM."""
        known = scopes.industries(turn)
        taxonomy = self.desk.library.taxonomy
        return {
            word: taxonomy.meaning("industries", industry)
            for industry in known
            for word in taxonomy.words("industries", industry)
        } | {i.casefold(): i for i in known}

    def _open_draft(self, turn: Turn) -> OpenDraft | None:
        found = self.desk.journal.draft(turn.conversation.draft_id) if turn.conversation.draft_id else None
        if found is None or found[1] != "open" or found[0].author_id != turn.person.id:
            return None
        draft = found[0]
        return OpenDraft(
            has_activity=draft.activity is not None,
            has_close_date=any(c.field == "close_date" for c in draft.changes),
            has_next_step=draft.next_step is not None,
        )

    def _handle(self, said: Command, turn: Turn) -> list[Reply]:
        command: AnyCommand = said  # type: ignore[assignment]
        if turn.audience.external:
            if not isinstance(command, FindAid | FollowAid | AskLibrary | Help | Unclear | Unsupported):
                return [turn.refuse("external_audience", "external")]
            command = command.model_copy(update={"deal": ""}) if isinstance(command, FindAid) else command
        match command:
            case LogActivity() | UpdateDeal():
                told: LogActivity | UpdateDeal = self._with_own_stage(command, turn)
                return capture.tell(told, turn)
            case CreateDeal():
                return creating.create_deal(command, turn)
            case CreateAccount():
                return creating.create_account(command.name, command, turn)
            case CreateContact():
                return creating.create_contact(command, turn)
            case CorrectDraft():
                return correcting.correct(command, turn)
            case AnswerQuestion():
                return answering.answer_question(command, turn)
            case ChangeMany():
                return bulk.change_many(self._with_own_stage(command, turn), turn)
            case Undo():
                return undoing.undo(self.desk.journal.newest_receipt(turn.thread), turn)
            case FindAid():
                return guidance.find_aid(command, turn)
            case FollowAid():
                return guidance.follow_aid(command, turn)
            case AskLibrary():
                return guidance.ask_library(command, turn)
            case ReportAids():
                return marketing.report_aids(command, turn)
            case BlankAid():
                return marketing.blank_aid(command, turn)
            case ChangeAid():
                return marketing.change_aid(command, turn)
            case AnnounceAid():
                return marketing.announce(command, turn)
            case SummarizePipeline():
                return summaries.summarize_pipeline(command, turn)
            case ListDeals():
                return questions.list_deals(command, turn)
            case ShowDeal():
                return questions.show_deal(command, turn)
            case CoachDeal():
                return coaching.coach_deal(command, turn)
            case CoachPerson():
                return coaching.coach_person(command, turn)
            case WritePlan():
                return planning.write_plan(command, turn)
            case ScheduleDigest():
                return scheduling.schedule_digest(command, turn)
            case ListSchedules():
                return scheduling.list_schedules(turn)
            case CancelSchedule():
                return scheduling.cancel_schedule(command, turn)
            case SnoozeNudges():
                return scheduling.snooze(command, turn)
            case Help():
                return [
                    HelpText(role=turn.organization.role(turn.person.id), audience="ephemeral", language=turn.language)
                ]
            case Unsupported():
                return [
                    turn.refuse("unsupported", f"later_{command.what}" if command.what in _LATER else "later_other")
                ]
            case Unclear():
                say = "unclear" if command.reason == "nothing_found" else command.reason
                return [NotUnderstood(suggestions=_suggestions(turn), say=say, language=turn.language)]
        assert_never(command)

    def _with_own_stage(self, command: Changing, turn: Turn) -> Changing:
        """A stage as somebody may call it becomes the company's own name for it."""
        stages = turn.desk.mirror.snapshot.stages
        said = command.changes.stage
        if said is None or said in stages:
            return command
        own = stage_words(said, tuple(stages.values()), self.desk.process)
        if own is None:
            return command
        return cast(Changing, command.model_copy(update={"changes": command.changes.model_copy(update={"stage": own})}))

    def _pressed(self, press: Press, turn: Turn) -> list[Reply]:
        journal = self.desk.journal
        if turn.audience.external and press.action not in {"up", "down", "more"}:
            return [turn.refuse("external_audience", "external")]
        match press.action:
            case "confirm":
                return confirming.confirm(press.ref or journal.newest_draft(turn.thread), turn)
            case "discard":
                return confirming.discard(press.ref or journal.newest_draft(turn.thread), turn)
            case "undo":
                return undoing.undo(press.ref or journal.newest_receipt(turn.thread), turn)
            case "choose":
                return answering.answer_question(AnswerQuestion(words=press.value or ""), turn)
            case "up" | "down":
                journal.note(press.action, press.value or "", [press.ref or ""], turn.person.id, turn.thread, turn.now)
                return []
            case "deals":
                behind = asked_for(press.value or press.ref or "")
                return questions.list_deals(behind, turn) if behind else [turn.refuse("expired", "no_such_card")]
            case "more":
                return guidance.follow_aid(FollowAid(words="", another=True), turn)
            case "fix":
                return [forms.fix(press.value or press.ref or "", turn)]
            case "post":
                return summaries.post_here(press.value or press.ref or "", turn)
            case "edit":
                return [forms.open_form(press.ref, turn)]
        assert_never(press.action)

    def _guarded(self, handle: Callable[[], list[Reply]], turn: Turn) -> list[Reply]:
        """The handler's replies; refusals are for the asker alone."""
        try:
            replies = handle()
        except CrmUnavailable:
            return [turn.refuse("unavailable", "crm_down")]
        return [
            r.model_copy(update={"audience": "ephemeral"}) if r.kind in {"refusal", "unclear"} else r for r in replies
        ]

    def _finish(self, asked: Message | Press, turn: Turn, started: float, replies: Sequence[Reply]) -> Answered:
        if isinstance(asked, Message) and asked.text.strip():
            said = f"{turn.person.first_name}: {' '.join(asked.text.split())[:TURN_MOST]}"
            turn.conversation = turn.conversation.model_copy(
                update={"turns": (*turn.conversation.turns, said)[-TURNS_KEPT:]}
            )
        before = self.desk.journal.conversation(asked.thread)
        if turn.conversation != before:
            self.desk.journal.remember(asked.thread, turn.conversation, asked.now)
        return _answered(asked, turn.model, started, replies)


_LATER = {"minus", "schedule_when"}


def _language_of(person: Person) -> str:
    """The language for somebody who has not said anything yet."""
    return "zh" if person.timezone == "Asia/Shanghai" else "en"


def _answered(asked: Message | Press, model: str, started: float, replies: Sequence[Reply]) -> Answered:
    return Answered(asked.thread, model, round((time.perf_counter() - started) * 1000), tuple(replies))


def _suggestions(turn: Turn) -> tuple[str, ...]:
    names = ["suggest_log", "suggest_aid", "suggest_pipeline"]
    if turn.organization.role(turn.person.id) is not Role.REP:
        names.append("suggest_team")
    return tuple(phrase(turn.language, name) for name in names)
