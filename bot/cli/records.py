"""One record of the mirror as plain values, by id or by name."""

from typing import Any, Literal

from bot.crm.mirror.reads import Mirror
from bot.domain.fields import as_text
from bot.errors import OperatorError


def show_record(kind: Literal["deal", "account", "person"], ref: str, mirror: Mirror) -> dict[str, Any]:
    """The record with its own fields and the names it points to. Raises OperatorError."""
    wanted = ref.casefold()
    match kind:
        case "person":
            people = mirror.snapshot.organization.people.values()
            person = next(
                (p for p in people if wanted in {p.id.casefold(), p.name.casefold(), p.email.casefold()}), None
            )
            if person:
                return {name: getattr(person, name) for name in person.__slots__}
        case "account":
            account = next(
                (
                    a
                    for a in mirror.accounts()
                    if wanted in {a.id.casefold(), a.name.casefold(), *map(str.casefold, a.aliases)}
                ),
                None,
            )
            if account:
                values = {name: getattr(account, name) for name in account.__slots__}
                deals = [d.id for d in mirror.deals(account_id=account.id)]
                return {**values, "aliases": list(account.aliases), "revenue": as_text(account.revenue), "deals": deals}
        case "deal":
            deal = mirror.deal(ref) or next((d for d in mirror.deals() if d.name.casefold() == wanted), None)
            if deal:
                values = {name: getattr(deal, name) for name in deal.__slots__}
                plain = {
                    n: v if isinstance(v, int) else list(v) if isinstance(v, tuple) else as_text(v)
                    for n, v in values.items()
                }
                history = [
                    f"{c.at.isoformat()} {c.from_stage or '–'} → {c.to_stage}"
                    for c in mirror.stage_changes([deal.id]).get(deal.id, [])
                ]
                activities = [
                    {
                        "kind": a.kind.value,
                        "at": a.at.isoformat(),
                        "duration_minutes": a.duration_minutes,
                        "summary": a.summary,
                    }
                    for a in mirror.activities(deal_id=deal.id)
                ]
                return {**plain, "stage_history": history, "activities": activities}
    raise OperatorError(f"There is no {kind} “{ref}” in the CRM. Check the id or the exact name.")
