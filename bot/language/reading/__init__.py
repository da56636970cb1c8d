"""The offline reader: what the trained model sees, the patterns for values, and the judge between them."""
