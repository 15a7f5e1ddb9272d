"""Finds faults of an installation before they matter."""
