"""Measurements: `make bench`, or `make bench B=NAME` for one of them."""
