"""The Slack side: what arrives, who answers it, what is sent."""
