"""Mailers: they deliver messages to an SMTP server, or write them to a folder of .eml files."""
