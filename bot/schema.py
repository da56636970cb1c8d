"""Every table of the database in one place for the migrations: importing this module fills the metadata."""

from bot import archive, claims, inbox, journal, outbox, schedules
from bot.crm import tables
from knowledge import catalogue

__all__ = ["archive", "catalogue", "claims", "inbox", "journal", "outbox", "schedules", "tables"]
