"""What keeps an installation healthy for years."""
