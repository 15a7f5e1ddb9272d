"""The ways out: an SMTP server, or a folder of .eml files."""
