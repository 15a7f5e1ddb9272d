"""The types that everybody shares: one frozen type for each stage, from a sighting to a receipt."""
