"""From a question about the records to the command that asks it."""
