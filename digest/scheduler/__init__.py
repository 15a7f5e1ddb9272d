"""`digest run`: collects through the day, publishes what is due, and sends; each step is safe to repeat."""
