"""Alembic's entry: runs the migrations on the connection that the caller holds."""

from alembic import context

from bot.storage.database import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
context.run_migrations()
