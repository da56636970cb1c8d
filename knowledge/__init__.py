"""The library: job aids and documents, found by meaning, words and facets."""
