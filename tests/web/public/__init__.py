"""Tests of digest/web/public."""
