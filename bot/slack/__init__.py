"""The Slack side: doors, payloads and views."""
