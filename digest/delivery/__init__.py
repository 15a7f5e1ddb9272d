"""Sends what the ledger holds, once to each recipient."""
