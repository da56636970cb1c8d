"""A language model behind the reader and the wording."""
