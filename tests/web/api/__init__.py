"""Tests of digest/web/api."""
