"""Tests of digest/diagnostics/alerts."""
