"""`make soak`: a hotline under load for minutes, with people who hang up at any moment."""
