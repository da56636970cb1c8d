"""What a person can ask of Caddie: one class a command; docstrings and descriptions are the tool texts for a model."""
