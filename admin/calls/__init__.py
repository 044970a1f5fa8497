"""Calls that were: found again, and told one by one."""
