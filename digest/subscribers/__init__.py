"""Addresses of subscribers, and their lists as CSV."""
