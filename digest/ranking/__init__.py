"""Scores articles and puts them in order, with the reasons."""
