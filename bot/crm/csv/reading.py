"""Reading CSV files into checked rows, with every refusal naming file, line and field."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Generic, TypeVar

from pydantic import ValidationError

from bot.crm.csv.report import ImportReport
from bot.crm.csv.rows import Row
from bot.errors import ImportRefused

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
