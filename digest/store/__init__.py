"""The database: articles, issues, subscribers and the ledger of deliveries."""
