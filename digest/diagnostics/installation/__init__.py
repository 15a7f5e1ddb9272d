"""Checks of the installation itself: configuration, database, secrets, clock, sources, and pages."""
