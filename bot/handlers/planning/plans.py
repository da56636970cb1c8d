"""Plans and briefs: what the CRM and the library know about a deal, an account or a territory, and what to find out."""

import re
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta

from bot.contract.commands.planning import WritePlan
from bot.contract.replies.base import Reply
from bot.contract.replies.coaching import Document
from bot.domain.activities import Activity
from bot.domain.deals import Account, Contact, Deal, StageKind
from bot.domain.money import format_money, totals
from bot.handlers.asking.sections import said
from bot.handlers.clarifying.ask import ask, near_accounts
from bot.handlers.clarifying.names import meant_deal
from bot.handlers.coaching.coaching import Examined, aid_for, examine, is_senior, one_deal, questions_for
from bot.handlers.guiding.aids import by_language, near, source_of
from bot.handlers.planning.paper import Paper, finish
from bot.handlers.planning.territory import territory_plan
from bot.handlers.turn import Turn
from bot.language.evidence import promises_of
from bot.pipeline.factors import FACTORS
from knowledge.facets import Facets

TOUCHES, DEALS_MOST, QUIET_CONTACT_DAYS = 6, 12, 90


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
            return [_account_plan(account, turn) if isinstance(account, Account) else account]
        case "brief":
            return [_brief_for(command, turn)]


def _account(command: WritePlan, turn: Turn) -> Account | Reply:
    """The account meant by words, through one of its deals where only that is named, or the thread's."""
    if not command.about and turn.conversation.account_id:
        return turn.desk.mirror.accounts([turn.conversation.account_id])[0]
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
    visible = account.owner_id in turn.readable or any(
        d.owner_id in turn.readable for d in turn.desk.mirror.deals(account_id=account.id)
    )
    return account if visible else turn.refuse("not_found", "no_such_account", words=command.about)


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
    account = _account_of(deal, turn)
    name = account.name if account else deal.name
    if meeting:
        paper.lines.append(paper.say("doc_meeting_on", day=meeting.isoformat()))
    paper.head("deal")
    paper.points(_deal_line(d, turn) for d in (deal, *others))
    _people(paper, examined.contacts, examined.activities)
    paper.head("last_touches")
    paper.points((_touch(a) for a in examined.activities[:TOUCHES]), paper.say("q_last_touch"))
    _promises(paper, examined)
    _pains_by_role(paper, examined)
    _story(paper, deal)
    _gaps(paper, examined)
    return finish(paper, f"brief:{deal.id}", paper.say("doc_title_brief", name=name), _owners([deal, *others]))


def _opportunity(deal: Deal, turn: Turn) -> Document:
    turn.conversation = turn.conversation.model_copy(update={"deal_id": deal.id, "account_id": deal.account_id})
    examined, paper = examine(deal, turn), Paper(turn)
    paper.head("deal")
    paper.point(_deal_line(deal, turn))
    paper.points(said(examined.status, rule, turn) for rule in examined.status.rules)
    for factor in ("pain", "power", "vision", "value"):
        paper.head(f"factor_{factor}")
        _evidence(paper, examined, factor)
        if factor == "pain":
            _pains_by_role(paper, examined, headed=False)
        if factor == "power":
            _people(paper, examined.contacts, examined.activities, headed=False)
    _joint_plan(paper, examined)
    _competition(paper, examined)
    paper.head("factor_urgency")
    _evidence(paper, examined, "urgency")
    _story(paper, deal)
    paper.head("next_actions")
    for factor in FACTORS:
        if examined.judged[factor].level in {"unknown", "weak"}:
            aid = aid_for(factor, examined, turn)
            helped = f" → {aid.title} {paper.cite(source_of(aid))}" if aid else ""
            paper.point(f"{paper.say('factor_' + factor)}: {paper.say(f'ask_{factor}_first')}{helped}")
    return finish(paper, f"opportunity:{deal.id}", paper.say("doc_title_opportunity", name=deal.name), _owners([deal]))


