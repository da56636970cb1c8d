"""What shows where nothing was said: Home, previews."""
