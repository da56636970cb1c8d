"""What arrived from Slack."""
