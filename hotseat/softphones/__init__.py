"""Real SIP phones as processes: for the demo, and for the live tests."""
