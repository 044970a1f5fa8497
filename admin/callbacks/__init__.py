"""Call-backs: who is owed a call, and what callers have left to say."""
