"""Which picture shows an article, of those that a feed or a page has."""
