"""The plan for an account."""

from collections.abc import Iterator
from datetime import timedelta

from bot.contract.replies.coaching import Document
from bot.domain.activities import Activity
from bot.domain.deals import Account, Contact, Deal, StageKind
from bot.domain.money import format_money, totals
from bot.handlers.coaching.deal import is_senior
from bot.handlers.planning.paper import Paper, finish
from bot.handlers.planning.parts import (
    DEALS_MOST,
    QUIET_CONTACT_DAYS,
    TOUCHES,
    day_shown,
    deal_line,
    last_touch_line,
    owners_of,
    people_lines,
    products_of,
    story_for,
)
from bot.handlers.turn import Turn


def account_plan(account: Account, turn: Turn) -> Document:
    mirror, paper = turn.desk.mirror, Paper(turn)
    turn.conversation = turn.conversation.model_copy(update={"account_id": account.id})
    deals = mirror.deals(owners=turn.readable, account_id=account.id)
    stages = mirror.snapshot.stages
    open_deals = [d for d in deals if stages[d.stage].kind is StageKind.OPEN]
    won = [d for d in deals if stages[d.stage].kind is StageKind.WON]
    contacts, activities = mirror.contacts(account_id=account.id), mirror.activities(account_id=account.id, limit=200)
    ours = {d.id for d in deals}
    activities = [
        a
        for a in activities
        if a.at <= turn.now and (a.deal_id in ours or (a.deal_id is None and a.author_id in turn.readable))
    ]
    _profile(paper, account)
    people_lines(paper, contacts, activities)
    paper.head("open_deals")
    paper.points((deal_line(d, turn) for d in open_deals[:DEALS_MOST]), paper.say("q_no_open_deal"))
    paper.head("installed")
    paper.points(
        (
            f"{d.name}: {products_of(d, turn)} · {format_money(d.value.amount, d.currency)}"
            f" · {day_shown(d.closed_at, turn)}"
            for d in won
        ),
        paper.say("q_installed"),
    )
    _white_space(paper, account, deals, won, open_deals)
    lost = [d for d in deals if stages[d.stage].kind is StageKind.LOST]
    if lost:
        paper.head("lost_deals")
        paper.points(
            f"{d.name}: {d.loss_reason or paper.say('unknown')} · {day_shown(d.closed_at, turn)}" for d in lost
        )
    _relationship_gaps(paper, contacts, activities)
    paper.head("last_touches")
    paper.points(last_touch_line(a) for a in activities[:TOUCHES])
    paper.head("next_actions")
    for deal in open_deals[:DEALS_MOST]:
        step = (
            f"{deal.next_step} ({deal.next_step_due.isoformat() if deal.next_step_due else paper.say('no_date')})"
            if deal.next_step
            else None
        )
        paper.point(f"{deal.name}: {step}") if step else paper.ask(paper.say("q_next_step", deal=deal.name))
    if open_deals:
        story_for(paper, max(open_deals, key=lambda d: d.amount or 0))
    owners = owners_of(deals) or frozenset({account.owner_id or turn.person.id})
    return finish(paper, f"account:{account.id}", paper.say("doc_title_account", name=account.name), owners)


def _profile(paper: Paper, account: Account) -> None:
    mirror = paper.turn.desk.mirror
    paper.head("profile")
    facts = [
        ("industry", account.industry),
        ("revenue", f"{account.revenue:,.0f}" if account.revenue else None),
        ("employees", f"{account.employees:,}" if account.employees else None),
        ("country", account.country),
    ]
    for name, value in facts:
        paper.point(f"{paper.say('doc_' + name)}: {value}") if value else paper.ask(
            paper.say("q_profile", what=paper.say("doc_" + name))
        )
    family = [a for a in mirror.accounts() if a.id == account.parent_id or a.parent_id == account.id]
    paper.points(
        f"{paper.say('doc_parent' if a.id == account.parent_id else 'doc_subsidiary')}: {a.name}" for a in family
    )


def _white_space(paper: Paper, account: Account, deals: list[Deal], won: list[Deal], open_deals: list[Deal]) -> None:
    """Products the account has, is looking at, and has not seen yet."""
    paper.head("white_space")
    have, looking = ({i for d in some for i in d.product_ids} for some in (won, open_deals))
    for product in paper.turn.desk.mirror.snapshot.products.values():
        state = "have" if product.id in have else "open" if product.id in looking else "none"
        paper.point(f"{product.name}: {paper.say('doc_product_' + state)}")
    amounts = totals(d.value for d in won)
    if amounts:
        paper.point(
            f"{paper.say('doc_won_total')}: {', '.join(format_money(a, c) for c, a in sorted(amounts.items()))}"
        )


def _relationship_gaps(paper: Paper, contacts: list[Contact], activities: list[Activity]) -> None:
    paper.head("relationship_gaps")
    edge = paper.turn.now - timedelta(days=QUIET_CONTACT_DAYS)
    touched = {i for a in activities if a.at >= edge for i in a.contact_ids}
    quiet = [c for c in contacts if c.id not in touched]
    paper.points(_quiet(quiet, paper))
    if not any(is_senior(c.title) for c in contacts):
        paper.ask(paper.say("q_senior"))


def _quiet(contacts: list[Contact], paper: Paper) -> Iterator[str]:
    for contact in contacts[:DEALS_MOST]:
        yield paper.say("doc_quiet_contact", name=contact.name, title=contact.title or "?", days=QUIET_CONTACT_DAYS)
