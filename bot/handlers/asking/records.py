"""Questions of figures: measures of the records, by group."""

from collections.abc import Mapping, Sequence

from bot.contract.commands.asking import AskRecords, ListDeals
from bot.contract.phrases import phrase
from bot.contract.replies.base import PeriodShown, Reply, ReportRow
from bot.contract.replies.notices import Refusal
from bot.contract.replies.reports import Bar, Chart, PipelineReport, RestsOn
from bot.domain.periods import Period
from bot.handlers.asking.buttons import VALUE_MOST
from bot.handlers.asking.charts import made, money_short
from bot.handlers.asking.found import LISTS, SHOWN_MOST
from bot.handlers.asking.lists import list_deals
from bot.handlers.asking.scopes import Scope, joined, scopes_of, selection_of, which_person
from bot.handlers.asking.summaries import remember
from bot.handlers.turn import Turn
from bot.pipeline.measures import ALWAYS, BUCKETS, OF_QUOTA, UNITS, Dimension, Measure
from bot.pipeline.selection import Selection
from bot.records.pieces import buckets
from bot.records.question import Figures, Question, Row

_NUMBERS: Mapping[str, str] = {
    "count": "{:,.0f}",
    "money": "{:,.0f}",
    "share": "{:.0%}",
    "days": "{:,.0f} d",
    "number": "{:,.1f}",
}


def ask_records(command: AskRecords, turn: Turn) -> list[Reply]:
    """The figures asked for, or the records that meet the conditions, within what the asker may read."""
    unclear = which_person(command, turn)
    if unclear:
        return [unclear]
    scopes = scopes_of(command.whose or ("me" if len(turn.readable) == 1 else "all"), turn)
    refused = next((s for s in scopes if isinstance(s, Refusal)), None)
    if refused:
        return [refused]
    scope = joined([s for s in scopes if isinstance(s, Scope)])
    if command.measures:
        return _figures(command, scope, turn)
    if command.subject == "deals":
        kept = {name: value for name, value in command.model_dump().items() if name in ListDeals.model_fields}
        return list_deals(ListDeals.model_validate(kept), turn)
    return LISTS[command.subject](command, scope, turn)


def _figures(command: AskRecords, scope: Scope, turn: Turn) -> list[Reply]:
    selection = selection_of(command, scope, turn)
    if isinstance(selection, Refusal):
        return [selection]
    period = _asked_period(command, turn)
    question = Question(command.measures, selection, command.state, period, command.by, command.activity)
    quotas = turn.desk.mirror.quotas(scope.owners)
    figures = turn.desk.records.answer(question, turn.sight, turn.organization, quotas, turn.desk.currency)
    remember(command, turn)
    rows = _ordered(command, figures, turn)
    place = turn.place(scope.owners)
    shown = question.period or selection.created
    label = scope.label if scope.label != "all" else phrase(turn.language, "scope_all")
    return [
        PipelineReport(
            view="records",
            scope=f"{label}{_conditions(command, turn)}",
            period=PeriodShown(start=shown.start, end=shown.end) if shown else PeriodShown(start=None, end=None),
            as_of=turn.now,
            currency=figures.currency or turn.desk.currency or "USD",
            metrics=_named(command, figures.total),
            rows=rows,
            measures=command.measures,
            matched=len(rows) if command.below is not None or command.above is not None else None,
            by=command.by,
            left_out=command.left_out,
            rests_on=RestsOn(
                having=figures.records - sum(figures.without.values()),
                lacking=sum(figures.without.values()),
                field=next(iter(figures.without), None),
            ),
            others={c: _rounded(v) for c, v in figures.others.items()},
            picture=_picture(command, rows, figures.currency, turn),
            audience=place,
            language=turn.language,
            locale=turn.locale.tag,
        )
    ]


def _asked_period(command: AskRecords, turn: Turn) -> Period | None:
    """The period said; of what was closed, and of quotas, the fiscal quarter where none was; of open deals all."""
    if command.period_from and command.period_to:
        return Period(command.period_from, max(command.period_to, command.period_from))
    if command.created_from or command.subject == "activities":
        return None
    closing = command.state in {"won", "lost", "closed"} or any(
        m in OF_QUOTA or ALWAYS.get(m) in {"won", "closed"} for m in command.measures
    )
    return turn.clock.quarter if closing and not BUCKETS & set(command.by) else None


def _conditions(command: AskRecords, turn: Turn) -> str:
    """The conditions beside whose and when, for the title."""
    said: list[object] = [
        command.deal,
        *command.products,
        command.industry,
        command.stage,
        *command.stages,
        command.currency,
        command.forecast,
        command.named,
    ]
    said.append(phrase(turn.language, f"state_{command.state}"))
    for excluded in (*command.not_stages, command.not_forecast):
        if excluded:
            said.append(phrase(turn.language, "except_for", what=excluded))
    if command.created_from and command.created_to:
        said.append(phrase(turn.language, "created_between", start=command.created_from, end=command.created_to))
    if command.activity:
        said.append(phrase(turn.language, f"kind_{command.activity.value}"))
    if command.min_amount is not None:
        said.append(f"> {command.min_amount:,f}")
    if command.max_amount is not None:
        said.append(f"< {command.max_amount:,f}")
    return "".join(f" · {word}" for word in said if word)


