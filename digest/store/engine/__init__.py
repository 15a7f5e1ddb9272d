"""SQLite and PostgreSQL: connections, transactions, and how their statements differ."""
