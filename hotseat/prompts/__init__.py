"""The prompts of a hotline: recorded with it, or uploaded."""
