"""Reads config/digest.toml and `.env` into one frozen object and explains wrong keys."""
