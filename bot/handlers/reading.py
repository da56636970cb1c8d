"""What the language side may know of the company and the thread when it reads a message."""

from datetime import date

from bot.handlers.asking import scopes
from bot.handlers.turn import Turn
from bot.language.context import Context, OpenDraft


def context_of(turn: Turn) -> Context:
    """The context of a turn; what is derived from the mirror is kept for as long as the mirror stays as it is."""
    snapshot, conversation = turn.desk.mirror.snapshot, turn.conversation
    question = conversation.question
    return Context(
        today=turn.today,
        lexicon=turn.names,
        stages=tuple(snapshot.stages.values()),
        process=turn.desk.process,
        regions=snapshot.once("regions", lambda: tuple(scopes.regions(turn))),
        industries=snapshot.once("industry_words", lambda: _industry_words(turn)),
        fiscal=turn.desk.fiscal,
        day_first=turn.locale.day_first,
        draft=_open_draft(turn),
        question=tuple(o.name for o in question.options) if question and question.author_id == turn.person.id else None,
        last_query=conversation.last_query,
        deal_in_thread=conversation.deal_id is not None,
        schedule_in_thread=conversation.schedule_id is not None,
        aids_in_thread=conversation.aids is not None,
        competitors=turn.desk.library.competitors(),
        turns=conversation.turns,
    )


def _industry_words(turn: Turn) -> dict[str, str]:
    """What people may say for the industries of the CRM."""
    known = scopes.industries(turn)
    taxonomy = turn.desk.library.taxonomy
    words = {
        word: taxonomy.meaning("industries", industry)
        for industry in known
        for word in taxonomy.words("industries", industry)
    }
    return words | {industry.casefold(): industry for industry in known}


def _open_draft(turn: Turn) -> OpenDraft | None:
    found = turn.desk.drafts.of(turn.conversation.draft_id) if turn.conversation.draft_id else None
    if found is None or found[1] not in {"open", "written"} or found[0].author_id != turn.person.id:
        return None
    draft = found[0]
    return OpenDraft(
        has_activity=draft.activity is not None,
        has_close_date=any(c.field == "close_date" for c in draft.changes),
        has_next_step=draft.next_step is not None,
        written=found[1] == "written",
        close_date=next((date.fromisoformat(c.new) for c in draft.changes if c.field == "close_date" and c.new), None),
    )
