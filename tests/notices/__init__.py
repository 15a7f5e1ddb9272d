"""Tests of notices to other services."""
