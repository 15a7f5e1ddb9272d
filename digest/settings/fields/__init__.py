"""Types of setting values: each function validates one and raises ValueError with what is expected instead. Pure."""
