"""Tests of the console's pages about readers."""
