"""RSS, RDF, Atom, CDF and JSON Feed as a source."""
