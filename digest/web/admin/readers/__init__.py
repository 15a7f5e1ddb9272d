"""The readers: found, added, changed, erased, and imported from a list."""
