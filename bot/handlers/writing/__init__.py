"""Cards: from what was told to what is written and taken back."""
