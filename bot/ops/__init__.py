"""What operators watch: logs, metrics, traces."""
