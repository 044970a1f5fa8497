"""The desk of an agent: the own seat, who is calling, what to write down, the next shifts."""
