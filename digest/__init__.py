"""Digest: a news portal's daily email, from collecting the articles to delivering the messages."""
