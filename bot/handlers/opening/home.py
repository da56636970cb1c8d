"""A person's Home: numbers, what to fix today, cards that wait, and the last writes."""

from datetime import timedelta

from bot.contract.commands.asking import SummarizePipeline
from bot.contract.phrases import phrase
from bot.contract.replies.reports import Home, PipelineReport
from bot.domain.people import Role
from bot.handlers.asking.summaries import summarize_pipeline
from bot.handlers.digests.digests import to_fix
from bot.handlers.turn import Turn
from bot.handlers.writing.drafting import card_of
from bot.handlers.writing.receipts import receipt_of

FIXES_MOST, CARDS_MOST, WRITES_MOST = 10, 5, 5
CARDS_SINCE, WRITES_SINCE = timedelta(hours=24), timedelta(days=14)


def home(turn: Turn) -> Home:
    """What one person sees on opening Caddie; a manager sees the team, by rep."""
    leads = turn.organization.role(turn.person.id) is not Role.REP
    found = summarize_pipeline(SummarizePipeline(by="rep") if leads else SummarizePipeline(), turn)[0]
    desk, mirror = turn.desk, turn.desk.mirror
    waiting = desk.drafts.open_of(turn.person.id, turn.now - CARDS_SINCE, CARDS_MOST)
    return Home(
        name=turn.person.first_name,
        report=found if isinstance(found, PipelineReport) else None,
        fixes=to_fix(turn.organization.tree(turn.person.id), FIXES_MOST, turn),
        cards=tuple(card_of(draft, mirror.deal(draft.deal_id) if draft.deal_id else None, turn) for draft in waiting),
        writes=tuple(
            receipt_of(kept, turn)
            for kept in desk.receipts.recent(turn.person.id, turn.now - WRITES_SINCE, WRITES_MOST)
        ),
        language=turn.language,
    )


def prompts(turn: Turn) -> tuple[tuple[str, str], ...]:
    """(title, message) of what a person of this role may want to ask first."""
    role = turn.organization.role(turn.person.id)
    names = ("pipeline", "fixes", "aid", "log") if role is Role.REP else ("team", "risks", "coach", "digest")
    if turn.in_marketing:
        names = ("usage", "blank", "aid", "news")
    return tuple(
        (phrase(turn.language, f"prompt_{name}_title"), phrase(turn.language, f"prompt_{name}")) for name in names
    )
