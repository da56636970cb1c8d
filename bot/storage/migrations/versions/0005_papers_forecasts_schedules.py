"""papers, forecasts, schedules"""

import sqlalchemy as sa
from alembic import op

import bot.storage.database

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "papers",
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("markdown", sa.Text(), nullable=False),
        sa.Column("at", bot.storage.database.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_papers")),
    )
    op.create_table(
        "forecasts",
        sa.Column("scope", sa.String(length=255), nullable=False),
        sa.Column("from", sa.Date(), nullable=False),
        sa.Column("to", sa.Date(), nullable=False),
        sa.Column("currency", sa.String(length=3), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("expected", bot.storage.database.Amount(), nullable=False),
        sa.Column("low", bot.storage.database.Amount(), nullable=True),
        sa.Column("high", bot.storage.database.Amount(), nullable=True),
        sa.PrimaryKeyConstraint("scope", "from", "to", "currency", "made_on", name=op.f("pk_forecasts")),
    )
    op.create_table(
        "schedules",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("owner_id", sa.String(length=64), nullable=False),
        sa.Column("place", sa.String(length=128), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("query", bot.storage.database.Json(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("language", sa.String(length=8), nullable=False),
        sa.Column("days", bot.storage.database.Json(), nullable=False),
        sa.Column("hour", sa.Integer(), nullable=False),
        sa.Column("minute", sa.Integer(), nullable=False),
        sa.Column("monthly", sa.Boolean(), nullable=False),
        sa.Column("timezone", sa.String(length=64), nullable=False),
        sa.Column("next_at", bot.storage.database.Moment(timezone=True), nullable=False),
        sa.Column("created_at", bot.storage.database.Moment(timezone=True), nullable=False),
        sa.Column("cancelled_at", bot.storage.database.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
    )
    op.create_index("ix_schedules_cancelled_at_next_at", "schedules", ["cancelled_at", "next_at"])
    op.create_table(
        "nudges",
        sa.Column("person_id", sa.String(length=64), nullable=False),
        sa.Column("off", sa.Boolean(), nullable=False),
        sa.Column("until", sa.Date(), nullable=True),
        sa.Column("sent_on", sa.Date(), nullable=True),
        sa.PrimaryKeyConstraint("person_id", name=op.f("pk_nudges")),
    )
