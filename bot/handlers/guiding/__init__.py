"""The library: aids, answers, and marketing's work on it."""
