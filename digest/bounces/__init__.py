"""What comes back: bounces, complaints and replies, from the bytes of one message."""
