"""What everybody sees: subscribing, preferences, leaving, the archive, and what monitoring asks."""
