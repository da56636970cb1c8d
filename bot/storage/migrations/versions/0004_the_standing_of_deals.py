"""the standing of deals"""

import sqlalchemy as sa
from alembic import op

import bot.storage.database

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

OPEN = [
    "open",
    "owner_id",
    "stage",
    "currency",
    "forecast",
    "close_date",
    "amount",
    "created",
    "stage_since",
    "close_date_since",
    "next_step_since",
    "last_activity_at",
    "has_next_step",
    "stage_skipped",
    "contact_count",
    "account_id",
    "id",
]
STANDING = """
UPDATE deals SET
  entered_at = (SELECT min(c.at) FROM stage_changes c WHERE c.deal_id = deals.id),
  stage_since = (SELECT max(c.at) FROM stage_changes c WHERE c.deal_id = deals.id),
  close_date_since = (SELECT max(c.at) FROM field_changes c WHERE c.deal_id = deals.id AND c.field = 'close_date'),
  next_step_since = (SELECT max(c.at) FROM field_changes c WHERE c.deal_id = deals.id AND c.field = 'next_step'),
  last_activity_at = (SELECT max(a.at) FROM activities a WHERE a.deal_id = deals.id),
  has_next_step = (coalesce(deals.next_step, '') <> '' AND deals.next_step_due IS NOT NULL),
  pushes = (SELECT count(*) FROM field_changes c WHERE c.deal_id = deals.id AND c.field = 'close_date' AND c.old <> '' AND c.new > c.old),
  contact_count = (SELECT count(*) FROM deal_contacts c WHERE c.deal_id = deals.id),
  stage_skipped = EXISTS (
    SELECT 1 FROM stage_changes c JOIN stages b ON b.name = c.from_stage JOIN stages a ON a.name = c.to_stage
    WHERE c.deal_id = deals.id AND b.kind = 'open' AND a.kind = 'open'
      AND EXISTS (SELECT 1 FROM stages m WHERE m.kind = 'open' AND m."order" > b."order" AND m."order" < a."order"))
"""


def upgrade() -> None:
    for name in ("entered_at", "stage_since", "close_date_since", "next_step_since", "last_activity_at"):
        op.add_column("deals", sa.Column(name, bot.storage.database.Moment(timezone=True), nullable=True))
    for name in ("has_next_step", "stage_skipped"):
        op.add_column("deals", sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
    for name in ("pushes", "contact_count"):
        op.add_column("deals", sa.Column(name, sa.Integer(), nullable=False, server_default="0"))
    op.add_column("mirror_state", sa.Column("closings", sa.Integer(), nullable=False, server_default="0"))
    op.drop_index("ix_deals_closed_at", "deals")
    op.execute(STANDING)
    op.create_index("ix_deals_open", "deals", OPEN)
    op.create_index(
        "ix_deals_closed", "deals", ["open", "closed_at", "owner_id", "stage", "currency", "amount", "created", "id"]
    )
    op.create_index("ix_deals_entered_at", "deals", ["entered_at", "owner_id", "currency", "amount", "id"])
    op.create_index("ix_deals_open_amount", "deals", ["open", sa.text("amount DESC"), "id"])
    op.create_index("ix_deals_close_date", "deals", ["close_date", "owner_id", "open", "currency"])
    op.create_index("ix_stage_changes_at", "stage_changes", ["at", "deal_id", "from_stage", "to_stage"])
    op.create_index("ix_field_changes_field_at", "field_changes", ["field", "at", "deal_id"])
