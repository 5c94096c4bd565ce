"""The border marks: four printed markers that stay on the table, around the visitors' paper.

They tell where the table is after calibration: when they move in the frame, camera or table did.
"""

from __future__ import annotations

DICTIONARY = "DICT_5X5_100"
"""OpenCV's name of their ArUco dictionary: that of the tokens, with ids which no token has."""
IDS = (96, 97, 98, 99)
CELLS = 7
"""Cells along a side, the black border included."""
MARK_MM = 20.0
QUIET_MM = 5.0
"""White that a mark needs around it."""
