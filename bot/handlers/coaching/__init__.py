"""Coaching on deals and people."""
