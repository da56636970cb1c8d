"""Files that people send and get, as text."""
