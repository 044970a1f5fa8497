"""Telephones, and the secrets they register with."""
