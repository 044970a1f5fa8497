"""The sentences that callers hear: listen, upload, bring back, and what is missing."""
