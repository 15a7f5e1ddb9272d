"""The shared types: one frozen type for each stage, from a sighting to a receipt."""
