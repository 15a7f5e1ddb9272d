"""Tests of digest/bounces/."""
