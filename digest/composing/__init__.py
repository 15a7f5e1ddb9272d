"""Composes an issue: articles, sections, subject; and finds anomalies that hold it back."""
