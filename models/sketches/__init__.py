"""Strokes that people drew or might draw, and their ink."""
