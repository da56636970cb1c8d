"""one lease for all that one process may do at a time"""

from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.rename_table("claims", "leases")
    op.execute("ALTER TABLE drafts RENAME COLUMN claimed_until TO leased_until")
    op.execute("ALTER TABLE receipts RENAME COLUMN undo_begun_at TO leased_until")
