"""Scores and orders articles, with the reasons."""
