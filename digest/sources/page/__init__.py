"""A listing page as a source, and the counters on articles' own pages."""
