"""Issues: what editors decided, what was frozen, which readers it was planned for, and what the archive shows."""
