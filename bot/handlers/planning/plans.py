"""Briefs and plans as documents: which one, about what."""

from datetime import date

from bot.contract.commands.planning import WritePlan
from bot.contract.replies.base import Reply
from bot.contract.replies.coaching import Document
from bot.domain.deals import Account, Deal
from bot.handlers.asking.sections import said
from bot.handlers.clarifying.ask import ask, near_accounts
from bot.handlers.clarifying.names import meant_deal
from bot.handlers.coaching.deal import aid_for, examine, one_deal
from bot.handlers.guiding.aids import source_of
from bot.handlers.planning.account import account_plan
from bot.handlers.planning.paper import Paper, finish
from bot.handlers.planning.parts import (
    TOUCHES,
    account_of,
    competition,
    deal_line,
    evidence_needed,
    gaps_in,
    joint_plan,
    last_touch_line,
    owners_of,
    pains_by_role,
    people_lines,
    promises_in,
    story_for,
)
from bot.handlers.planning.territory import territory_plan
from bot.handlers.turn import Turn
from bot.pipeline.factors import FACTORS


def write_plan(command: WritePlan, turn: Turn) -> list[Reply]:
    """The document asked for, kept so that the next one can say what changed since."""
    match command.plan:
        case "territory":
            return [territory_plan(command, turn)]
        case "opportunity":
            deal = one_deal(command.about, command, turn)
            return [_opportunity(deal, turn) if isinstance(deal, Deal) else deal]
        case "account":
            account = _account(command, turn)
            return [account_plan(account, turn) if isinstance(account, Account) else account]
        case "brief":
            return [_brief_for(command, turn)]


def _account(command: WritePlan, turn: Turn) -> Account | Reply:
    """The account meant by words, through one of its deals where only that is named, or the thread's."""
    if not command.about and (here := turn.account_in_thread):
        return here
    if not command.about:
        return turn.refuse("not_found", "which_account")
    meant = meant_deal(command.about, (), turn, closed_too=True)
    account = meant.account
    if account is None and meant.deal and meant.deal.account_id:
        account = turn.desk.mirror.accounts([meant.deal.account_id])[0]
    if account is None and not meant.account_options:
        return turn.refuse("not_found", "no_such_account", words=command.about)
    if account is None:
        return ask("account", near_accounts(command.about, turn), command, turn, command.about)
    return account if turn.may_see(account) else turn.refuse("not_found", "no_such_account", words=command.about)


def _brief_for(command: WritePlan, turn: Turn) -> Reply:
    """A brief on the deal meant, or on the account where several of its deals are."""
    if command.about:
        meant = meant_deal(command.about, (), turn)
        if meant.deal is None and (meant.account or len({d.account_id for d in meant.options}) == 1):
            account = meant.account or next(
                iter(turn.desk.mirror.accounts([i for d in meant.options if (i := d.account_id)])), None
            )
            deals = meant.options or turn.desk.mirror.deals(
                owners=turn.readable, account_id=account.id if account else ""
            )
            if account and deals:
                main = max(deals, key=lambda d: (d.closed_at is None, d.amount or 0))
                return _brief(
                    main, [d for d in deals if d.id != main.id and d.closed_at is None], command.meeting_on, turn
                )
    deal = one_deal(command.about, command, turn)
    return _brief(deal, [], command.meeting_on, turn) if isinstance(deal, Deal) else deal


def _brief(deal: Deal, others: list[Deal], meeting: date | None, turn: Turn) -> Document:
    turn.conversation = turn.conversation.model_copy(update={"deal_id": deal.id, "account_id": deal.account_id})
    examined, paper = examine(deal, turn), Paper(turn)
    account = account_of(deal, turn)
    name = account.name if account else deal.name
    if meeting:
        paper.lines.append(paper.say("doc_meeting_on", day=meeting.isoformat()))
    paper.head("deal")
    paper.points(deal_line(d, turn) for d in (deal, *others))
    people_lines(paper, examined.contacts, examined.activities)
    paper.head("last_touches")
    paper.points((last_touch_line(a) for a in examined.activities[:TOUCHES]), paper.say("q_last_touch"))
    promises_in(paper, examined)
    pains_by_role(paper, examined)
    story_for(paper, deal)
    gaps_in(paper, examined)
    return finish(paper, f"brief:{deal.id}", paper.say("doc_title_brief", name=name), owners_of([deal, *others]))


def _opportunity(deal: Deal, turn: Turn) -> Document:
    turn.conversation = turn.conversation.model_copy(update={"deal_id": deal.id, "account_id": deal.account_id})
    examined, paper = examine(deal, turn), Paper(turn)
    paper.head("deal")
    paper.point(deal_line(deal, turn))
    paper.points(said(examined.status, rule, turn) for rule in examined.status.rules)
    for factor in ("pain", "power", "vision", "value"):
        paper.head(f"factor_{factor}")
        evidence_needed(paper, examined, factor)
        if factor == "pain":
            pains_by_role(paper, examined, headed=False)
        if factor == "power":
            people_lines(paper, examined.contacts, examined.activities, headed=False)
    joint_plan(paper, examined)
    competition(paper, examined)
    paper.head("factor_urgency")
    evidence_needed(paper, examined, "urgency")
    story_for(paper, deal)
    paper.head("next_actions")
    for factor in FACTORS:
        if examined.judged[factor].level in {"unknown", "weak"}:
            aid = aid_for(factor, examined, turn)
            helped = f" → {aid.title} {paper.cite(source_of(aid))}" if aid else ""
            paper.point(f"{paper.say('factor_' + factor)}: {paper.say(f'ask_{factor}_first')}{helped}")
    return finish(
        paper, f"opportunity:{deal.id}", paper.say("doc_title_opportunity", name=deal.name), owners_of([deal])
    )
