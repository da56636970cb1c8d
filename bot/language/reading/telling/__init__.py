"""From what was told to cards."""
