"""when deals last moved, the canvases of papers, the deals for which aids were used"""

import sqlalchemy as sa
from alembic import op

import bot.storage.database

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOVES = """
UPDATE deals SET
  pushed_at = (SELECT max(c.at) FROM field_changes c WHERE c.deal_id = deals.id AND c.field = 'close_date' AND c.old <> '' AND c.new > c.old),
  advanced_at = (
    SELECT max(c.at) FROM stage_changes c JOIN stages b ON b.name = c.from_stage JOIN stages a ON a.name = c.to_stage
    WHERE c.deal_id = deals.id AND a.kind = 'open' AND b."order" < a."order")
"""


def upgrade() -> None:
    for name in ("advanced_at", "pushed_at"):
        op.add_column("deals", sa.Column(name, bot.storage.database.Moment(timezone=True), nullable=True))
    op.execute(MOVES)
    for name in ("advanced_at", "pushed_at"):
        op.create_index(f"ix_deals_{name}", "deals", [name, "owner_id", "currency", "amount", "id"])
    op.drop_index("ix_field_changes_field_at", "field_changes")
    op.create_index("ix_field_changes_at", "field_changes", ["at", "field", "deal_id"])
    dates = sa.text("field = 'close_date'")
    op.create_index(
        "ix_field_changes_close_date",
        "field_changes",
        ["at", "old", "new", "deal_id"],
        sqlite_where=dates,
        postgresql_where=dates,
    )
    op.add_column("feedback", sa.Column("deal_id", sa.String(length=64), nullable=True))
    op.create_index("ix_feedback_at", "feedback", ["at"])
    op.create_table(
        "canvases",
        sa.Column("key", sa.String(length=255), nullable=False),
        sa.Column("place", sa.String(length=128), nullable=False),
        sa.Column("canvas_id", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("key", "place", name=op.f("pk_canvases")),
    )
