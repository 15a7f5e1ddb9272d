"""Tests of digest/diagnostics."""
