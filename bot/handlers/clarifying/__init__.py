"""Which records a person means, and the questions that takes."""
