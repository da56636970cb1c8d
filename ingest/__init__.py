"""Taking files into the library: reading, splitting, indexing."""
