"""Reading CSV files into checked rows, with every refusal naming file, line and field."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, ClassVar, Generic, TypeVar
from zoneinfo import available_timezones

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot.domain.activities import Activity, ActivityKind
from bot.domain.deals import Account, Contact, Deal, FieldChange, Product, Quota, Stage, StageChange, StageKind
from bot.domain.locale import known
from bot.domain.money import Money as Target
from bot.domain.people import Person
from bot.errors import ImportRefused


@dataclass
class ImportReport:
    """What was taken, repaired and refused; a note holds file, what happened and the lines it happened on."""

    taken: dict[str, int] = field(default_factory=dict)
    repaired: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))
    refused: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))

    def repair(self, file: str, line: int, what: str) -> None:
        self.repaired[(file, what)].append(line)

    def refuse(self, file: str, line: int, why: str) -> None:
        self.refused[(file, why)].append(line)

    def lines(self) -> Iterator[str]:
        """The report as text, one line a kind of note, with the lines of the file as ranges."""
        for name, count in self.taken.items():
            yield f"{name}: {count} rows taken"
        for title, notes in (("repaired", self.repaired), ("refused", self.refused)):
            for (name, what), lines in notes.items():
                rows = f"{len(lines)} row{'s' if len(lines) > 1 else ''}"
                yield f"{title}: {name}: {what} ({rows}: line{'s' if len(lines) > 1 else ''} {_ranges(lines)})"

    @property
    def refused_count(self) -> int:
        return sum(len(lines) for lines in self.refused.values())


def _ranges(lines: list[int]) -> str:
    parts: list[list[int]] = []
    for line in sorted(set(lines)):
        if parts and line == parts[-1][1] + 1:
            parts[-1][1] = line
        else:
            parts.append([line, line])
    return ", ".join(str(a) if a == b else f"{a}-{b}" for a, b in parts)


def _ids(value: object) -> object:
    return tuple(part.strip() for part in value.split(";") if part.strip()) if isinstance(value, str) else value


def _zone(value: object) -> object:
    if isinstance(value, str) and value not in available_timezones():
        raise ValueError(f"“{value}” is no IANA time zone such as Europe/Berlin")
    return value


def _locale(value: object) -> object:
    if isinstance(value, str) and not known(value):
        raise ValueError(f"“{value}” is no locale such as en-GB")
    return value


def _moment(value: object) -> object:
    """A date alone means the start of that day, UTC."""
    if isinstance(value, str):
        try:
            parsed = datetime.fromisoformat(value)
        except ValueError:
            raise ValueError(f"“{value}” is no ISO 8601 date or date-time") from None
        return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    return value


def _day_or_moment(value: object) -> object:
    """A date alone means noon UTC, so that it stays that day in nearly every time zone."""
    if isinstance(value, str) and re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        day = date.fromisoformat(value)
        return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
    return _moment(value)


Text = Annotated[str, Field(min_length=1)]
Ids = Annotated[tuple[str, ...], BeforeValidator(_ids)]
When = Annotated[datetime, BeforeValidator(_moment)]
ClosedAt = Annotated[datetime, BeforeValidator(_day_or_moment)]
Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
Money = Annotated[Decimal, Field(max_digits=18, decimal_places=2)]


class Row(BaseModel):
    """One row; unknown columns are kept in `extra`, empty cells are None."""

    model_config = ConfigDict(frozen=True)
    extra: dict[str, str] | None = None
    makes: ClassVar[type[Any]]

    def record(self) -> Any:
        """The record of the domain that the row holds."""
        return self.makes(**{name: getattr(self, name) for name in type(self).model_fields if name != "extra"})


class PersonRow(Row):
    makes = Person

    id: Text
    name: Text
    email: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$")]
    manager_id: str | None = None
    title: str | None = None
    region: str | None = None
    timezone: Annotated[str, BeforeValidator(_zone)] = "UTC"
    slack_user_id: str | None = None
    locale: Annotated[str, BeforeValidator(_locale)] | None = None


class AccountRow(Row):
    makes = Account

    id: Text
    name: Text
    aliases: Ids = ()
    industry: str | None = None
    revenue: Money | None = None
    employees: int | None = None
    country: str | None = None
    parent_id: str | None = None
    owner_id: str | None = None


class ContactRow(Row):
    makes = Contact

    id: Text
    name: Text
    account_id: str | None = None
    title: str | None = None
    email: str | None = None
    phone: str | None = None


class ProductRow(Row):
    makes = Product

    id: Text
    name: Text
    aliases: Ids = ()
    family: str | None = None
    list_price: Money | None = None
    currency: Currency | None = None


class StageRow(Row):
    makes = Stage

    name: Text
    order: int
    probability: Annotated[Decimal, Field(ge=0, le=100)]
    kind: StageKind
    process_stage: str | None = None


class DealRow(Row):
    makes = Deal

    id: Text
    name: Text
    account_id: str | None = None
    owner_id: Text
    stage: Text
    amount: Money | None = None
    currency: Currency = "USD"
    product_ids: Ids = ()
    created: date | None = None
    close_date: date | None = None
    closed_at: ClosedAt | None = None
    loss_reason: str | None = None
    next_step: str | None = None
    next_step_due: date | None = None
    forecast: str | None = None
    contact_ids: Ids = ()


class StageChangeRow(Row):
    makes = StageChange

    deal_id: Text
    from_stage: str | None = None
    to_stage: Text
    at: When
    by_id: str | None = None


class FieldChangeRow(Row):
    makes = FieldChange

    deal_id: Text
    field: Text
    old: str | None = None
    new: str | None = None
    at: When
    by_id: str | None = None


class ActivityRow(Row):
    makes = Activity

    id: Text
    kind: ActivityKind
    at: When
    duration_minutes: Annotated[int, Field(gt=0)] | None = None
    deal_id: str | None = None
    account_id: str | None = None
    contact_ids: Ids = ()
    author_id: str | None = None
    summary: str = ""


class QuotaRow(Row):
    makes = Quota

    person_id: Text
    start: Annotated[date, Field(alias="from")]
    end: Annotated[date, Field(alias="to")]
    amount: Money
    currency: Currency

    def record(self) -> Quota:
        return Quota(self.person_id, self.start, self.end, target=Target(self.amount, self.currency))


R = TypeVar("R", bound=Row)


@dataclass(frozen=True)
class Numbered(Generic[R]):
    """A row with the line of the file on which it ends."""

    line: int
    row: R


def read_table(path: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Lines of a CSV file as they are. Raises ImportRefused where it cannot be read as UTF-8 CSV."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, strict=True)
            if not reader.fieldnames:
                raise ImportRefused(f"{path.name} is empty: it needs at least a header line.")
            repeated = {name for name in reader.fieldnames if reader.fieldnames.count(name) > 1}
            if repeated:
                raise ImportRefused(
                    f"{path.name}, line 1: column {', '.join(sorted(repeated))} stands twice. Remove one."
                )
            yield 1, dict.fromkeys(reader.fieldnames, "")
            for cells in reader:
                yield reader.line_num, cells
    except UnicodeDecodeError as error:
        raise ImportRefused(
            f"{path.name} is not UTF-8 (byte {error.start}). Save it as UTF-8 and import again."
        ) from error
    except csv.Error as error:
        raise ImportRefused(f"{path.name} is no readable CSV: {error}.") from error
    except OSError as error:
        raise ImportRefused(f"{path} cannot be read: {error.strerror}.") from error


def read_rows(path: Path, model: type[R], report: ImportReport, key: str | None = None) -> list[Numbered[R]]:
    """All good rows of a file; bad ones are refused in the report, a missing needed column refuses the file.

    `key` is the column that must not repeat; the first row with a key is kept.
    """
    columns = {info.alias or name for name, info in model.model_fields.items() if name != "extra"}
    needed = {info.alias or name for name, info in model.model_fields.items() if info.is_required()}
    rows: list[Numbered[R]] = []
    seen: dict[str, int] = {}
    for line, cells in read_table(path):
        if line == 1:
            missing = sorted(needed - set(cells))
            if missing:
                raise ImportRefused(
                    f"{path.name}, line 1: column {', '.join(missing)} is missing. Nothing was imported."
                )
            for unknown in sorted(set(cells) - columns):
                report.repair(path.name, 1, f"unknown column “{unknown}” kept as extra")
            continue
        row = _checked(path.name, line, cells, columns, model, report)
        if row is None:
            continue
        mark = str(getattr(row, key)) if key else str(line)
        if mark in seen:
            report.refuse(path.name, line, f"{key} “{mark}” stands already on line {seen[mark]}")
            continue
        seen[mark] = line
        rows.append(Numbered(line, row))
    report.taken[path.name] = len(rows)
    return rows


def _checked(
    name: str, line: int, cells: Mapping[Any, Any], columns: set[str], model: type[R], report: ImportReport
) -> R | None:
    if None in cells or None in cells.values():
        report.refuse(name, line, "the row has another number of cells than the header")
        return None
    values = {column: cell.strip() for column, cell in cells.items() if column in columns and cell.strip()}
    extra = {str(column): cell for column, cell in cells.items() if column not in columns and cell.strip()}
    try:
        return model.model_validate({**values, "extra": extra or None})
    except ValidationError as error:
        first = error.errors()[0]
        where = str(first["loc"][0])
        given = f"“{values[where]}” " if where in values else ""
        why = str(first["msg"]).removeprefix("Value error, ")
        report.refuse(name, line, f"{where} {given}cannot be taken: {why}")
        return None
