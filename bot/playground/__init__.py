"""The local workspace: a strict stand-in for Slack's API with a web page on it."""
