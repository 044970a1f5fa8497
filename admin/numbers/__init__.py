"""The numbers that callers dial."""
