"""Tests of `digest demo`."""
