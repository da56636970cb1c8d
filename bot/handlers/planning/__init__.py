"""Briefs and plans as documents."""
