"""Importing the four files of the Maven “CRM sales opportunities” teaching set, dirt repaired and reported."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field
from sqlalchemy import Engine

from bot.crm.csv.folder import Folder, store
from bot.crm.csv.reading import Numbered, read_rows
from bot.crm.csv.report import ImportReport
from bot.crm.csv.rows import AccountRow, DealRow, PersonRow, ProductRow, Row, StageChangeRow, StageRow, Text
from bot.crm.mirror.keep import settle
from bot.domain.deals import StageKind
from bot.domain.process import Process
from bot.errors import ImportRefused
from bot.storage.database import writing

MISSPELT = {"technolgy": "technology", "Philipines": "Philippines"}
STAGES = (
    StageRow(name="Prospecting", order=1, probability=Decimal(10), kind=StageKind.OPEN, process_stage="Qualified"),
    StageRow(name="Engaging", order=2, probability=Decimal(25), kind=StageKind.OPEN, process_stage="Sponsor"),
    StageRow(name="Won", order=3, probability=Decimal(100), kind=StageKind.WON, process_stage="Won"),
    StageRow(name="Lost", order=4, probability=Decimal(0), kind=StageKind.LOST, process_stage="Lost"),
)


class TeamRow(Row):
    sales_agent: Text
    manager: Text
    regional_office: Text


class MavenAccountRow(Row):
    account: Text
    sector: str | None = None
    revenue: Decimal | None = None
    employees: int | None = None
    office_location: str | None = None
    subsidiary_of: str | None = None


class MavenProductRow(Row):
    product: Text
    series: str | None = None
    sales_price: Decimal


class PipelineRow(Row):
    opportunity_id: Text
    sales_agent: Text
    product: Text
    account: str | None = None
    deal_stage: Annotated[str, Field(pattern="^(Prospecting|Engaging|Won|Lost)$")]
    engage_date: date | None = None
    close_date: date | None = None
    close_value: Decimal | None = None


class MavenFolder(Folder):
    """The export's rows as rows of our own format; nothing is read but its four files."""

    def __init__(self, path: Path, process: Process, report: ImportReport, shift_to: date | None) -> None:
        self.path, self.report, self.process = path, report, process
        teams = self._need("sales_teams.csv", TeamRow, "sales_agent")
        products = self._need("products.csv", MavenProductRow, "product")
        accounts = self._need("accounts.csv", MavenAccountRow, "account")
        pipeline = self._need("sales_pipeline.csv", PipelineRow, "opportunity_id")
        last = max((n.row.close_date for n in pipeline if n.row.close_date), default=None)
        self._shift = shift_to - last if shift_to and last else timedelta(0)
        self.people = list(_people(teams))
        self.accounts = [self._account(n) for n in accounts]
        self.products = [
            Numbered(
                n.line,
                ProductRow(
                    id=_id(n.row.product),
                    name=n.row.product,
                    family=n.row.series,
                    list_price=n.row.sales_price,
                    currency="USD",
                ),
            )
            for n in products
        ]
        self.stages = [Numbered(1, stage) for stage in STAGES]
        by_letters = {n.row.product.replace(" ", "").casefold(): n.row.product for n in products}
        self.deals = [self._deal(n, by_letters) for n in pipeline]
        self.stage_changes = [change for n in self.deals for change in _history(n)]
        self.contacts, self.field_changes, self.activities, self.quotas = [], [], [], []

    def _need(self, name: str, model: Any, key: str) -> list[Numbered[Any]]:
        if not (self.path / name).exists():
            raise ImportRefused(
                f"{self.path} lacks {name}. --maven needs accounts, products, sales_pipeline and sales_teams."
            )
        return read_rows(self.path / name, model, self.report, key)

    def _mended(self, file: str, line: int, column: str, value: str | None) -> str | None:
        if value in MISSPELT:
            self.report.repair(file, line, f"{column} “{value}” read as “{MISSPELT[value]}”")
            return MISSPELT[value]
        return value

    def _account(self, n: Numbered[MavenAccountRow]) -> Numbered[AccountRow]:
        row = n.row
        return Numbered(
            n.line,
            AccountRow(
                id=_id(row.account),
                name=row.account,
                industry=self._mended("accounts.csv", n.line, "sector", row.sector),
                revenue=row.revenue * 1_000_000 if row.revenue is not None else None,
                employees=row.employees,
                country=self._mended("accounts.csv", n.line, "office_location", row.office_location),
                parent_id=_id(row.subsidiary_of) if row.subsidiary_of else None,
            ),
        )

    def _deal(self, n: Numbered[PipelineRow], products: dict[str, str]) -> Numbered[DealRow]:
        row, file = n.row, "sales_pipeline.csv"
        product = products.get(row.product.replace(" ", "").casefold(), row.product)
        if product != row.product:
            self.report.repair(file, n.line, f"product “{row.product}” read as “{product}”")
        if row.account is None:
            self.report.repair(file, n.line, "account is empty; kept without one")
        if row.engage_date is None:
            self.report.repair(file, n.line, "engage_date is empty; kept without a day of creation")
        closed = row.deal_stage in {"Won", "Lost"}
        close = row.close_date + self._shift if row.close_date else None
        return Numbered(
            n.line,
            DealRow(
                id=row.opportunity_id,
                name=f"{row.account or 'No account'} {product}",
                account_id=_id(row.account) if row.account else None,
                owner_id=_id(row.sales_agent),
                stage=row.deal_stage,
                amount=row.close_value,
                currency="USD",
                product_ids=(_id(product),),
                created=row.engage_date + self._shift if row.engage_date else None,
                close_date=close,
                closed_at=_noon(close) if closed and close else None,
            ),
        )


def import_maven(engine: Engine, path: Path, process: Process, shift_to: date | None) -> ImportReport:
    """Take the set into the mirror; `shift_to` moves all days so that the last close date falls on it."""
    report = ImportReport()
    folder = MavenFolder(path, process, report, shift_to)
    with writing(engine) as connection:
        store(connection, folder, report)
        settle(connection)
    return report


def _people(teams: list[Numbered[TeamRow]]) -> Iterator[Numbered[PersonRow]]:
    """Managers first, then their agents; both belong to the agents' regional office."""
    offices = {n.row.manager: (n.line, n.row.regional_office) for n in reversed(teams)}
    for name, (line, office) in offices.items():
        yield Numbered(line, _person(name, office, "Manager"))
    for n in teams:
        person = _person(n.row.sales_agent, n.row.regional_office, "Sales Agent")
        yield Numbered(n.line, person.model_copy(update={"manager_id": _id(n.row.manager)}))


def _person(name: str, office: str, title: str) -> PersonRow:
    email = ".".join(name.casefold().split()) + "@maven.example"
    return PersonRow(id=_id(name), name=name, email=email, region=office, title=title)


def _history(n: Numbered[DealRow]) -> Iterator[Numbered[StageChangeRow]]:
    """What the export tells of the way: engaged on the one day, closed on the other."""
    deal = n.row
    if deal.created is None:
        return
    first = StageChangeRow(deal_id=deal.id, from_stage=None, to_stage="Engaging", at=_noon(deal.created))
    yield Numbered(n.line, first)
    if deal.closed_at is not None:
        yield Numbered(
            n.line, first.model_copy(update={"from_stage": "Engaging", "to_stage": deal.stage, "at": deal.closed_at})
        )


def _noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def _id(name: str) -> str:
    return "-".join(name.casefold().split())
