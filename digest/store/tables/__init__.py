"""The tables, and what the database itself keeps up to date."""
