"""What leaves for services besides mail: the heartbeat, and alerts through Apprise."""
