"""Caddie, a Slack assistant for B2B sales teams."""
