"""Tests of diagnostics: alerts."""
