"""The parts of a release: database, extracts, pseudonyms, manifest."""
