"""Ink to the drawings of the collection that fit it."""

from exhibit.recall.memory import Memory

__all__ = ["Memory"]
