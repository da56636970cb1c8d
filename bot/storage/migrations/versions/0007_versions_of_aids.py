"""several versions of one aid side by side"""

import sqlalchemy as sa
from alembic import op

import bot.storage.database

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    connection = op.get_bind()
    if connection.dialect.name == "postgresql":
        op.add_column("documents", sa.Column("aid_version", sa.Integer(), nullable=True))
        op.drop_constraint("uq_documents_aid_id", "documents")
        op.create_unique_constraint("uq_documents_aid_id", "documents", ["aid_id", "aid_version"])
    else:
        _build_anew()
    documents = sa.table(
        "documents", sa.column("key"), sa.column("aid", bot.storage.database.Json), sa.column("aid_version")
    )
    for row in connection.execute(sa.select(documents.c.key, documents.c.aid).where(documents.c.aid.isnot(None))).all():
        connection.execute(
            sa.update(documents).where(documents.c.key == row.key).values(aid_version=row.aid.get("version", 1))
        )


def _build_anew() -> None:
    """SQLite drops no constraint from a table, and no table that another one points to: both are copied, the child is dropped first."""
    op.create_table(
        "documents_new",
        sa.Column("key", sa.String(length=1024), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("aid_id", sa.String(length=128), nullable=True),
        sa.Column("aid_version", sa.Integer(), nullable=True),
        sa.Column("aid", bot.storage.database.Json(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_documents"),
        sa.UniqueConstraint("aid_id", "aid_version", name="uq_documents_aid_id"),
    )
    op.create_table(
        "passages_new",
        sa.Column("id", sa.String(length=64), nullable=False),
        sa.Column("document", sa.String(length=1024), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("heading", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("is_aid", sa.Boolean(), nullable=False),
        sa.Column("embedded", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["document"], ["documents_new.key"], name="fk_passages_document"),
        sa.PrimaryKeyConstraint("id", name="pk_passages"),
    )
    op.execute(
        "INSERT INTO documents_new (key, digest, aid_id, aid, title) SELECT key, digest, aid_id, aid, title FROM documents"
    )
    op.execute("INSERT INTO passages_new SELECT id, document, position, heading, text, is_aid, embedded FROM passages")
    for table in ("passages", "documents"):
        op.drop_table(table)
    for table in ("documents", "passages"):
        op.rename_table(f"{table}_new", table)
    op.create_index("ix_passages_document", "passages", ["document"])
    op.create_index("ix_passages_embedded", "passages", ["embedded"])
