"""one receipt, many pushes"""

import json

import sqlalchemy as sa
from alembic import op

import bot.storage.database

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("drafts", sa.Column("claimed_until", bot.storage.database.Moment(timezone=True), nullable=True))
    op.add_column("receipts", sa.Column("undoing_by", sa.String(length=64), nullable=True))
    op.add_column("audit_log", sa.Column("deal_id", sa.String(length=64), nullable=True))
    connection = op.get_bind()
    for seq, text in connection.execute(sa.text("SELECT seq, receipt FROM receipts")).fetchall():
        kept = json.loads(text)
        item = {
            name: kept.pop(name, None)
            for name in ("deal_id", "account_id", "before", "after", "activity_id", "created_ref")
        }
        kept["items"] = [{"key": kept["draft_id"], **item}]
        connection.execute(
            sa.text("UPDATE receipts SET receipt = :kept WHERE seq = :seq"),
            {"kept": json.dumps(kept, ensure_ascii=False), "seq": seq},
        )