def _ordered(command: AskRecords, figures: Figures, turn: Turn) -> tuple[ReportRow, ...]:
    """The rows, periods in their order and everything else by the first measure, the largest first."""
    first = command.measures[0]
    rows: Sequence[Row] = figures.rows
    if command.below is not None:
        rows = [r for r in rows if (value := r.values[first]) is not None and value < float(command.below)]
    if command.above is not None:
        rows = [r for r in rows if (value := r.values[first]) is not None and value > float(command.above)]
    if not set(command.by) <= BUCKETS and command.by[:1] != ("stage",):
        rows = sorted(rows, key=lambda r: (r.values[first] is None, _rank(r.values[first], least=command.least)))
    elif command.by[:1] == ("stage",):
        order = {name: stage.order for name, stage in turn.desk.mirror.snapshot.stages.items()}
        rows = sorted(rows, key=lambda r: order.get(r.keys[0] or "", 99))
    names = [_names(d, rows, n, turn) for n, d in enumerate(command.by)]
    return tuple(
        ReportRow(
            label=" · ".join(
                names[n].get(key, key or "") or phrase(turn.language, "none") for n, key in enumerate(r.keys)
            ),
            id=r.keys[0] if len(r.keys) == 1 else None,
            metrics=_named(command, r.values),
            query=_behind(command, r, names, turn),
        )
        for r in rows[: command.top or SHOWN_MOST]
    )


def _behind(command: AskRecords, row: Row, names: Sequence[Mapping[str | None, str]], turn: Turn) -> str:
    """The question for the deals of a row, as a button's value; empty where no list of deals is just those."""
    if command.subject != "deals" or None in row.keys or set(command.measures) & OF_QUOTA:
        return ""
    kept = {name: value for name, value in command.model_dump().items() if name in ListDeals.model_fields}
    kept |= {"order": "amount", "top": None, "state": command.state}
    for place, dimension in enumerate(command.by):
        key = row.keys[place]
        match dimension:
            case "rep" | "manager" | "region":
                kept["whose"] = key
            case "stage" | "industry" | "forecast" | "loss_reason":
                kept[dimension] = key
            case "product":
                kept["products"] = (names[place].get(key, ""),)
            case "account":
                kept["deal"] = names[place].get(key, "")
            case "month" | "quarter" | "week":
                inside = next((p for label, p in buckets_of(command, dimension, turn) if label == key), None)
                if inside is None:
                    return ""
                days = ("created_from", "created_to") if command.created_from else ("period_from", "period_to")
                kept |= dict(zip(days, (inside.start, inside.end), strict=True))
            case _:
                return ""
    text = ListDeals.model_validate(kept).model_dump_json(exclude_defaults=True)
    return text if len(text) <= VALUE_MOST else ""


def buckets_of(command: AskRecords, dimension: Dimension, turn: Turn) -> list[tuple[str, Period]]:
    """The periods by which a question is broken down."""
    created = Period(command.created_from, command.created_to) if command.created_from and command.created_to else None
    asked = Question(command.measures, Selection(created=created), command.state, _asked_period(command, turn))
    return buckets(dimension, asked, turn.clock)


def _rank(value: float | None, *, least: bool) -> float:
    return 0.0 if value is None else value if least else -value


def _names(dimension: Dimension, rows: Sequence[Row], place: int, turn: Turn) -> dict[str | None, str]:
    """What the keys of a dimension are called."""
    keys = {r.keys[place] for r in rows if r.keys[place]}
    match dimension:
        case "rep" | "manager":
            people = turn.organization.people
            return {k: people[k].name if k in people else str(k) for k in keys}
        case "product":
            products = turn.desk.mirror.snapshot.products
            return {k: products[k].name if k in products else str(k) for k in keys}
        case "account":
            known = [a for a in turn.desk.mirror.accounts([str(k) for k in keys]) if turn.may_see(a)]
            hidden: dict[str | None, str] = {k: phrase(turn.language, "account_not_yours") for k in keys}
            return hidden | {a.id: a.name for a in known}
        case "activity":
            return {k: phrase(turn.language, f"kind_{k}") for k in keys}
        case _:
            return {}


ALIASES: Mapping[Measure, str] = {
    "weighted_amount": "weighted_amount", "win_rate": "win_rate_count", "win_rate_amount": "win_rate_amount",
    "cycle_days": "cycle_days_median",
}  # fmt: skip


def _named(command: AskRecords, values: Mapping[Measure, float | None]) -> dict[str, int | float | None]:
    """The values by measure, and by the names under which reports have the same figures."""
    found = _rounded(values)
    for measure in values:
        alias = ALIASES.get(measure)
        if measure in {"count", "amount"} and command.state in {"open", "won", "lost"}:
            alias = f"{command.state}_{measure}"
        if alias:
            found[alias] = found[measure]
    return found


def _rounded(values: Mapping[Measure, float | None]) -> dict[str, int | float | None]:
    return {name: round(value, 6) if isinstance(value, float) else value for name, value in values.items()}


def _shown(measure: Measure, value: float | None, currency: str, none: str) -> str:
    """A measure's value as people read it."""
    if value is None:
        return none
    unit = UNITS[measure]
    return _NUMBERS[unit].format(value) + (f" {currency}" if unit == "money" else "")


def _picture(command: AskRecords, rows: Sequence[ReportRow], currency: str, turn: Turn) -> Chart | None:
    """Bars of the first measure, where there are several groups to set beside each other."""
    first = command.measures[0]
    sized = [(r.label, r.metrics.get(first)) for r in rows[:16]]
    if len(sized) < 3:
        return None
    money = UNITS[first] == "money"
    bars = [
        Bar(
            label=label,
            size=float(value),
            shown=money_short(float(value)) if money else _shown(first, value, "", ""),
            kind="open",
        )
        for label, value in sized
        if value is not None
    ]
    title = phrase(turn.language, f"measure_{first}") + (f" ({currency})" if money else "")
    return made(title, bars)
