"""The mirror of the CRM in our own tables."""
