"""The migrations and the tables of the code are one schema."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

import bot.slack.installations
import bot.storage.inbox
import bot.storage.outbox
import bot.wiring  # noqa: F401  these know all modules with tables
from bot.storage.database import metadata, open_database


def test_the_migrations_make_the_tables_of_the_code(tmp_path):
    engine = open_database(f"sqlite:///{tmp_path / 'caddie.db'}")
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    known = {"alembic_version"}
    assert [d for d in differences if not (d[0] == "remove_table" and d[1].name in known)] == []
