"""The web server: what every request passes, and what the public pages, the console and the API share."""
