"""What is loaded where it is first needed: one thread does that, and the others wait for it."""
