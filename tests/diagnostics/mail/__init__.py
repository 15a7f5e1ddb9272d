"""Tests of digest/diagnostics/mail."""
