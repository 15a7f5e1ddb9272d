"""Subscribers: how they come, what they chose, how they leave, and what is known of them."""
