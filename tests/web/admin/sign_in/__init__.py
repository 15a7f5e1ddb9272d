"""Tests of signing in to the console."""
