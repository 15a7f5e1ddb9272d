"""Tests of digest/web."""
