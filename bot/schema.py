"""Every table of the database in one place for the migrations: importing this module fills the metadata."""

import bot.crm.tables
import bot.inbox
import bot.journal
import knowledge.catalogue  # noqa: F401
