"""The reader's pages: unsubscribe, preferences, archive."""
