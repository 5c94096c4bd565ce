"""Is the sheet that arrived a fresh one, the one before, or that one turned over?"""

from __future__ import annotations

import cv2

from exhibit.contract.values import Gray
from exhibit.ink.images import as_gray, ellipse

_FEW = 0.002
_SAME = 0.55


def compare_sheets(before: Gray, now: Gray) -> str | None:
    """Name what happened between two sheets.

    Args:
        before: (S, S) uint8, settled ink of the sheet that left.
        now: (S, S) uint8, settled ink of the sheet that came.

    Returns:
        `fresh_sheet`, `sheet_turned`, or None for the same sheet put back.
    """
    old, new = as_gray(before < 128), as_gray(now < 128)
    if new.mean() < _FEW or old.mean() < _FEW:
        return "fresh_sheet"
    if _overlap(old, new) >= _SAME:
        return None
    turned = (cv2.flip(old, code) for code in (0, 1))
    if any(_overlap(as_gray(other), new) >= _SAME for other in turned):
        return "sheet_turned"
    return "fresh_sheet"


def _overlap(one: Gray, other: Gray) -> float:
    """Return the share of ink that lies near ink of the other sheet, the smaller of both ways."""
    shares = []
    for a, b in ((one, other), (other, one)):
        near = as_gray(cv2.dilate(b, ellipse(3)))
        shares.append(cv2.countNonZero(a & near) / max(1, cv2.countNonZero(a)))
    return float(min(shares))
