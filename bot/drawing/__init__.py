"""Charts and diagrams as pictures."""
