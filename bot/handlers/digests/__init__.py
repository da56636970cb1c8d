"""What comes by the clock."""
