"""Queues, and the skills that they ask of a seat."""
