"""The figures of a day."""
