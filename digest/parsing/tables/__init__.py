"""Tables of readers, counters and ratings as people export them: bytes, rows and cells."""
