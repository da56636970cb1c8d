"""Understanding what a person asks and putting answers into words: the only places where a model speaks."""
