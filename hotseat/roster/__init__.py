"""Who is on duty when: shifts, rotations, drafts, coverage, leave, swaps, attendance (pure)."""
