"""The arguments and options of commands, and what they mean."""
