"""Encodes titles as vectors, so that titles in two languages can be compared by their meaning."""
