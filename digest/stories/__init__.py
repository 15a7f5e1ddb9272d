"""Finds articles of the same story, within a language and between two."""
