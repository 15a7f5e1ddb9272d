"""What leaves for services besides mail: the heartbeat, and alerts to chat and push services."""
