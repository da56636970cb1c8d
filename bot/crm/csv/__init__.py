"""A company's CSV files."""
