"""Sends messages over several SMTP connections at once."""
