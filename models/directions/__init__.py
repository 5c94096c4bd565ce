"""Directions in the codes of a generator: found, named, judged and shown."""
