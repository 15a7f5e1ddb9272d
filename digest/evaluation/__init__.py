"""`digest evaluate`: replays past days and measures how well each formula chose."""
