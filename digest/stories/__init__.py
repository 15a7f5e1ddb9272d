"""Finds the articles that tell the same story, within and between two languages."""
