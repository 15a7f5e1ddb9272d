"""Alerts: when something needs a person, who is notified, and how."""
