"""Visits all sources, and merges what several of them know about an article."""
