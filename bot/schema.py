"""Every table of the database in one place for the migrations: importing this module fills the metadata."""

from bot import archive, inbox, journal, schedules
from bot.crm import tables
from knowledge import catalogue

__all__ = ["archive", "catalogue", "inbox", "journal", "schedules", "tables"]
