"""Arithmetic over deals and their history: pure functions, no I/O."""
