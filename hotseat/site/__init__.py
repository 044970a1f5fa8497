"""The site file: what a hotline is made of, read, checked, planned, applied, exported."""
