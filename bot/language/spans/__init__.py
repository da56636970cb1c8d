"""Dates, money, durations and quantities in what people type, in English and Chinese."""
