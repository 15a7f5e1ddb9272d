"""config/digest.toml and `.env` as one frozen object, and the line that explains a wrong key."""
