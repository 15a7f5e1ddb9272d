"""Tests of the console at `/admin`."""
