"""Files of every kind as pieces of text, one module a family of formats."""
