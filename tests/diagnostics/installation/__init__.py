"""Tests of digest/diagnostics/installation."""
