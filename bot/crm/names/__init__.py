"""The CRM's names as they stand in a text."""
