"""The printed token: one card, the same for who prints it, looks for it and masks it.

Millimetres of the card, as its reader sees it: the origin is the middle of the marker, x to the
right and y down, towards the caption.
"""

from __future__ import annotations

DICTIONARY = "DICT_5X5_50"
"""OpenCV's name of the ArUco dictionary; why this one: docs/tokens.md."""
IDS = 50
CELLS = 7
"""Cells along a side of the marker, its black border included."""
MARKER_MM = 40.0
CARD_MM = (-26.0, -26.0, 26.0, 38.0)
"""Left, upper, right and lower edge: white around the marker, and a strip for the caption."""
SHADOW_MM = 5.0
"""How far around the card its shadow reaches, and paper that does not lie flat."""
FULL_TURN_DEG = 270.0
"""A knob turns so far, from its low to its high end; upright is the middle."""
