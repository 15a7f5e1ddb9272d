"""Chooses what enters an issue, in which section, under which subject."""
