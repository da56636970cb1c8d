"""The SQL database: opening it, its column types and bringing its schema up to date."""

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlalchemy import (
    BigInteger,
    Connection,
    DateTime,
    Dialect,
    Engine,
    MetaData,
    Table,
    Text,
    create_engine,
    event,
    inspect,
    text,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.types import TypeDecorator

from bot.errors import NotConfigured

MIGRATIONS = Path(__file__).parent / "migrations"
HEAD = "0010"
PATIENCE_MS = 15_000

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Amount(TypeDecorator[Decimal]):
    """Money as whole hundredths: exact in every database, and sums stay exact in SQL."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:
        return None if value is None else int((value * 100).to_integral_value())

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value).scaleb(-2)


class Moment(TypeDecorator[datetime]):
    """An aware moment, stored in UTC; SQLite forgets time zones, so they are put back on reading."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """A JSON document as text, readable in every database."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else json.dumps(value, ensure_ascii=False)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        return None if value is None else json.loads(value)


def open_database(url: str) -> Engine:
    """An engine on the database, schema up to date.

    SQLite runs in write-ahead mode with full synchronisation: what was committed survives a power cut.
    Raises NotConfigured where the database cannot be opened.
    """
    if url.startswith("postgres://"):
        url = "postgresql://" + url.removeprefix("postgres://")
    if url.startswith("postgresql://"):
        url = "postgresql+psycopg://" + url.removeprefix("postgresql://")
    try:
        engine = create_engine(url, hide_parameters=True, pool_pre_ping=not url.startswith("sqlite"))
        if engine.dialect.name == "sqlite":
            event.listen(engine, "connect", _prepare_sqlite)
            event.listen(engine, "begin", _begin_sqlite)
        migrate(engine)
    except Exception as error:
        raise NotConfigured(
            f"The database {url.split('@')[-1]} cannot be opened: {error}. Check DATABASE_URL or CADDIE_DATA."
        ) from error
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver's own late BEGIN would let two readers both turn writer
    connection.create_function("lower", 1, _lower, deterministic=True)
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={PATIENCE_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _lower(text: str | None) -> str | None:
    """Every letter in lower case, as PostgreSQL does it; SQLite's own `lower` knows ASCII alone."""
    return None if text is None else str(text).lower()


def _begin_sqlite(connection: Any) -> None:
    patience = connection.get_execution_options().get("patience_ms", PATIENCE_MS)
    if connection.info.get("patience_ms", PATIENCE_MS) != patience:
        connection.exec_driver_sql(f"PRAGMA busy_timeout={patience}")
        connection.info["patience_ms"] = patience
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("writes") else "BEGIN")


def writing(engine: Engine, patience_ms: int = PATIENCE_MS) -> Any:
    """A transaction that will write: on SQLite it takes the write lock at once instead of failing half way.

    `patience_ms` is how long it waits there for other processes.
    """
    return engine.execution_options(writes=True, patience_ms=patience_ms).begin()


def upsert(connection: Connection, table: Table, key: Sequence[str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows, or write their values over the rows of the same key; all rows name the same columns."""
    if not rows:
        return
    query = _dialect(connection).insert(table)
    others = {name: query.excluded[name] for name in rows[0] if name not in key}
    connection.execute(query.on_conflict_do_update(index_elements=key, set_=others), list(rows))


def insert_new(connection: Connection, table: Table, key: Sequence[str], row: Mapping[str, Any]) -> bool:
    """Insert a row where there is none of its key yet; whether it was inserted."""
    query = _dialect(connection).insert(table).values(**row).on_conflict_do_nothing(index_elements=key)
    return connection.execute(query.returning(table.c[key[0]])).first() is not None


def _dialect(connection: Connection) -> Any:
    return sqlite if connection.dialect.name == "sqlite" else postgresql


def migrate(engine: Engine) -> None:
    """Bring the schema to the newest version; nothing to do costs one query."""
    with engine.connect() as connection:
        known = inspect(connection).has_table("alembic_version")
        if known and connection.execute(text("SELECT version_num FROM alembic_version")).scalar() == HEAD:
            return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
