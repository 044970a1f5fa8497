"""The pages, by Flask's client and in a real Chromium."""
