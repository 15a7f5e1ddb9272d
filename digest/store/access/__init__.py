"""Who may use the console and the API, what they did, and how often anybody may ask."""
