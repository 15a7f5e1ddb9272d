"""Brings the bytes behind a web address or in a file, within limits."""
