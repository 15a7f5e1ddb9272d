"""Signing in: passwords, second factors, known browsers, and the user's own account."""