def _account_plan(account: Account, turn: Turn) -> Document:
    mirror, paper = turn.desk.mirror, Paper(turn)
    turn.conversation = turn.conversation.model_copy(update={"account_id": account.id})
    deals = mirror.deals(owners=turn.readable, account_id=account.id)
    stages = mirror.snapshot.stages
    open_deals = [d for d in deals if stages[d.stage].kind is StageKind.OPEN]
    won = [d for d in deals if stages[d.stage].kind is StageKind.WON]
    contacts, activities = mirror.contacts(account_id=account.id), mirror.activities(account_id=account.id, limit=200)
    ours = {d.id for d in deals}
    activities = [a for a in activities if a.at <= turn.now and (a.deal_id in ours or a.author_id in turn.readable)]
    _profile(paper, account)
    _people(paper, contacts, activities)
    paper.head("open_deals")
    paper.points((_deal_line(d, turn) for d in open_deals[:DEALS_MOST]), paper.say("q_no_open_deal"))
    paper.head("installed")
    paper.points(
        (
            f"{d.name}: {_products(d, turn)} · {format_money(d.value.amount, d.currency)} · {_day(d.closed_at, turn)}"
            for d in won
        ),
        paper.say("q_installed"),
    )
    _white_space(paper, account, deals, won, open_deals)
    lost = [d for d in deals if stages[d.stage].kind is StageKind.LOST]
    if lost:
        paper.head("lost_deals")
        paper.points(f"{d.name}: {d.loss_reason or paper.say('unknown')} · {_day(d.closed_at, turn)}" for d in lost)
    _relationship_gaps(paper, contacts, activities)
    paper.head("last_touches")
    paper.points(_touch(a) for a in activities[:TOUCHES])
    paper.head("next_actions")
    for deal in open_deals[:DEALS_MOST]:
        step = (
            f"{deal.next_step} ({deal.next_step_due.isoformat() if deal.next_step_due else paper.say('no_date')})"
            if deal.next_step
            else None
        )
        paper.point(f"{deal.name}: {step}") if step else paper.ask(paper.say("q_next_step", deal=deal.name))
    if open_deals:
        _story(paper, max(open_deals, key=lambda d: d.amount or 0))
    owners = _owners(deals) or frozenset({account.owner_id or turn.person.id})
    return finish(paper, f"account:{account.id}", paper.say("doc_title_account", name=account.name), owners)


def _owners(deals: Iterable[Deal]) -> frozenset[str]:
    return frozenset(d.owner_id for d in deals)


def _account_of(deal: Deal, turn: Turn) -> Account | None:
    return next(iter(turn.desk.mirror.accounts([deal.account_id])), None) if deal.account_id else None


def _day(moment: datetime | None, turn: Turn) -> str:
    return turn.clock.day(moment).isoformat() if moment else "?"


def _products(deal: Deal, turn: Turn) -> str:
    known = turn.desk.mirror.snapshot.products
    return ", ".join(known[i].name for i in deal.product_ids if i in known) or "?"


def _deal_line(deal: Deal, turn: Turn) -> str:
    amount = format_money(deal.amount, deal.currency) if deal.amount is not None else "?"
    closes = deal.close_date.isoformat() if deal.close_date else "?"
    owner = turn.organization.people[deal.owner_id].name
    step = (
        f" · → {deal.next_step} ({deal.next_step_due.isoformat() if deal.next_step_due else '?'})"
        if deal.next_step
        else ""
    )
    return f"**{deal.name}** · {deal.stage} · {amount} · {closes} · {owner}{step}"


def _touch(activity: Activity) -> str:
    return f"{activity.at.date().isoformat()} · {activity.kind.value}: {activity.summary[:240]}"


def _people(paper: Paper, contacts: Iterable[Contact], activities: Iterable[Activity], *, headed: bool = True) -> None:
    """Each contact with title and last touch; a question where nobody with authority is known."""
    if headed:
        paper.head("people")
    contacts, activities = list(contacts), list(activities)
    for contact in contacts:
        last = next((a.at.date().isoformat() for a in activities if contact.id in a.contact_ids), None)
        touched = paper.say("doc_last_touch", day=last) if last else paper.say("doc_never_touched")
        senior = f" · {paper.say('doc_senior')}" if is_senior(contact.title) else ""
        paper.point(f"**{contact.name}** · {contact.title or '?'}{senior} · {touched}")
    if not contacts:
        paper.ask(paper.say("q_people"))
    elif not any(is_senior(c.title) for c in contacts):
        paper.ask(paper.say("q_senior"))


def _evidence(paper: Paper, examined: Examined, factor: str) -> None:
    judged = examined.judged[factor]  # type: ignore[index]
    paper.lines.append(f"_{paper.say('level_' + judged.level)}_")
    paper.points(
        f"{'' if s.favourable else '− '}{s.words}{f' ({s.day.isoformat()})' if s.day else ''}" for s in judged.signs[:4]
    )
    if judged.level in {"unknown", "weak"}:
        paper.ask(paper.say(f"ask_{factor}_first"))


