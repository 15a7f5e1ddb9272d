"""Asks all sources, and makes one article of what several of them say about it."""
