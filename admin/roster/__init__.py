"""The roster: the board and its coverage, drafts, leave and swaps, attendance."""