def _promises(paper: Paper, examined: Examined) -> None:
    """The next step and what notes say is owed to whom by when."""
    deal = examined.deal
    paper.head("promises")
    found = (
        [f"{deal.next_step} ({deal.next_step_due.isoformat() if deal.next_step_due else paper.say('no_date')})"]
        if deal.next_step
        else []
    )
    found += [
        f"{words} ({a.at.date().isoformat()})"
        for a in examined.activities[:TOUCHES]
        for words in promises_of(a.summary)
    ]
    paper.points(dict.fromkeys(found), paper.say("q_next_step", deal=deal.name))


def _pains_by_role(paper: Paper, examined: Examined, *, headed: bool = True) -> None:
    """Likely pains of the people's roles, from marketing's aids; likely, not known."""
    turn = paper.turn
    facets = near(examined.deal, turn)
    lines = []
    for kind, needed in (("pain_sheet", "role"), ("pain_chain", "industry")):
        found = turn.desk.library.search(
            "", Facets(kind=kind, on=turn.company_today, aids_only=True, words_only=True, **facets), limit=8
        )
        fitting = [
            h.aid for h in by_language(found, turn.language) if h.aid and any(name == needed for name, _ in h.why)
        ]
        for aid in fitting[:2]:
            pain = getattr(aid, "pain", None)
            lines.append(f"{pain + ' – ' if pain else ''}{aid.title} {paper.cite(source_of(aid))}")
    if headed:
        paper.head("likely_pains")
    paper.points(dict.fromkeys(lines), paper.say("q_pains") if headed else None)


def _story(paper: Paper, deal: Deal) -> None:
    """The reference story nearest to the deal."""
    turn = paper.turn
    facets = Facets(kind="reference_story", on=turn.company_today, aids_only=True, words_only=True, **near(deal, turn))
    aid = next(
        (h.aid for h in by_language(turn.desk.library.search("", facets, limit=4), turn.language) if h.aid and h.why),
        None,
    )
    paper.head("story")
    if aid is None:
        paper.ask(paper.say("q_story"))
        return
    result = getattr(aid, "result", None)
    paper.point(f"{aid.title}{': ' + result if result else ''} {paper.cite(source_of(aid))}")


def _gaps(paper: Paper, examined: Examined) -> None:
    """The factors without evidence, as questions for the meeting."""
    paper.head("gaps")
    for factor in FACTORS:
        level = examined.judged[factor].level
        if level in {"unknown", "weak"}:
            paper.ask(
                f"{paper.say('factor_' + factor)} ({paper.say('level_' + level)}): {paper.say(f'ask_{factor}_first')}"
            )
    if not paper.questions:
        paper.points(questions_for("control", examined, paper.turn))


def _joint_plan(paper: Paper, examined: Examined) -> None:
    """The steps with the buyer from today to the signature: what each stage ahead needs, spread up to the close
    date.
    """
    turn, deal = paper.turn, examined.deal
    paper.head("joint_plan")
    if deal.next_step:
        paper.point(f"{deal.next_step_due.isoformat() if deal.next_step_due else '?'} · {deal.next_step}")
    stages = [s for s in turn.desk.mirror.snapshot.stages.values() if s.kind is StageKind.OPEN]
    here = turn.desk.mirror.snapshot.stages[deal.stage]
    ahead = [s for s in stages if s.order >= here.order]
    needs = [(s.name, e) for s in ahead if (p := turn.desk.process.stage(s.process_stage)) for e in p.evidence]
    today = turn.company_today
    left = (deal.close_date - today).days if deal.close_date and deal.close_date > today else 0
    for n, (stage, evidence) in enumerate(needs, 1):
        day = (today + timedelta(days=left * n // (len(needs) + 1))).isoformat() if left else "?"
        paper.point(f"{day} · {stage}: {evidence} ({paper.say('doc_proposed')})")
    paper.point(f"{deal.close_date.isoformat()} · {paper.say('doc_signature')}") if deal.close_date else paper.ask(
        paper.say("q_close_date")
    )
    _evidence(paper, examined, "control")


def _competition(paper: Paper, examined: Examined) -> None:
    """Competitors of the battle cards that the notes name, with what to set against them."""
    turn = paper.turn
    notes = " ".join(a.summary for a in examined.activities).casefold()
    paper.head("competition")
    lines = []
    for aid in turn.desk.library.shelf.current_aids(turn.company_today):
        competitor = getattr(aid, "competitor", None)
        if (
            aid.kind == "battle_card"
            and competitor
            and re.search(rf"(?<!\w){re.escape(competitor.casefold())}(?!\w)", notes)
        ):
            points = getattr(aid, "we_win_when", ())
            lines.append(f"{competitor}: {'; '.join(points[:2])} {paper.cite(source_of(aid))}")
    paper.points(lines, paper.say("q_competition"))


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
