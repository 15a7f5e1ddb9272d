"""Tests of digest/diagnostics/phrases."""
