"""A query on the portal's own database as a source."""
