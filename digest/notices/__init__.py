"""What leaves for services besides mail: the heartbeat."""
