"""Every table of the database in one place for the migrations: importing this module fills the metadata."""

import knowledge.catalogue  # noqa: F401
