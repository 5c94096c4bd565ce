"""The bank of semantic directions and how it moves a code."""

from exhibit.editing.editor import DirectionEditor, make_editor

__all__ = ["DirectionEditor", "make_editor"]
