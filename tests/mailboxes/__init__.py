"""Tests of digest/mailboxes/."""
