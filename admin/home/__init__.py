"""The overview after log-in."""
