"""What Caddie itself remembers."""
