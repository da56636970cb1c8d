"""Parts that briefs and plans share."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.activities import Activity
from bot.domain.deals import Account, Contact, Deal, StageKind
from bot.domain.money import format_money
from bot.handlers.coaching.deal import Examined, is_senior, questions_for
from bot.handlers.guiding.aids import by_language, near, source_of
from bot.handlers.planning.paper import Paper
from bot.handlers.turn import Turn
from bot.language.evidence import promises_of
from bot.pipeline.factors import FACTORS
from knowledge.facets import Facets

TOUCHES, DEALS_MOST, QUIET_CONTACT_DAYS = 6, 12, 90


def owners_of(deals: Iterable[Deal]) -> frozenset[str]:
    return frozenset(d.owner_id for d in deals)


def account_of(deal: Deal, turn: Turn) -> Account | None:
    return next(iter(turn.desk.mirror.accounts([deal.account_id])), None) if deal.account_id else None


def day_shown(moment: datetime | None, turn: Turn) -> str:
    return turn.clock.day(moment).isoformat() if moment else "?"


def products_of(deal: Deal, turn: Turn) -> str:
    known = turn.desk.mirror.snapshot.products
    return ", ".join(known[i].name for i in deal.product_ids if i in known) or "?"


def deal_line(deal: Deal, turn: Turn) -> str:
    amount = format_money(deal.amount, deal.currency) if deal.amount is not None else "?"
    closes = deal.close_date.isoformat() if deal.close_date else "?"
    owner = turn.organization.people[deal.owner_id].name
    step = (
        f" · → {deal.next_step} ({deal.next_step_due.isoformat() if deal.next_step_due else '?'})"
        if deal.next_step
        else ""
    )
    return f"**{deal.name}** · {deal.stage} · {amount} · {closes} · {owner}{step}"


def last_touch_line(activity: Activity) -> str:
    return f"{activity.at.date().isoformat()} · {activity.kind.value}: {activity.summary[:240]}"


def people_lines(
    paper: Paper, contacts: Iterable[Contact], activities: Iterable[Activity], *, headed: bool = True
) -> None:
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


def evidence_needed(paper: Paper, examined: Examined, factor: str) -> None:
    judged = examined.judged[factor]  # type: ignore[index]
    paper.lines.append(f"_{paper.say('level_' + judged.level)}_")
    paper.points(
        f"{'' if s.favourable else '− '}{s.words}{f' ({s.day.isoformat()})' if s.day else ''}" for s in judged.signs[:4]
    )
    if judged.level in {"unknown", "weak"}:
        paper.ask(paper.say(f"ask_{factor}_first"))


def promises_in(paper: Paper, examined: Examined) -> None:
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


def pains_by_role(paper: Paper, examined: Examined, *, headed: bool = True) -> None:
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


def story_for(paper: Paper, deal: Deal) -> None:
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


def gaps_in(paper: Paper, examined: Examined) -> None:
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


def joint_plan(paper: Paper, examined: Examined) -> None:
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
    evidence_needed(paper, examined, "control")


def competition(paper: Paper, examined: Examined) -> None:
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
