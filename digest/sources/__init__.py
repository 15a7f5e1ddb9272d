"""Where articles and counters come from."""
