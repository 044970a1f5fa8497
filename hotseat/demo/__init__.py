"""`make demo`: simulated callers and agents on real phones."""
