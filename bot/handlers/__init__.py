"""One function a command: from a command to replies."""
