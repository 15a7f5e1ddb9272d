"""Builds a MIME message from a rendered issue, and checks it."""
