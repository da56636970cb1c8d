"""What changed in the book during a span of time: new, advanced, pushed, won, lost."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.deals import Deal, StageKind
from bot.pipeline.book import Book, is_push


@dataclass(frozen=True, slots=True)
class Movement:
    """Deals, not moves, are counted: a deal stands once in each list."""

    since: datetime
    new: tuple[Deal, ...]
    advanced: tuple[Deal, ...]
    pushed: tuple[Deal, ...]
    won: tuple[Deal, ...]
    lost: tuple[Deal, ...]


def movement(book: Book, days: int = 7) -> Movement:
    """The last `days` days until the book's moment."""
    since = book.as_of - timedelta(days=days)
    order = {name: stage.order for name, stage in book.stages.items()}
    new: list[Deal] = []
    advanced: list[Deal] = []
    pushed: list[Deal] = []
    won: list[Deal] = []
    lost: list[Deal] = []
    for deal in book.deals:
        history = book.stage_changes.get(deal.id, ())
        recent = [c for c in history if since < c.at <= book.as_of]
        if history and history[0] in recent:
            new.append(deal)
        if any(
            c.from_stage and book.stages[c.to_stage].kind is StageKind.OPEN and order[c.to_stage] > order.get(c.from_stage, 0)
            for c in recent
            if c.to_stage in book.stages
        ):
            advanced.append(deal)
        if any(is_push(c) and since < c.at <= book.as_of for c in book.field_changes.get(deal.id, ())):
            pushed.append(deal)
        closed = book.closed_on(deal)
        if closed and since.date() < closed <= book.today:
            (won if book.kind(deal) is StageKind.WON else lost).append(deal)
    return Movement(since, tuple(new), tuple(advanced), tuple(pushed), tuple(won), tuple(lost))
