"""what is to be sent in Slack, urgent items and those that wait for another try, claims of one process"""

import sqlalchemy as sa
from alembic import op

import bot.storage.database

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("inbox", sa.Column("urgent", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("inbox", sa.Column("retry_at", bot.storage.database.Moment(timezone=True), nullable=True))
    op.add_column("receipts", sa.Column("undo_begun_at", bot.storage.database.Moment(timezone=True), nullable=True))
    op.execute("UPDATE drafts SET claimed_until = created_at WHERE status = 'sending' AND claimed_until IS NULL")
    op.create_table(
        "outbox",
        sa.Column("item", sa.String(length=255), nullable=False),
        sa.Column("n", sa.Integer(), nullable=False),
        sa.Column("body", bot.storage.database.Json(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("channel", sa.String(length=64), nullable=False),
        sa.Column("ts", sa.String(length=64), nullable=True),
        sa.Column("doubted", sa.Boolean(), nullable=False),
        sa.Column("made_at", bot.storage.database.Moment(timezone=True), nullable=False),
        sa.Column("sent_at", bot.storage.database.Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("item", "n", name=op.f("pk_outbox")),
    )
    op.create_table(
        "claims",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("until", bot.storage.database.Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_claims")),
    )
    op.create_index("ix_drafts_author_id_status", "drafts", ["author_id", "status"])
    op.create_index("ix_receipts_author_id", "receipts", ["author_id"])
    op.create_index("ix_outbox_channel_ts", "outbox", ["channel", "ts"])
    op.create_index("ix_outbox_state_made_at", "outbox", ["state", "made_at"])
