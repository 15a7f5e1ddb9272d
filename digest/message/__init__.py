"""Turns a rendered issue into a MIME message, and checks it."""
