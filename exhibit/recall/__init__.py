"""Ink to the drawings of the collection that fit it."""

from exhibit.recall.memory import Memory, open_memory

__all__ = ["Memory", "open_memory"]
